"""The metrics themselves: one label and one probability a patient, optionally a weight."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
_EPSILON = 1e-7  # probabilities of exactly 0 or 1 have no logit


def as_floats(values: ArrayLike) -> Floats:
    """Return values as a float64 array."""
    return np.asarray(values, dtype=np.float64)


def weights_or_ones(weights: ArrayLike | None, n: int) -> Floats:
    """Return the weights, or one for every row."""
    return np.ones(n) if weights is None else as_floats(weights)


def logit(p: ArrayLike) -> Floats:
    """Return log(p / (1 - p)), with p kept away from 0 and 1."""
    clipped = np.clip(as_floats(p), _EPSILON, 1 - _EPSILON)
    return np.asarray(np.log(clipped / (1 - clipped)))


def expit(z: ArrayLike) -> Floats:
    """Return 1 / (1 + exp(-z)) without overflow."""
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * as_floats(z))))


class Ranking:
    """Probabilities sorted once, so that thousands of weightings of the rows are cheap.

    A bootstrap draw is a weighting of the rows by how often each was drawn.
    """

    def __init__(self, y: ArrayLike, p: ArrayLike) -> None:
        """Sort by descending probability and remember where ties end."""
        scores = as_floats(p)
        self.order = np.argsort(-scores, kind="stable")
        ordered = scores[self.order]
        self.ends = np.flatnonzero(np.r_[ordered[1:] != ordered[:-1], True])
        self.events = as_floats(y)[self.order]

    def cumulated(self, weights: Floats) -> tuple[Floats, Floats]:
        """Return the weight of events and of non-events at or above each distinct score."""
        ordered = weights[self.order]
        events = np.cumsum(ordered * self.events)[self.ends]
        others = np.cumsum(ordered * (1 - self.events))[self.ends]
        return np.r_[0.0, events], np.r_[0.0, others]

    def auroc(self, weights: Floats) -> float:
        """Return the area under the ROC curve; ties count half."""
        events, others = self.cumulated(weights)
        if events[-1] <= 0 or others[-1] <= 0:
            return float("nan")
        area = np.sum(np.diff(others) * (events[1:] + events[:-1]) / 2)
        return float(area / (events[-1] * others[-1]))

    def auprc(self, weights: Floats) -> float:
        """Return the average precision (no interpolation between scores)."""
        events, others = self.cumulated(weights)
        flagged = events[1:] + others[1:]
        if events[-1] <= 0:
            return float("nan")
        precision = np.divide(events[1:], flagged, out=np.zeros_like(flagged), where=flagged > 0)
        return float(np.sum(np.diff(events) * precision) / events[-1])


def auroc(y: ArrayLike, p: ArrayLike, weights: ArrayLike | None = None) -> float:
    """Return the probability that an event has a higher score than a non-event.

    Notes
    -----
    Mann-Whitney statistic, ties half: Hanley and McNeil, Radiology 1982;143:29-36.
    """
    return Ranking(y, p).auroc(weights_or_ones(weights, len(as_floats(y))))


def auprc(y: ArrayLike, p: ArrayLike, weights: ArrayLike | None = None) -> float:
    """Return the average precision: mean positive predictive value over the events.

    Notes
    -----
    Step-wise, because linear interpolation is too optimistic: Davis and Goadrich, ICML 2006.
    """
    return Ranking(y, p).auprc(weights_or_ones(weights, len(as_floats(y))))


def brier(y: ArrayLike, p: ArrayLike, weights: ArrayLike | None = None) -> float:
    """Return the mean squared difference of label and probability (Brier 1950)."""
    labels, scores = as_floats(y), as_floats(p)
    w = weights_or_ones(weights, len(labels))
    return float(np.average((labels - scores) ** 2, weights=w))


def threshold_metrics(
    y: ArrayLike, p: ArrayLike, threshold: float = 0.5, weights: ArrayLike | None = None
) -> dict[str, float]:
    """Return accuracy, recall, specificity and F1 of flagging at or above a threshold."""
    labels, flagged = as_floats(y), as_floats(p) >= threshold
    w = weights_or_ones(weights, len(labels))
    true_positive = float(np.sum(w * labels * flagged))
    false_positive = float(np.sum(w * (1 - labels) * flagged))
    false_negative = float(np.sum(w * labels * ~flagged))
    true_negative = float(np.sum(w * (1 - labels) * ~flagged))
    return {
        "accuracy": _ratio(true_positive + true_negative, float(np.sum(w))),
        "recall": _ratio(true_positive, true_positive + false_negative),
        "specificity": _ratio(true_negative, true_negative + false_positive),
        "f1": _ratio(2 * true_positive, 2 * true_positive + false_positive + false_negative),
    }


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole > 0 else float("nan")


def newton_logistic(
    x: Floats, y: Floats, w: Floats, offset: Floats | float = 0.0, ridge: float = 0.0
) -> Floats:
    """Return the coefficients of a logistic regression by damped Newton steps.

    ``ridge`` is a penalty on every coefficient but the first column (the intercept).
    """
    beta = np.zeros(x.shape[1])
    penalty = np.full(x.shape[1], ridge)
    penalty[0] = 0.0
    for _ in range(50):
        p = expit(x @ beta + offset)
        gradient = x.T @ (w * (y - p)) - penalty * beta
        curvature = (x * (w * p * (1 - p))[:, None]).T @ x + np.diag(penalty + 1e-9)
        step = np.linalg.solve(curvature, gradient)
        step *= min(1.0, 5.0 / max(float(np.max(np.abs(step))), 1e-12))
        beta = beta + step
        if float(np.max(np.abs(step))) < 1e-8:
            break
    return beta


def calibration_line(
    y: ArrayLike, p: ArrayLike, weights: ArrayLike | None = None
) -> tuple[float, float]:
    """Return calibration slope (ideal 1) and calibration-in-the-large (ideal 0).

    Notes
    -----
    Slope: coefficient of logit(p) in a logistic regression of the outcome on it. Intercept: the
    constant with logit(p) as an offset. Cox, Biometrika 1958;45:562-565; Van Calster et al., BMC
    Medicine 2019;17:230.
    """
    labels, z = as_floats(y), logit(p)
    w = weights_or_ones(weights, len(labels))
    ones = np.ones((len(z), 1))
    if not 0 < float(np.sum(w * labels)) < float(np.sum(w)):
        return float("nan"), float("nan")
    slope = newton_logistic(np.column_stack([ones, z]), labels, w)[1]
    intercept = newton_logistic(ones, labels, w, offset=z)[0]
    return float(slope), float(intercept)


def point_metrics(
    y: ArrayLike, p: ArrayLike, threshold: float = 0.5, weights: ArrayLike | None = None
) -> dict[str, float]:
    """Return every metric of one set of probabilities, without intervals."""
    slope, intercept = calibration_line(y, p, weights)
    return {
        "auroc": auroc(y, p, weights),
        "auprc": auprc(y, p, weights),
        **threshold_metrics(y, p, threshold, weights),
        "brier": brier(y, p, weights),
        "calibration_slope": slope,
        "calibration_intercept": intercept,
    }
