"""What a manifest says of a model beyond its own training: the facts of the service's card."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from diagnosis.ml import evaluation
from diagnosis.ml.artifact import Artifact
from medportal.demo.build import closer, rivals
from medportal.demo.build.study import Study

Array = NDArray[np.float64]

LABELS = {
    "age-sex": {"en": "Age and sex alone", "zh-Hans": "仅年龄与性别"},
    "age": {"en": "Age alone", "zh-Hans": "仅年龄"},
    "logistic": {"en": "Logistic regression (scikit-learn)", "zh-Hans": "逻辑回归（scikit-learn）"},
    "boosting": {"en": "Gradient boosting", "zh-Hans": "梯度提升"},
    "network": {"en": "Classic network, scaled inputs", "zh-Hans": "经典神经网络（输入已标准化）"},
    "network-raw": {"en": "Classic network, raw inputs", "zh-Hans": "经典神经网络（原始输入）"},
}
ORDER = ("age-sex", "usual", "logistic", "boosting", "network", "network-raw")
SMALLEST_GAIN = 0.005  # of AUROC: less is none, however sure


def entries(study: Study) -> dict[str, Any]:
    """Return every entry that needs no fitted model."""
    y, p, w = study.label, study.measured.probabilities, study.weights
    middle = p.mean(axis=1)
    sheet, threshold = study.table.sheet, study.table.sheet.flag_threshold
    found = {
        "metrics": _metrics(study, p),
        "evaluation": _evaluation(study),
        "curves": {
            "roc": evaluation.roc_curve(y, middle, w),
            "calibration": evaluation.calibration_bins(y, middle, w),
            "calibration_curve": evaluation.calibration_curve(y, middle, w),
            "histogram": evaluation.histogram(middle),
        },
        "bands": evaluation.band_counts(y, middle, sheet.bands, w),
        "counts": evaluation.local_counts(y, middle, w),
        "flagged": None if threshold is None else evaluation.flagged_table(y, middle, threshold, w),
        "comparators": [_comparator(study, code) for code in ORDER if code in study.rivals],
        "missing_metrics": {
            name: _metrics(study, hidden[:, :, 0].T)
            for name, hidden in study.measured.hidden.items()
        },
        "training": _training(study),
        "people": dict(sheet.reference_class or {}),
        "subgroups": closer.subgroups(study, _threshold(study)),
        "surprising_cases": closer.surprising_cases(study),
        "correlated": closer.correlated(study),
        "leakage": closer.leakage(study),
    }
    return {name: plain(value) for name, value in found.items()}


def _threshold(study: Study) -> float:
    """Return the score above which the service asks for action, or one half."""
    return float(study.table.sheet.flag_threshold or 0.5)


def _metrics(study: Study, p: Array) -> dict[str, dict[str, float]]:
    return evaluation.metrics_with_intervals(
        study.label, p, weights=study.weights, threshold=_threshold(study)
    )


def _evaluation(study: Study) -> dict[str, Any]:
    measured = study.measured
    facts: dict[str, Any] = {
        "method": "repeated cross-validation of the whole recipe",
        "folds": len(np.unique(measured.folds[0])),
        "repeats": measured.repeats,
        "rows": len(study.label),
        "events": int(study.label.sum()),
        "threshold": _threshold(study),
        "censoring": None,
        # Under a hundred events a calibration slope says little.
        "calibration_known": bool(study.label.sum() >= 100 and (1 - study.label).sum() >= 100),
    }
    unknown = _unknown(study)
    if unknown:
        facts["censoring"] = {
            "unknown_outcomes": unknown,
            "weighting": "inverse probability of censoring",
            "unweighted_metrics": evaluation.metrics_with_intervals(
                study.label, measured.probabilities, threshold=_threshold(study)
            ),
            "unweighted_rate": float(study.label.mean()),
        }
    return facts


def _unknown(study: Study) -> int:
    table = study.table
    return int(np.sum(table.teachable & ~table.held_out & np.isnan(table.label)))


def _comparator(study: Study, code: str) -> dict[str, Any]:
    p = study.rivals[code]
    difference = evaluation.auroc_difference(
        study.label, study.measured.probabilities, p, weights=study.weights
    )
    entry = {
        "code": code,
        "label": _label(study, code),
        "metrics": _metrics(study, p),
        "difference": difference,
        "verdict": verdict(difference),
    }
    blocks = {"age-sex": study.plan.age_sex, "usual": study.plan.usual}.get(code)
    if blocks is not None:
        entry["formula"] = rivals.fitted_formula(blocks, study.inputs, study.label, study.weights)
    return entry


def kept(entries: list[dict[str, Any]], older: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the comparators with those of an older manifest that were not measured again.

    Their AUROC and its difference hold as they were; the intervals of the other figures kept the
    number of events fixed and are left out.
    """
    new = {entry["code"]: entry for entry in entries}
    old = {entry["code"]: _without_intervals(entry) for entry in older}
    return [(old | new)[code] for code in ORDER if code in old | new]


def _without_intervals(entry: dict[str, Any]) -> dict[str, Any]:
    metrics = {
        name: found if name == "auroc" else {**found, "lower": None, "upper": None}
        for name, found in entry["metrics"].items()
    }
    return {**entry, "metrics": metrics}


def verdict(difference: dict[str, float]) -> str:
    """Return whether the model was shown to rank patients better than a rival, and noticeably."""
    if not difference["lower"] <= difference["upper"]:  # too few events for an interval
        return "no-gain"
    if difference["lower"] > 0 and difference["value"] >= SMALLEST_GAIN:
        return "gain"
    if difference["upper"] < 0 and difference["value"] <= -SMALLEST_GAIN:
        return "loss"
    return "no-gain"


def _label(study: Study, code: str) -> dict[str, str]:
    if code == "usual":
        usual = study.table.sheet.usual
        return dict(usual.label) if usual else {}
    if code == "age-sex" and len(study.plan.age_sex) == 1:
        return LABELS["age"]
    return LABELS[code]


def _training(study: Study) -> dict[str, Any]:
    table, y = study.table, study.label
    return {
        "rows": len(y),
        "events": int(y.sum()),
        "rate": float(np.average(y, weights=study.weights)),
        "excluded_demo_rows": int(table.held_out.sum()),
        "excluded_unknown_outcome": _unknown(study),
        "excluded_outside_population": int(np.sum(~table.teachable)),
        "table": table.source,
        "table_sha256": table.sha256,
    }


def after_fitting(study: Study, artifact: Artifact) -> dict[str, Any]:
    """Return the entries that need the shipped model."""
    x = artifact.schema.matrix(study.inputs)
    found = evaluation.directions(artifact.predict_matrix, x, artifact.schema)
    return {
        "directions": plain([report.to_dict() for report in found]),
        "importance": plain(
            dict(
                zip(
                    artifact.schema.names,
                    evaluation.permutation_importance(artifact.predict_matrix, x, study.label),
                    strict=True,
                )
            )
        ),
        "held_out": plain(_held_out(study, artifact)),
    }


def _held_out(study: Study, artifact: Artifact) -> dict[str, Any]:
    """Return a small check on the demonstration rows, which no fit has seen."""
    table = study.table
    rows = table.held_out
    y, p = table.label[rows], artifact.predict(table.inputs[rows])
    unlike = 0
    if artifact.novelty is not None:
        unlike = int(artifact.novelty.unlike(artifact.schema.matrix(table.inputs[rows])).sum())
    return {
        "rows": len(y),
        "events": int(y.sum()),
        "mean_probability": float(p.mean()),
        "unlike_training": unlike,
        "metrics": evaluation.metrics_with_intervals(y, p, threshold=_threshold(study)),
    }


def plain(value: Any) -> Any:
    """Return what JSON can hold, rounded to nine digits; no number becomes None."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, (float, np.floating)):
        return float(f"{value:.9g}") if math.isfinite(value) else None
    return value.item() if isinstance(value, np.generic) else value
