"""From the draws of a bootstrap to the ends of a 95 % interval that holds with few events."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike

from diagnosis.ml.evaluation.metrics import Floats, expit, logit
from diagnosis.ml.evaluation.quantiles import student

LEVEL = 0.95
FEWEST_OF_EACH = 5
"""Events and non-events: from fewer no method held, and none is given."""
PROPORTIONS = ("accuracy", "recall", "specificity")
UNBOUNDED = ("calibration_slope", "calibration_intercept")

Sizes = Mapping[str, float]


def effective_sizes(labels: Floats, weights: Floats, groups: ArrayLike | None) -> Sizes:
    """Return how many patients each proportion rests on: (sum w)^2 / sum w^2 (Kish 1965).

    The rows of one patient count as one, with their weights together.
    """
    rows = {"accuracy": labels >= 0, "recall": labels > 0, "specificity": labels <= 0}
    return {name: _effective(weights, of, groups) for name, of in rows.items()}


def _effective(weights: Floats, rows: np.ndarray, groups: ArrayLike | None) -> float:
    own = weights[rows]
    if groups is not None:
        _, patient = np.unique(np.asarray(groups)[rows], return_inverse=True)
        own = np.bincount(patient.ravel(), own)
    squares = float((own**2).sum())
    return float(own.sum()) ** 2 / squares if squares > 0 else 0.0


def ends(value: float, drawn: Floats, sizes: Sizes, *, of_one: bool) -> tuple[float, float]:
    """Return value -/+ Student's t times the standard deviation of the draws.

    Degrees of freedom are those of the rarer class. What lies between 0 and 1 (``of_one``) is
    taken on the logit scale. With 12 events among 300 the middle 95 % of the draws held the true
    AUROC in 88 to 91 %, the true average precision in 86 to 89 %; these hold in 96 and 91 %.
    """
    fewest = min(sizes["recall"], sizes["specificity"])
    kept = drawn[np.isfinite(drawn)]
    if fewest < FEWEST_OF_EACH or len(kept) < 2 or not np.isfinite(value):
        return float("nan"), float("nan")
    reach = student(LEVEL, round(fewest) - 1)
    if not of_one:
        spread = reach * float(kept.std(ddof=1))
        return float(value) - spread, float(value) + spread
    nearest = 0.5 / (sizes["recall"] * sizes["specificity"])
    middle = logit(np.clip(value, nearest, 1 - nearest))
    spread = reach * float(logit(np.clip(kept, nearest, 1 - nearest)).std(ddof=1))
    return float(expit(middle - spread)), float(expit(middle + spread))
