"""The figures of a cross-validation for every kind of task, with intervals over patients."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from diagnosis.ml import evaluation
from diagnosis.ml.evaluation.resampling import drawn_rows
from diagnosis.ml.learning.validation import OutOfFold

Array = NDArray[np.float64]
Interval = dict[str, float | None]
Measure = Callable[[Array, Array], dict[str, float]]

DRAWS = 200
SPREAD_REPEATS = 4
_TINY = 1e-12


def _class_scores(y: Array, p: Array) -> dict[str, float]:
    """Return accuracy, macro AUROC (one against the rest), log loss and Brier score."""
    areas = [evaluation.auroc(y[:, k], p[:, k]) for k in range(y.shape[1])]
    return {
        "accuracy": float((p.argmax(axis=1) == y.argmax(axis=1)).mean()),
        "auroc": _mean(areas),
        "log_loss": float(-np.log(np.maximum((p * y).sum(axis=1), _TINY)).mean()),
        "brier": float(((p - y) ** 2).sum(axis=1).mean()),
    }


def _label_scores(y: Array, p: Array) -> dict[str, float]:
    """Return the means over the labels of AUROC, accuracy and Brier score.

    A label that no row knows, or for the AUROC one that all or none have, is no part of them.
    """
    known = [~np.isnan(y[:, k]) for k in range(y.shape[1])]
    pairs = [(y[rows, k], p[rows, k]) for k, rows in enumerate(known) if rows.any()]
    return {
        "accuracy": _mean([float(((q >= 0.5) == (t > 0.5)).mean()) for t, q in pairs]),
        "auroc": _mean([evaluation.auroc(t, q) for t, q in pairs]),
        "brier": _mean([evaluation.brier(t, q) for t, q in pairs]),
    }


def _mean(values: Sequence[float]) -> float:
    """Return the mean of the numbers among them; NaN of none."""
    numbers = [value for value in values if math.isfinite(value)]
    return float(np.mean(numbers)) if numbers else math.nan


def _number_scores(y: Array, p: Array) -> dict[str, float]:
    """Return R² (none where all numbers are the same), mean absolute and root squared error."""
    error = (y - p)[:, 0]
    spread = float(((y - y.mean()) ** 2).mean())
    squared = float((error**2).mean())
    return {
        "r2": 1 - squared / spread if np.ptp(y) > 0 else math.nan,
        "mae": float(np.abs(error).mean()),
        "rmse": math.sqrt(squared),
    }


_MEASURES: Mapping[str, Measure] = {
    "multiclass": _class_scores,
    "multilabel": _label_scores,
    "regression": _number_scores,
}


def measure(
    kind: str,
    y: Array,
    predictions: Array,
    *,
    draws: int = DRAWS,
    groups: ArrayLike | None = None,
) -> dict[str, Interval]:
    """Return every metric of a task as value and 95 % interval.

    Parameters
    ----------
    kind : str
        The kind of the task.
    y : ndarray, shape (n, k)
        Targets.
    predictions : ndarray, shape (repeats, n, k)
        Predictions for rows that the model did not see.
    draws : int
        Bootstrap samples of patients behind the intervals.
    groups : array-like, shape (n,), optional
        Rows with equal values are of one patient and drawn together.

    Returns
    -------
    dict
        ``{"auroc": {"value", "lower", "upper"}, …}``; what can not be computed is None. The
        value is the mean over the repeats; a draw takes all repeats of a patient together. One
        patient alone has no interval.
    """
    patients = len(y) if groups is None else len(np.unique(np.asarray(groups)))
    draws = draws if patients > 1 else 0
    if kind == "binary":
        return _binary(y[:, 0], predictions[:, :, 0].T, draws, groups)
    score = _MEASURES[kind]
    value = _averaged(score, y, predictions)
    labels = None if kind == "regression" else y
    samples = [drawn_rows(len(y), seed, labels=labels, groups=groups) for seed in range(draws)]
    drawn = [_averaged(score, y[rows], predictions[:, rows]) for rows in samples]
    return {
        name: finite(
            {
                "value": value[name],
                **_ends([one[name] for one in drawn]),
            }
        )
        for name in value
    }


def _ends(drawn: Sequence[float]) -> dict[str, float]:
    numbers = [value for value in drawn if math.isfinite(value)]
    lower, upper = np.percentile(numbers, [2.5, 97.5]) if numbers else (math.nan, math.nan)
    return {"lower": float(lower), "upper": float(upper)}


def _binary(y: Array, p: Array, draws: int, groups: ArrayLike | None) -> dict[str, Interval]:
    """Return values over all repeats; a few repeats are enough for how far they vary."""
    value = evaluation.metrics_with_intervals(y, p, draws=0)
    few = p[:, :SPREAD_REPEATS]
    spread = evaluation.metrics_with_intervals(y, few, draws=draws, groups=groups)
    return {name: finite({**spread[name], "value": value[name]["value"]}) for name in value}


def by_label(y: Array, predicted: Array, labels: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Return the figures of every label for itself, (n, k); None for what no row knows."""
    known = [~np.isnan(y[:, k]) for k in range(y.shape[1])]
    return {
        label: {
            "rows": int(rows.sum()),
            "events": int((y[rows, k] > 0.5).sum()),
            **finite(_label_scores(y[rows, k : k + 1], predicted[rows, k : k + 1])),
        }
        for k, (label, rows) in enumerate(zip(labels, known, strict=True))
    }


def _averaged(score: Measure, y: Array, predictions: Array) -> dict[str, float]:
    each = [score(y, p) for p in predictions]
    return {name: float(np.mean([one[name] for one in each])) for name in each[0]}


def finite(entry: Mapping[str, Any]) -> Interval:
    """Return what JSON can hold: what is not a number becomes None."""
    return {name: float(v) if math.isfinite(v) else None for name, v in entry.items()}


def scores(measured: OutOfFold) -> dict[str, Interval]:
    """Return the metrics of a cross-validation with their intervals."""
    kind, groups = measured.task.kind, measured.groups
    return measure(kind, measured.y, measured.predictions, groups=groups)


def missing_metrics(measured: OutOfFold) -> dict[str, dict[str, float | None]]:
    """Return the metrics with each feature hidden in turn, for features that may be missing."""
    kind, y = measured.task.kind, measured.y
    found: dict[str, dict[str, float | None]] = {}
    for name, predictions in measured.hidden.items():
        if kind == "binary":
            each = [evaluation.point_metrics(y[:, 0], p[:, 0]) for p in predictions]
            values = {key: float(np.mean([one[key] for one in each])) for key in each[0]}
        else:
            values = _averaged(_MEASURES[kind], y, predictions)
        found[name] = finite(values)
    return found
