"""Metrics with their uncertainty: a bootstrap over patients."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import ArrayLike

from diagnosis.ml.evaluation.metrics import (
    Floats,
    Ranking,
    as_floats,
    brier,
    calibration_line,
    threshold_metrics,
    weights_or_ones,
)

METRICS = (
    "auroc", "auprc", "accuracy", "recall", "specificity", "f1", "brier",
    "calibration_slope", "calibration_intercept",
)  # fmt: skip

Metrics = dict[str, dict[str, float]]


def _evaluator(y: Floats, p: Floats, threshold: float) -> Callable[[Floats], list[float]]:
    """Return a function from row weights to the metrics of one repeat, in the order of METRICS."""
    ranking = Ranking(y, p)

    def evaluate(weights: Floats) -> list[float]:
        at = threshold_metrics(y, p, threshold, weights)
        slope, intercept = calibration_line(y, p, weights)
        values: Mapping[str, float] = {
            **at,
            "auroc": ranking.auroc(weights),
            "auprc": ranking.auprc(weights),
            "brier": brier(y, p, weights),
            "calibration_slope": slope,
            "calibration_intercept": intercept,
        }
        return [values[name] for name in METRICS]

    return evaluate


def _draw(rng: np.random.Generator, y: Floats) -> Floats:
    """Return how often each row is drawn; events and non-events are drawn apart.

    Keeping both counts fixed avoids draws without an event in small tables.
    """
    counts = np.zeros(len(y))
    for label in (0.0, 1.0):
        rows = np.flatnonzero(y == label)
        if len(rows):
            counts[rows] = rng.multinomial(len(rows), np.full(len(rows), 1 / len(rows)))
    return counts


def _percentiles(drawn: Floats) -> tuple[float, float]:
    """Return the middle 95 % of the draws that gave a number."""
    finite = drawn[np.isfinite(drawn)]
    if not len(finite):
        return float("nan"), float("nan")
    lower, upper = np.percentile(finite, [2.5, 97.5])
    return float(lower), float(upper)


def metrics_with_intervals(
    y: ArrayLike,
    p: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    threshold: float = 0.5,
    draws: int = 500,
    seed: int = 0,
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
        Bootstrap samples of patients.
    seed : int
        Seed of the draws.

    Returns
    -------
    dict
        ``{"auroc": {"value", "lower", "upper"}, …}`` for every name in ``METRICS``. A value
        that can not be computed (one class only) is NaN.

    Notes
    -----
    Percentile bootstrap, stratified by outcome: Efron and Tibshirani 1993, chapter 13. The value
    is the mean over the repeats; a draw weights all repeats of a patient alike, so repeats do not
    pass for more patients.
    """
    labels, scores = as_floats(y), as_floats(p)
    columns = scores.reshape(len(labels), -1).T
    base = weights_or_ones(weights, len(labels))
    evaluators = [_evaluator(labels, column, threshold) for column in columns]

    def averaged(row_weights: Floats) -> Floats:
        return np.asarray(np.mean([evaluate(row_weights) for evaluate in evaluators], axis=0))

    value = averaged(base)
    rng = np.random.default_rng(seed)
    drawn = np.array([averaged(base * _draw(rng, labels)) for _ in range(draws)])
    drawn = drawn.reshape(draws, len(METRICS))
    ends = [_percentiles(drawn[:, i]) for i in range(len(METRICS))]
    return {
        name: {"value": float(value[i]), "lower": ends[i][0], "upper": ends[i][1]}
        for i, name in enumerate(METRICS)
    }


def auroc_difference(
    y: ArrayLike,
    p: ArrayLike,
    other: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    draws: int = 500,
    seed: int = 0,
) -> dict[str, float]:
    """Return how much higher the AUROC of ``p`` is than that of ``other`` on the same patients.

    Both as ``metrics_with_intervals`` takes them; every draw is scored by both, so what the two
    share cancels out. An interval that holds 0 is no gain.
    """
    labels = as_floats(y)
    base = weights_or_ones(weights, len(labels))
    first, second = (
        [Ranking(labels, column) for column in as_floats(q).reshape(len(labels), -1).T]
        for q in (p, other)
    )

    def difference(row_weights: Floats) -> float:
        one = np.mean([ranking.auroc(row_weights) for ranking in first])
        return float(one - np.mean([ranking.auroc(row_weights) for ranking in second]))

    rng = np.random.default_rng(seed)
    drawn = np.array([difference(base * _draw(rng, labels)) for _ in range(draws)])
    lower, upper = _percentiles(drawn)
    return {"value": difference(base), "lower": lower, "upper": upper}
