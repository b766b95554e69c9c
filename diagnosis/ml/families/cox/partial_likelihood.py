"""Cox's penalised partial likelihood with Efron's ties, and Breslow's baseline.

Cox, J R Stat Soc B 1972;34:187-220; Efron, JASA 1977;72:557-565; Breslow, Biometrics 1974;30:89-99.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Index = NDArray[np.intp]

_ROUNDS = 50
_MOST = 3.0  # the longest step of a linear predictor: farther Newton is not to be trusted


@dataclass(frozen=True, eq=False)
class RiskSets:
    """Who was still at risk at each event time; rows are sorted by time.

    Attributes
    ----------
    order : ndarray
        Sorts the rows by time.
    events : ndarray
        Places, in that order, of the events.
    starts : ndarray
        The first row at risk, for each different event time.
    ties : ndarray
        Where each time begins among the events.
    group : ndarray
        The number of the time of each event.
    share : ndarray
        Which part of the tied events Efron takes out of the risk set, for each event.
    """

    order: Index
    events: Index
    starts: Index
    ties: Index
    group: Index
    share: Array
    times: Array

    @classmethod
    def of(cls, time: Array, event: Array) -> RiskSets:
        """Sort rows of which at least one has the event."""
        order = np.argsort(time, kind="stable")
        sorted_time = time[order]
        events = np.flatnonzero(event[order] > 0)
        times, ties, counts = np.unique(sorted_time[events], return_index=True, return_counts=True)
        group = np.repeat(np.arange(len(times)), counts)
        share = (np.arange(len(events)) - ties[group]) / counts[group]
        starts = np.searchsorted(sorted_time, times, side="left")
        return cls(order, events, starts, ties, group, share, times)


def _from_end(values: Array) -> Array:
    """Return the sum of each row and all after it."""
    return np.asarray(np.cumsum(values[::-1], axis=0)[::-1])


def _at_events(sets: RiskSets, values: Array) -> Array:
    """Return the sum over the risk set of each event, less Efron's part of the tied ones."""
    risk = _from_end(values)[sets.starts]
    tied = np.add.reduceat(values[sets.events], sets.ties, axis=0)
    share = sets.share.reshape(-1, *[1] * (values.ndim - 1))
    return np.asarray(risk[sets.group] - share * tied[sets.group])


def slopes(z: Array, sets: RiskSets, penalty: float) -> Array:
    """Return the coefficients (columns,) of the penalised partial likelihood.

    Parameters
    ----------
    z : ndarray, shape (n, columns)
        Design matrix, scaled.
    sets : RiskSets
        Of the same rows.
    penalty : float
        Half of it times the squared coefficients is added to the loss.
    """
    x = z[sets.order]
    outer = (x[:, :, None] * x[:, None, :]).reshape(len(x), -1)
    beta = np.zeros(x.shape[1])
    for _ in range(_ROUNDS):
        w = np.exp(x @ beta - float((x @ beta).max()))
        total = _at_events(sets, w)
        mean = _at_events(sets, w[:, None] * x) / total[:, None]
        square = (_at_events(sets, w[:, None] * outer) / total[:, None]).sum(axis=0)
        gradient = (x[sets.events] - mean).sum(axis=0) - penalty * beta
        curve = square.reshape(len(beta), -1) - mean.T @ mean + penalty * np.eye(len(beta))
        step = np.linalg.solve(curve + 1e-9 * np.eye(len(beta)), gradient)
        reach = float(np.abs(x @ step).max())
        beta = beta + step * min(1.0, _MOST / max(reach, 1e-12))
        if reach < 1e-8:
            break
    return beta


def log_hazards(predictor: Array, sets: RiskSets, ends: tuple[float, ...]) -> Array:
    """Return the log of Breslow's cumulative baseline hazard in each interval, (k,).

    An interval without an event has next to none, so that nothing is infinite.
    """
    risk = _from_end(np.exp(predictor[sets.order]))[sets.starts]
    steps = np.bincount(sets.group) / risk
    place = np.searchsorted(np.array(ends), sets.times, side="left")
    inside = place < len(ends)
    each = np.bincount(place[inside], steps[inside], minlength=len(ends))
    return np.log(np.maximum(each, 1e-8))
