"""The metrics themselves: one label and one probability a patient, optionally a weight."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
_EPSILON = 1e-7  # probabilities of exactly 0 or 1 have no logit
_ROUNDS, _LONGEST, _CLOSE, _RIDGE = 50, 2.0, 1e-7, 1e-9  # of Newton's method


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

    A bootstrap draw is a weighting of the rows by how often each was drawn; weights are (n,) or
    (draws, n), results follow.
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
        ordered = weights[..., self.order]
        start = np.zeros((*ordered.shape[:-1], 1))
        events = np.cumsum(ordered * self.events, axis=-1)[..., self.ends]
        others = np.cumsum(ordered * (1 - self.events), axis=-1)[..., self.ends]
        return np.concatenate([start, events], -1), np.concatenate([start, others], -1)

    def areas(self, weights: Floats) -> tuple[Floats, Floats]:
        """Return AUROC (ties count half) and average precision (no interpolation).

        NaN where there is no event or, for the AUROC, no non-event.
        """
        events, others = self.cumulated(weights)
        wins = (np.diff(others) * (events[..., 1:] + events[..., :-1]) / 2).sum(axis=-1)
        flagged = events[..., 1:] + others[..., 1:]
        precision = np.divide(
            events[..., 1:], flagged, out=np.zeros_like(flagged), where=flagged > 0
        )
        gained = (np.diff(events) * precision).sum(axis=-1)
        return ratio(wins, events[..., -1] * others[..., -1]), ratio(gained, events[..., -1])


def ratio(part: ArrayLike, whole: ArrayLike) -> Floats:
    """Return part / whole, NaN where the whole is nothing."""
    above, below = np.broadcast_arrays(as_floats(part), as_floats(whole))
    return np.asarray(np.divide(above, below, out=np.full(below.shape, np.nan), where=below > 0))


def auroc(y: ArrayLike, p: ArrayLike, weights: ArrayLike | None = None) -> float:
    """Return the probability that an event has a higher score than a non-event.

    Notes
    -----
    Mann-Whitney statistic, ties half: Hanley and McNeil, Radiology 1982;143:29-36.
    """
    return float(Ranking(y, p).areas(weights_or_ones(weights, len(as_floats(y))))[0])


def auprc(y: ArrayLike, p: ArrayLike, weights: ArrayLike | None = None) -> float:
    """Return the average precision: mean positive predictive value over the events.

    Notes
    -----
    Step-wise, because linear interpolation is too optimistic: Davis and Goadrich, ICML 2006.
    """
    return float(Ranking(y, p).areas(weights_or_ones(weights, len(as_floats(y))))[1])


def brier(y: ArrayLike, p: ArrayLike, weights: ArrayLike | None = None) -> float:
    """Return the mean squared difference of label and probability (Brier 1950)."""
    labels = as_floats(y)
    w = weights_or_ones(weights, len(labels))
    return float(ratio(w @ (labels - as_floats(p)) ** 2, w.sum()))


def threshold_metrics(
    y: ArrayLike, p: ArrayLike, threshold: float = 0.5, weights: ArrayLike | None = None
) -> dict[str, float]:
    """Return accuracy, recall, specificity and F1 of flagging at or above a threshold."""
    labels = as_floats(y)
    found = confusion_metrics(
        labels, as_floats(p) >= threshold, weights_or_ones(weights, len(labels))
    )
    return {name: float(value) for name, value in found.items()}


def confusion_metrics(y: Floats, flagged: NDArray[np.bool_], weights: Floats) -> dict[str, Floats]:
    """Return the same for weights (n,) or (draws, n)."""
    true_positive, positive = weights @ (y * flagged), weights @ y
    flags, total = weights @ flagged.astype(np.float64), weights.sum(axis=-1)
    true_negative = total - positive - flags + true_positive
    return {
        "accuracy": ratio(true_positive + true_negative, total),
        "recall": ratio(true_positive, positive),
        "specificity": ratio(true_negative, total - positive),
        "f1": ratio(2 * true_positive, positive + flags),
    }


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
    labels = as_floats(y)
    w = weights_or_ones(weights, len(labels))[None]
    slopes, intercepts = calibration_lines(labels, logit(p), w)
    return float(slopes[0]), float(intercepts[0])


def calibration_lines(y: Floats, z: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """Return slopes and intercepts for weights (draws, n) and logits z, all draws at once."""
    events, total = weights @ y, weights.sum(axis=1)
    usable = (events > 0) & (events < total)
    slopes, intercepts = np.full(len(weights), np.nan), np.full(len(weights), np.nan)
    if usable.any():
        slopes[usable] = _slopes(y, z, weights[usable])
        intercepts[usable] = _intercepts(y, z, weights[usable])
    return slopes, intercepts


def _slopes(y: Floats, z: Floats, w: Floats) -> Floats:
    """Newton's method on constant and slope, started at a perfect calibration."""
    a, b = np.zeros(len(w)), np.ones(len(w))
    for _ in range(_ROUNDS):
        p = expit(a[:, None] + b[:, None] * z)
        residual, spread = w * (y - p), w * p * (1 - p)
        ga, gb = residual.sum(axis=1), residual @ z
        haa, hab, hbb = spread.sum(axis=1) + _RIDGE, spread @ z, spread @ z**2 + _RIDGE
        determinant = np.maximum(haa * hbb - hab**2, 1e-300)
        da = np.clip((hbb * ga - hab * gb) / determinant, -_LONGEST, _LONGEST)
        db = np.clip((haa * gb - hab * ga) / determinant, -_LONGEST, _LONGEST)
        a, b = a + da, b + db
        if max(np.abs(da).max(), np.abs(db).max()) < _CLOSE:
            break
    return b


def _intercepts(y: Floats, z: Floats, w: Floats) -> Floats:
    """Newton's method on the constant alone, logit(p) as an offset."""
    a = np.zeros(len(w))
    for _ in range(_ROUNDS):
        p = expit(a[:, None] + z)
        step = (w * (y - p)).sum(axis=1) / ((w * p * (1 - p)).sum(axis=1) + _RIDGE)
        step = np.clip(step, -_LONGEST, _LONGEST)
        a = a + step
        if np.abs(step).max() < _CLOSE:
            break
    return a


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
