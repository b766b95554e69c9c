"""Metrics of several repeats and of bootstrap draws of patients, as JSON can hold them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from diagnosis.ml.evaluation.counts import wilson_interval
from diagnosis.ml.evaluation.ends import FEWEST_OF_EACH, LEVEL
from diagnosis.ml.evaluation.metrics import expit, logit
from diagnosis.ml.evaluation.quantiles import student
from diagnosis.ml.evaluation.resampling import drawn_rows

Array = NDArray[np.float64]
Interval = dict[str, float | None]
Points = Callable[[Array, Array], dict[str, float]]

SCALES = {
    "accuracy": "share",
    "auroc": "log-odds", "auprc": "log-odds",
    "brier": "logarithm", "brier_base": "logarithm", "log_loss": "logarithm",
    "rps": "logarithm", "rps_base": "logarithm", "kappa": "correlation",
}  # fmt: skip
"""Where the interval of a metric stands: between 0 and 1 on ``log-odds``, positive on a
``logarithm``, from -1 to 1 on that of a ``correlation``; a ``share`` has Wilson's interval, not
that of the draws. Numbers have their own: ``evaluation.agreement``."""
_TINY = 1e-12
SPREAD_REPEATS = 4
"""Repeats that tell how far a metric of yes or no varies."""


def finite(entry: Mapping[str, float]) -> Interval:
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

    Notes
    -----
    Value -/+ Student's t times the standard deviation of the draws, as ``ends`` does for yes or
    no; on the scale that ``SCALES`` names, else as it is. The degrees of freedom are those of the
    rarest class. How often they hold:
    ``tests/ml/results/test_intervals_hold.py``.
    """
    value = averaged(points, y, predictions)
    samples = [drawn_rows(len(y), seed, labels=labels, groups=groups) for seed in range(draws)]
    drawn = [averaged(points, y[rows], predictions[:, rows]) for rows in samples]
    size, rarest = _patients(y, labels, groups)
    found = {}
    for name in value:
        ends = {"lower": math.nan, "upper": math.nan}
        scale = SCALES.get(name, "")
        if draws and rarest >= FEWEST_OF_EACH and scale == "share":
            ends = dict(zip(ends, wilson_interval(value[name] * size, size), strict=True))
        elif rarest >= FEWEST_OF_EACH:
            ends = _ends(value[name], [one[name] for one in drawn], rarest, size, scale)
        found[name] = finite({"value": value[name], **ends})
    return found


def _patients(y: Array, labels: Array | None, groups: ArrayLike | None) -> tuple[int, int]:
    """Return how many patients there are, and how many of the rarest class that is there."""
    owners = np.arange(len(y)) if groups is None else np.unique(groups, return_inverse=True)[1]
    size = len(np.unique(owners))
    if labels is None:
        return size, size
    rows = [column == one for column in labels.T for one in (0.0, 1.0)]
    return size, min((len(np.unique(owners[of])) for of in rows if of.any()), default=0)


Scaling = tuple[Callable[[Array], Array], Callable[[Array], Array]]


def _scaling(scale: str, size: int) -> Scaling:
    """Return the way onto a scale and back; half a patient from the ends of what has ends."""
    nearest = 0.5 / max(size, 1)
    if scale == "log-odds":
        return lambda v: logit(np.clip(v, nearest, 1 - nearest)), expit
    if scale == "logarithm":
        return lambda v: np.log(np.maximum(v, _TINY)), np.exp
    if scale == "correlation":
        return lambda v: np.arctanh(np.clip(v, nearest - 1, 1 - nearest)), np.tanh
    return lambda v: v, lambda z: z


def _ends(
    value: float, drawn: Sequence[float], rarest: int, size: int, scale: str
) -> dict[str, float]:
    numbers = np.array([one for one in drawn if math.isfinite(one)])
    if len(numbers) < 2 or not math.isfinite(value):
        return {"lower": math.nan, "upper": math.nan}
    there, back = _scaling(scale, size)
    middle, reach = there(np.array(value)), student(LEVEL, rarest - 1) * there(numbers).std(ddof=1)
    return {"lower": float(back(middle - reach)), "upper": float(back(middle + reach))}
