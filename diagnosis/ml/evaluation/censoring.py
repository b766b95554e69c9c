"""Outcomes within a fixed time, when some patients were not followed that long."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from diagnosis.ml.evaluation.metrics import Floats, as_floats


def horizon_labels(time: ArrayLike, event: ArrayLike, horizon: float) -> Floats:
    """Return 1 (event by the horizon), 0 (followed beyond it without one) or NaN (unknown)."""
    times, happened = as_floats(time), as_floats(event) > 0
    labels = np.full(len(times), np.nan)
    labels[times >= horizon] = 0.0
    labels[happened & (times <= horizon)] = 1.0
    return labels


def censoring_survival(time: ArrayLike, event: ArrayLike, at: ArrayLike) -> Floats:
    """Return the probability of still being under observation just before each time in ``at``.

    Kaplan-Meier with the roles of event and censoring exchanged; at a tie events come first.
    """
    times, happened = as_floats(time), as_floats(event) > 0
    censored_at = np.unique(times[~happened])
    at_risk = np.array([np.sum((times > t) | ((times == t) & ~happened)) for t in censored_at])
    censored = np.array([np.sum((times == t) & ~happened) for t in censored_at])
    steps = np.cumprod(1 - censored / np.maximum(at_risk, 1))
    before = np.searchsorted(censored_at, as_floats(at), side="left")
    return np.asarray(np.r_[1.0, steps][before])


def inverse_probability_weights(time: ArrayLike, event: ArrayLike, horizon: float) -> Floats:
    """Return weights that let the fully followed patients stand for the censored ones, too.

    Parameters
    ----------
    time : (n,) array
        Days until the event or the end of observation.
    event : (n,) array
        1 if the event ended the observation, 0 if censored.
    horizon : float
        Days of the forecast.

    Returns
    -------
    (n,) array
        0 where the outcome at the horizon is unknown, else 1 / G, where G is the probability of
        not being censored before the event or the horizon, whichever came first.

    Notes
    -----
    Graf et al., Stat Med 1999;18:2529-2545; Uno et al., JASA 2007;102:527-537. Assumes that
    censoring does not depend on the outcome.
    """
    labels = horizon_labels(time, event, horizon)
    reached = np.minimum(as_floats(time), horizon)
    g = censoring_survival(time, event, reached)
    known = ~np.isnan(labels)
    return np.where(known, 1 / np.maximum(g, 1e-6), 0.0)
