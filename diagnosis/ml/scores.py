"""The figures of a cross-validation for every kind of task, with intervals over patients."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from diagnosis.ml import evaluation
from diagnosis.ml.resampling import drawn_rows
from diagnosis.ml.validation import OutOfFold

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
        "auroc": float(np.nanmean(areas)),
        "log_loss": float(-np.log(np.maximum((p * y).sum(axis=1), _TINY)).mean()),
        "brier": float(((p - y) ** 2).sum(axis=1).mean()),
    }


def _label_scores(y: Array, p: Array) -> dict[str, float]:
    """Return the means over the labels of AUROC, accuracy and Brier score."""
    known = [~np.isnan(y[:, k]) for k in range(y.shape[1])]
    pairs = [(y[rows, k], p[rows, k]) for k, rows in enumerate(known)]
    return {
        "accuracy": float(np.mean([((q >= 0.5) == (t > 0.5)).mean() for t, q in pairs])),
        "auroc": float(np.nanmean([evaluation.auroc(t, q) for t, q in pairs])),
        "brier": float(np.mean([evaluation.brier(t, q) for t, q in pairs])),
    }


def _number_scores(y: Array, p: Array) -> dict[str, float]:
    """Return R², mean absolute error and root mean squared error."""
    error = (y - p)[:, 0]
    spread = max(float(((y - y.mean()) ** 2).mean()), _TINY)
    squared = float((error**2).mean())
    return {
        "r2": 1 - squared / spread,
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
        value is the mean over the repeats; a draw takes all repeats of a patient together.
    """
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
                "lower": float(np.nanpercentile([one[name] for one in drawn], 2.5)),
                "upper": float(np.nanpercentile([one[name] for one in drawn], 97.5)),
            }
        )
        for name in value
    }


def _binary(y: Array, p: Array, draws: int, groups: ArrayLike | None) -> dict[str, Interval]:
    """Return values over all repeats; a few repeats are enough for how far they vary."""
    value = evaluation.metrics_with_intervals(y, p, draws=0)
    few = p[:, :SPREAD_REPEATS]
    spread = evaluation.metrics_with_intervals(y, few, draws=draws, groups=groups)
    return {name: finite({**spread[name], "value": value[name]["value"]}) for name in value}


def _averaged(score: Measure, y: Array, predictions: Array) -> dict[str, float]:
    each = [score(y, p) for p in predictions]
    return {name: float(np.mean([one[name] for one in each])) for name in each[0]}


def finite(entry: Mapping[str, Any]) -> Interval:
    """Return what JSON can hold: what is not a number becomes None."""
    return {name: float(v) if math.isfinite(v) else None for name, v in entry.items()}


def scores(measured: OutOfFold) -> dict[str, Interval]:
    """Return the metrics of a cross-validation with their intervals."""
    return measure(measured.task.kind, measured.y, measured.predictions)


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
