"""Metrics with their uncertainty: a bootstrap over patients."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from diagnosis.ml.evaluation.counts import wilson_interval
from diagnosis.ml.evaluation.ends import PROPORTIONS, UNBOUNDED, Sizes, effective_sizes, ends
from diagnosis.ml.evaluation.metrics import (
    Floats,
    Ranking,
    as_floats,
    calibration_lines,
    confusion_metrics,
    logit,
    ratio,
    weights_or_ones,
)
from diagnosis.ml.evaluation.resampling import drawn_counts

DRAWS = 500
_SEED = 0  # the same patients are drawn for every figure of a table

METRICS = (
    "auroc", "auprc", "accuracy", "recall", "specificity", "f1", "brier",
    "calibration_slope", "calibration_intercept",
)  # fmt: skip

Metrics = dict[str, dict[str, float]]
Measure = Callable[[Floats], Floats]


class _Repeat:
    """One set of probabilities, ready to be measured under many weightings of its rows."""

    def __init__(self, y: Floats, p: Floats, threshold: float) -> None:
        self.y, self.p, self.z = y, p, logit(p)
        self.flagged = p >= threshold
        self.ranking = Ranking(y, p)

    def metrics(self, weights: Floats) -> Floats:
        """Return (draws, metrics), in the order of METRICS, for weights (draws, n)."""
        auroc, auprc = self.ranking.areas(weights)
        slopes, intercepts = calibration_lines(self.y, self.z, weights)
        values = {
            **confusion_metrics(self.y, self.flagged, weights),
            "auroc": auroc,
            "auprc": auprc,
            "brier": ratio(weights @ (self.y - self.p) ** 2, weights.sum(axis=1)),
            "calibration_slope": slopes,
            "calibration_intercept": intercepts,
        }
        return np.column_stack([values[name] for name in METRICS])


def metrics_with_intervals(
    y: ArrayLike,
    p: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    threshold: float = 0.5,
    draws: int = DRAWS,
    groups: ArrayLike | None = None,
) -> Metrics:
    """Return every metric as value, lower and upper end of its 95 % interval.

    Parameters
    ----------
    y : (n,) array
        Outcome, 0 or 1.
    p : (n,) or (n, repeats) array
        Probabilities of rows unseen in training; one column a repeat of the cross-validation.
    weights : (n,) array, optional
        Row weights, for instance ``inverse_probability_weights`` of a censored outcome.
    threshold : float
        Rows at or above it are flagged (accuracy, recall, specificity, F1).
    draws : int
        Bootstrap samples of patients; none leaves the ends of the intervals NaN.
    groups : (n,) array, optional
        Rows with equal values are of one patient and drawn together.

    Returns
    -------
    dict
        ``{"auroc": {"value", "lower", "upper"}, …}`` for every name in ``METRICS``. A value
        that can not be computed (one class only) is NaN.

    Notes
    -----
    Bootstrap over all patients (Efron and Tibshirani 1993, section 12.5; see ``ends``); Wilson's
    interval for accuracy, recall and specificity, which a bootstrap gives no width where all were
    right. Fewer than five events or non-events have no interval. An interval is that of these
    predictions among other patients of the same kind; it does not hold how a model that learnt
    from others would predict. The value is the mean over the repeats; a draw weights all repeats
    of a patient alike, so repeats do not pass for more patients. How often they hold:
    ``python -m medportal.tools.bench.intervals``.
    """
    labels, base, measured = _opened(y, weights, threshold, p)
    value, drawn = _bootstrapped(labels, base, measured[0], draws, groups)
    sizes = effective_sizes(labels, base, groups)
    found = {}
    for i, name in enumerate(METRICS):
        lower, upper = ends(value[i], drawn[:, i], sizes, of_one=name not in UNBOUNDED)
        if name in PROPORTIONS and np.isfinite(lower):
            lower, upper = wilson_interval(value[i] * sizes[name], sizes[name])
        found[name] = {"value": float(value[i]), "lower": lower, "upper": upper}
    return found


def paired_differences(
    y: ArrayLike,
    p: ArrayLike,
    other: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    threshold: float = 0.5,
    groups: ArrayLike | None = None,
) -> Metrics:
    """Return by how much every metric of ``p`` is greater than that of ``other``.

    Both as ``metrics_with_intervals`` takes them; every draw is scored by both, so what the two
    share cancels out. Two intervals of their own say nothing of it: they may overlap where one is
    surely better, and part where the rows were not the same. An interval that holds 0 is no
    difference.
    """
    labels, base, (first, second) = _opened(y, weights, threshold, p, other)

    def difference(row_weights: Floats) -> Floats:
        return first(row_weights) - second(row_weights)

    value, drawn = _bootstrapped(labels, base, difference, DRAWS, groups)
    sizes = effective_sizes(labels, base, groups)
    return {name: _of_difference(value[i], drawn[:, i], sizes) for i, name in enumerate(METRICS)}


def auroc_difference(
    y: ArrayLike,
    p: ArrayLike,
    other: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    draws: int = DRAWS,
    groups: ArrayLike | None = None,
) -> dict[str, float]:
    """Return the ``paired_differences`` of the AUROC alone, in a tenth of the time."""
    labels = as_floats(y)
    base = weights_or_ones(weights, len(labels))
    first, second = (
        [Ranking(labels, column) for column in _columns(labels, q)] for q in (p, other)
    )

    def difference(row_weights: Floats) -> Floats:
        one = np.mean([ranking.areas(row_weights)[0] for ranking in first], axis=0)
        two = np.mean([ranking.areas(row_weights)[0] for ranking in second], axis=0)
        return np.asarray(one - two)[:, None]

    value, drawn = _bootstrapped(labels, base, difference, draws, groups)
    return _of_difference(value[0], drawn[:, 0], effective_sizes(labels, base, groups))


def _of_difference(value: float, drawn: Floats, sizes: Sizes) -> dict[str, float]:
    lower, upper = ends(value, drawn, sizes, of_one=False)
    return {"value": float(value), "lower": lower, "upper": upper}


def _opened(
    y: ArrayLike, weights: ArrayLike | None, threshold: float, *predictions: ArrayLike
) -> tuple[Floats, Floats, list[Measure]]:
    """Return labels, row weights, and for each of the predictions what measures a weighting."""
    labels = as_floats(y)
    measured = [
        _measure([_Repeat(labels, column, threshold) for column in _columns(labels, given)])
        for given in predictions
    ]
    return labels, weights_or_ones(weights, len(labels)), measured


def _columns(labels: Floats, p: ArrayLike) -> Floats:
    return as_floats(p).reshape(len(labels), -1).T


def _measure(repeats: list[_Repeat]) -> Measure:
    """Return the function from row weights to metrics, the mean over the repeats."""

    def averaged(row_weights: Floats) -> Floats:
        return np.asarray(np.mean([each.metrics(row_weights) for each in repeats], axis=0))

    return averaged


def _bootstrapped(
    labels: Floats, base: Floats, measure: Measure, draws: int, groups: ArrayLike | None
) -> tuple[Floats, Floats]:
    """Return the figures of a measure, and those of every draw (draws, figures)."""
    value = measure(base[None])[0]
    drawings = drawn_counts(len(labels), draws, _SEED, labels=labels, weights=base, groups=groups)
    chunks = [measure(base * counts) for counts in drawings]
    return value, np.concatenate([np.zeros((0, len(value))), *chunks])
