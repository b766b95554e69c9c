"""One number alone: how far out it lies among the training rows, as a normal score."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from diagnosis.ml.families.preprocessing import wants_log
from diagnosis.ml.novelty.writing import array, plain

Array = NDArray[np.float64]

KNOTS = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)
_TAIL = 0.25  # the outer line has the slope of the outer quarter of the rows
_FARTHEST = 50.0  # in normal scores; keeps absurd numbers finite


@dataclass(frozen=True)
class Margin:
    """A number's distribution as a line through a few of its quantiles.

    Between the knots the normal score (van der Waerden 1952) is interpolated, beyond them the
    line goes on as it came: so a skewed or lumpy number is judged on its own scale, whatever
    its unit, and a value beyond all training rows still lies the farther out the larger it is.

    Attributes
    ----------
    values, scores : ndarray, shape (k,)
        The knots: values (logarithms where ``log``), strictly rising, and their normal scores.
    low, high : float
        Scores a unit beyond the first and the last knot. Both 0 for a constant, which tells
        nothing.
    log : bool
        Whether the number enters as its logarithm.
    """

    values: Array
    scores: Array
    low: float
    high: float
    log: bool = False

    @classmethod
    def fit(cls, present: Array) -> Margin:
        """Learn from the values that are there, (n,)."""
        log = wants_log(present)
        scaled = np.sort(np.log(present) if log else present)
        if not len(scaled) or scaled[0] == scaled[-1]:
            return cls(scaled[:1], np.zeros(len(scaled[:1])), 0.0, 0.0, log)
        values = np.unique(np.quantile(scaled, KNOTS))
        scores = _scores(scaled, values)
        steep = 1.0 / float(scaled.std())  # for a number that is nearly constant
        low, high = np.searchsorted(values, np.quantile(scaled, (_TAIL, 1 - _TAIL)))
        return cls(
            values,
            scores,
            _slope(values, scores, 0, int(low), steep),
            _slope(values, scores, min(int(high), len(values) - 1), len(values) - 1, steep),
            log,
        )

    def to_dict(self) -> dict[str, Any]:
        """Return what JSON can hold."""
        knots = {"values": plain(self.values), "scores": plain(self.scores)}
        return {**knots, "low": plain(self.low), "high": plain(self.high), "log": self.log}

    @classmethod
    def from_dict(cls, given: Mapping[str, Any]) -> Margin:
        """Read back what ``to_dict`` wrote."""
        values, scores = array(given["values"]), array(given["scores"])
        return cls(values, scores, float(given["low"]), float(given["high"]), bool(given["log"]))

    @property
    def ends(self) -> tuple[float, float]:
        """The first and the last knot, as the number itself."""
        low, high = float(self.values[0]), float(self.values[-1])
        return (float(np.exp(low)), float(np.exp(high))) if self.log else (low, high)

    def quantile(self, share: float) -> float:
        """The value below which that share of the training rows lies, between the outer knots."""
        score = NormalDist().inv_cdf(share)
        found = float(np.interp(score, self.scores, self.values))
        return float(np.exp(found)) if self.log else found

    @property
    def is_constant(self) -> bool:
        """Whether the training rows held one value only."""
        return self.low == 0.0 and self.high == 0.0

    @property
    def is_sound(self) -> bool:
        """Whether the knots rise and are numbers."""
        knots = np.concatenate([self.values, self.scores, [self.low, self.high]])
        shaped = self.values.ndim == 1 and self.values.shape == self.scores.shape
        rising = bool((np.diff(self.values) > 0).all() and (np.diff(self.scores) >= 0).all())
        empty = not len(self.values) and not self.is_constant
        return shaped and bool(np.isfinite(knots).all()) and rising and not empty

    def score(self, x: Array) -> Array:
        """Return normal scores of numbers (n,); NaN stays NaN."""
        if self.is_constant:
            return np.where(np.isnan(x), np.nan, 0.0)
        scaled = np.log(np.maximum(x, np.exp(self.values[0]) * 1e-9)) if self.log else x
        inside = np.interp(scaled, self.values, self.scores)
        below = np.minimum(scaled - self.values[0], 0.0) * self.low
        above = np.maximum(scaled - self.values[-1], 0.0) * self.high
        scores: Array = np.clip(inside + below + above, -_FARTHEST, _FARTHEST)
        return scores


def _scores(rows: Array, values: Array) -> Array:
    """Return normal scores of the middle rank of values among sorted rows."""
    ranks = np.searchsorted(rows, values, "left") + np.searchsorted(rows, values, "right")
    shares = np.clip(ranks / (2 * len(rows)), 0.5 / len(rows), 1 - 0.5 / len(rows))
    return np.array([NormalDist().inv_cdf(float(share)) for share in shares])


def _slope(values: Array, scores: Array, first: int, last: int, otherwise: float) -> float:
    if last <= first:
        return otherwise
    return float((scores[last] - scores[first]) / (values[last] - values[first]))
