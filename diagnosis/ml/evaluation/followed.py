"""Patients followed for some time: Kaplan-Meier for events and for censoring, for many weightings.

A weighting (draws, n) counts how often each patient was drawn, so that every curve of every
bootstrap draw is computed at once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from diagnosis.ml.evaluation.metrics import Floats, as_floats, ratio

Index = NDArray[np.intp]


@dataclass(frozen=True)
class Curve:
    """A falling step function of every draw: it is one before the first time."""

    times: Floats  # (u,), rising
    after: Floats  # (draws, u): from each of them on

    def at(self, when: ArrayLike) -> Floats:
        """Return (draws, m): the value at each moment, a step there included."""
        return self._read(np.searchsorted(self.times, as_floats(when), side="right"))

    def before(self, when: ArrayLike) -> Floats:
        """Return (draws, m): the value just before each moment."""
        return self._read(np.searchsorted(self.times, as_floats(when), side="left"))

    def _read(self, places: Index) -> Floats:
        start = np.ones((len(self.after), 1))
        return np.asarray(np.concatenate([start, self.after], axis=1)[:, places])


@dataclass(frozen=True, eq=False)
class Followed:
    """How long each of n patients was followed, and whether the event ended it (1) or not (0)."""

    time: Floats
    event: Floats

    @classmethod
    def of(cls, y: ArrayLike) -> Followed:
        """Read (n, 2): time and event."""
        found = as_floats(y)
        return cls(found[:, 0], found[:, 1])

    def event_free(self, weights: Floats) -> Curve:
        """Return the share without the event (Kaplan and Meier 1958)."""
        times, events, _, at_risk = self.table(weights)
        return _falling(times, events, at_risk)

    def observed(self, weights: Floats) -> Curve:
        """Return the share not censored; at a tie events come first."""
        times, events, censored, at_risk = self.table(weights)
        return _falling(times, censored, at_risk - events)

    def table(self, weights: Floats) -> tuple[Floats, Floats, Floats, Floats]:
        """Return times (u,), and events, censored and those at risk at each, (draws, u)."""
        times, place = np.unique(self.time, return_inverse=True)
        order = np.argsort(place, kind="stable")
        starts = np.searchsorted(place[order], np.arange(len(times)))
        ended = np.add.reduceat((weights * self.event)[:, order], starts, axis=1)
        left = np.add.reduceat(weights[:, order], starts, axis=1)
        at_risk = np.asarray(np.cumsum(left[:, ::-1], axis=1)[:, ::-1])
        return times, ended, left - ended, at_risk

    def labels(self, horizon: float) -> Floats:
        """Return 1 (event by then), 0 (followed beyond it without one), NaN (unknown)."""
        found = np.full(len(self.time), np.nan)
        found[self.time >= horizon] = 0.0
        found[(self.event > 0) & (self.time <= horizon)] = 1.0
        return found

    def standing_in(self, horizon: float, weights: Floats) -> Floats:
        """Return (draws, n): how many patients each stands for; 0 where its outcome is unknown.

        Graf et al., Stat Med 1999;18:2529-2545. Assumes that censoring does not depend on the
        outcome.
        """
        known = ~np.isnan(self.labels(horizon))
        reached = np.minimum(self.time, horizon)
        share = self.observed(weights).before(reached)
        return np.where(known, weights / np.maximum(share, 1e-6), 0.0)

    def at_risk(self, when: float) -> int:
        """Return how many were followed at least as long."""
        return int((self.time >= when).sum())


def _falling(times: Floats, gone: Floats, at_risk: Floats) -> Curve:
    share = np.nan_to_num(ratio(gone, at_risk))
    return Curve(times, as_floats(np.cumprod(1.0 - share, axis=1)))


def event_share(followed: Followed, when: float) -> tuple[float, float, float]:
    """Return the share with the event by a time, and its 95 % interval.

    Greenwood's variance on the log(-log) scale: Kalbfleisch and Prentice 1980, section 1.3.
    """
    once = np.ones((1, len(followed.time)))
    times, events, _, at_risk = followed.table(once)
    free = float(followed.event_free(once).at([when])[0, 0])
    if not 0 < free < 1:
        return 1 - free, float("nan"), float("nan")
    lost, there = events[0, times <= when], at_risk[0, times <= when]
    spread = float(np.sqrt((lost / np.maximum(there - lost, 1e-9) / there).sum()))
    reach = 1.959964 * spread / abs(np.log(free))
    return 1 - free, float(1 - free ** np.exp(-reach)), float(1 - free ** np.exp(reach))
