"""Time in intervals: which there are, what happened in each, and from hazards to risks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

EVENTS_AN_INTERVAL = 40
MOST_INTERVALS = 6  # between two horizons
_WHOLE = 100  # to so many days and beyond, an interval ends on a whole one


def grid(time: Array, event: Array, horizons: tuple[float, ...]) -> tuple[float, ...]:
    """Return the ends of the intervals: each horizon, and between them as the events lie.

    Intervals of about as many events each have hazards that are known about as well.
    """
    ends: list[float] = []
    start, digits = 0.0, 0 if horizons[-1] >= _WHOLE else 6
    for horizon in horizons:
        inside = time[(event > 0) & (time > start) & (time <= horizon)]
        parts = int(np.clip(len(inside) // EVENTS_AN_INTERVAL, 1, MOST_INTERVALS))
        shares = np.arange(1, parts) / parts
        cuts = np.round(np.quantile(inside, shares), digits) if len(shares) else np.zeros(0)
        ends += [float(cut) for cut in np.unique(cuts) if start < cut < horizon]
        ends.append(float(horizon))
        start = horizon
    return tuple(ends)


def outcomes(time: Array, event: Array, ends: tuple[float, ...]) -> Array:
    """Return (n, k): 1 in the interval of the event, 0 in those survived, else NaN.

    Who is censored inside an interval counts as a survivor of it if followed for half of it
    (Brown, Branford, Moran, IEEE Trans Neural Netw 1997;8:1071-1077).
    """
    to = np.array(ends)
    starts = np.r_[0.0, to[:-1]]
    place = np.searchsorted(to, time, side="left")  # the interval (start, end] that holds the time
    before = np.arange(len(to)) < place[:, None]
    here = np.arange(len(to)) == place[:, None]
    happened = here & (event > 0)[:, None]
    half = here & ~happened & (time[:, None] >= (starts + to) / 2)
    found = np.where(before | half, 0.0, np.nan)
    found[happened] = 1.0
    found[np.isnan(time) | np.isnan(event)] = np.nan
    return found


def risks(logits: Array) -> Array:
    """Return the risk of the event by the end of each interval, of logits (…, k) of its hazards."""
    return np.asarray(-np.expm1(-np.cumsum(np.logaddexp(0.0, logits), axis=-1)))


def medians(risk: Array, ends: tuple[float, ...]) -> Array:
    """Return (n,): when half have had the event; NaN where that is not reached.

    Within an interval the hazard is taken as constant.
    """
    free = np.log1p(-np.minimum(np.column_stack([np.zeros(len(risk)), risk]), 1 - 1e-12))
    to, aim = np.r_[0.0, ends], np.log(0.5)
    place = (free <= aim).argmax(axis=1)
    rows = np.arange(len(risk))
    reached = place > 0
    last = np.maximum(place, 1)
    above, below = free[rows, last - 1], free[rows, last]
    with np.errstate(divide="ignore", invalid="ignore"):
        part = (above - aim) / (above - below)
    return np.where(reached, to[last - 1] + part * (to[last] - to[last - 1]), np.nan)


def log_hazard_logits(raw: Array) -> Array:
    """Return the logit of the hazard of an interval for its log cumulative hazard.

    With u = exp(raw) the hazard is 1 - exp(-u), so its logit is log(exp(u) - 1).
    """
    u = np.exp(np.minimum(raw, 4.0))
    small = raw + u / 2 + u**2 / 24
    return np.where(u < 0.1, small, u + np.log(-np.expm1(-np.maximum(u, 0.05))))


def base_logits(aims: Array) -> Array:
    """Return the logit of the hazard of each interval among all who were followed in it."""
    there = np.maximum((~np.isnan(aims)).sum(axis=0), 1)
    base = np.clip(np.nansum(aims, axis=0) / there, 0.5 / there, 1 - 1e-6)
    return np.asarray(np.log(base / (1 - base)))


def pooled(x: Array, aims: Array, path: Array) -> Array:
    """Return weights (m, columns, k): one slope for all intervals, an intercept each.

    The pooled logistic regression of person-intervals (D'Agostino et al., Stat Med
    1990;9:1501-1515) by Newton's method, the last column of ``x`` being the constant.
    """
    return np.stack([_pooled(x[:, :-1], aims, penalty) for penalty in path])


def _pooled(z: Array, aims: Array, penalty: float) -> Array:
    known = ~np.isnan(aims)
    seen = np.where(known, aims, 0.0)
    d, k = z.shape[1], aims.shape[1]
    slope, starts = np.zeros(d), base_logits(aims)
    for _ in range(60):
        p = 0.5 * (1.0 + np.tanh(0.5 * ((z @ slope)[:, None] + starts)))
        rest, spread = known * (p - seen), known * p * (1 - p)
        gradient = np.r_[z.T @ rest.sum(axis=1) + penalty * slope, rest.sum(axis=0)]
        curve = np.zeros((d + k, d + k))
        curve[:d, :d] = (z.T * spread.sum(axis=1)) @ z + penalty * np.eye(d)
        curve[:d, d:] = z.T @ spread
        curve[d:, :d] = curve[:d, d:].T
        curve[d:, d:] = np.diag(spread.sum(axis=0) + 1e-8)
        step = np.linalg.solve(curve, gradient)
        reach = float(np.abs(step).max())
        step *= min(1.0, 2.0 / max(reach, 1e-12))
        slope, starts = slope - step[:d], starts - step[d:]
        if reach < 1e-7:
            break
    return np.vstack([np.repeat(slope[:, None], k, axis=1), starts])
