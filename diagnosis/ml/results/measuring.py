"""Metrics of several repeats and of bootstrap draws of patients, as JSON can hold them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from diagnosis.ml.evaluation.resampling import drawn_rows

Array = NDArray[np.float64]
Interval = dict[str, float | None]
Points = Callable[[Array, Array], dict[str, float]]

SPREAD_REPEATS = 4
"""Repeats that tell how far a metric of yes or no varies."""


def finite(entry: Mapping[str, Any]) -> Interval:
    """Return what JSON can hold: what is not a number becomes None."""
    return {name: float(v) if math.isfinite(v) else None for name, v in entry.items()}


def mean_of_known(values: Sequence[float]) -> float:
    """Return the mean of the numbers among them; NaN of none."""
    numbers = [value for value in values if math.isfinite(value)]
    return float(np.mean(numbers)) if numbers else math.nan


def averaged(points: Points, y: Array, predictions: Array) -> dict[str, float]:
    """Return each metric as its mean over the repeats, (repeats, n, k)."""
    each = [points(y, p) for p in predictions]
    return {name: float(np.mean([one[name] for one in each])) for name in each[0]}


def resampled(
    points: Points,
    y: Array,
    predictions: Array,
    *,
    draws: int,
    groups: ArrayLike | None,
    labels: Array | None,
) -> dict[str, Interval]:
    """Return each metric with the 95 % interval of bootstrap draws of patients.

    Parameters
    ----------
    points : callable
        Targets and predictions, (n, k) each -> the metrics.
    y : ndarray, shape (n, k)
        Targets.
    predictions : ndarray, shape (repeats, n, k)
        A draw takes all repeats of a patient together.
    draws : int
        How many; 0 leaves the ends unknown.
    groups : array-like, shape (n,), optional
        Rows of one patient.
    labels : ndarray, shape (n, k), optional
        Zeros and ones of which no draw may lose a column.
    """
    value = averaged(points, y, predictions)
    samples = [drawn_rows(len(y), seed, labels=labels, groups=groups) for seed in range(draws)]
    drawn = [averaged(points, y[rows], predictions[:, rows]) for rows in samples]
    return {
        name: finite({"value": value[name], **_ends([one[name] for one in drawn])})
        for name in value
    }


def _ends(drawn: Sequence[float]) -> dict[str, float]:
    numbers = [value for value in drawn if math.isfinite(value)]
    lower, upper = np.percentile(numbers, [2.5, 97.5]) if numbers else (math.nan, math.nan)
    return {"lower": float(lower), "upper": float(upper)}
