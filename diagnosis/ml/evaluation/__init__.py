"""How good a model is, how sure that is, and what is odd about it. NumPy only.

Every figure is computed from probabilities of rows that the model had not seen. Where repeated
cross-validation gives several such probabilities a patient, pass them as columns: a metric is
the mean over the repeats, and intervals resample patients, all repeats of a patient together.
"""

from diagnosis.ml.evaluation.censoring import (
    censoring_survival,
    horizon_labels,
    inverse_probability_weights,
)
from diagnosis.ml.evaluation.counts import (
    band_counts,
    flagged_table,
    histogram,
    local_counts,
    wilson_interval,
)
from diagnosis.ml.evaluation.curves import calibration_bins, calibration_curve, roc_curve
from diagnosis.ml.evaluation.directions import (
    DirectionReport,
    directions,
    partial_dependence,
    permutation_importance,
)
from diagnosis.ml.evaluation.ends import FEWEST_OF_EACH
from diagnosis.ml.evaluation.few import (
    MetricOfFew,
    auroc_difference_of_few,
    auroc_of_few,
    brier_difference_of_few,
    brier_of_few,
)
from diagnosis.ml.evaluation.formula import fit_logistic, formula_probability
from diagnosis.ml.evaluation.intervals import (
    METRICS,
    auroc_difference,
    metrics_with_intervals,
    paired_differences,
)
from diagnosis.ml.evaluation.leakage import LeakageHint, leakage_hints
from diagnosis.ml.evaluation.metrics import (
    auprc,
    auroc,
    brier,
    calibration_line,
    point_metrics,
    threshold_metrics,
)

__all__ = [
    "FEWEST_OF_EACH",
    "METRICS",
    "DirectionReport",
    "LeakageHint",
    "MetricOfFew",
    "auprc",
    "auroc",
    "auroc_difference",
    "auroc_difference_of_few",
    "auroc_of_few",
    "band_counts",
    "brier",
    "brier_difference_of_few",
    "brier_of_few",
    "calibration_bins",
    "calibration_curve",
    "calibration_line",
    "censoring_survival",
    "directions",
    "fit_logistic",
    "flagged_table",
    "formula_probability",
    "histogram",
    "horizon_labels",
    "inverse_probability_weights",
    "leakage_hints",
    "local_counts",
    "metrics_with_intervals",
    "paired_differences",
    "partial_dependence",
    "permutation_importance",
    "point_metrics",
    "roc_curve",
    "threshold_metrics",
    "wilson_interval",
]
