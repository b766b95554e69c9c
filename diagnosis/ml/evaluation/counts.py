"""What a score meant among the patients that the model had not seen, as whole persons."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from diagnosis.ml.evaluation.metrics import Floats, as_floats, weights_or_ones

_Z95 = 1.959963984540054
_HALVINGS = 50


def wilson_interval(events: float, n: float, z: float = _Z95) -> tuple[float, float]:
    """Return the Wilson score interval of a proportion (Wilson, JASA 1927;22:209-212)."""
    if n <= 0:
        return float("nan"), float("nan")
    rate = events / n
    centre = rate + z * z / (2 * n)
    spread = z * math.sqrt(max(0.0, rate * (1 - rate) / n) + z * z / (4 * n * n))
    whole = 1 + z * z / n
    return max(0.0, (centre - spread) / whole), min(1.0, (centre + spread) / whole)


def exact_interval(events: int, n: int, level: float = 0.95) -> tuple[float, float]:
    """Return the exact interval of a proportion (Clopper and Pearson, Biometrika 1934;26:404)."""
    if n <= 0:
        return float("nan"), float("nan")
    tail = (1 - level) / 2
    lower = 0.0 if events == 0 else _crossing(lambda p: 1 - _at_most(events - 1, n, p), tail)
    upper = 1.0 if events == n else 1 - _crossing(lambda q: _at_most(events, n, 1 - q), tail)
    return lower, upper


def _at_most(events: int, n: int, p: float) -> float:
    """Return the binomial probability of at most so many events."""
    k = np.arange(events + 1)
    steps = np.log((n - k[:-1]) / (k[:-1] + 1.0))
    ways = np.r_[0.0, np.cumsum(steps)]
    return float(min(1.0, np.exp(ways + k * math.log(p) + (n - k) * math.log1p(-p)).sum()))


def _crossing(rising: Callable[[float], float], height: float) -> float:
    """Return where a rising function between 0 and 1 reaches a height, by bisection."""
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (low, middle) if rising(middle) > height else (middle, high)
    return (low + high) / 2


class Band(Protocol):
    """A range of the scale, from above its lower end up to its upper end."""

    @property
    def code(self) -> str: ...
    @property
    def lower(self) -> float: ...
    @property
    def upper(self) -> float: ...
    @property
    def upper_inclusive(self) -> bool: ...


def in_band(p: ArrayLike, band: Band, *, from_lower: bool) -> NDArray[np.bool_]:
    """Return which probabilities lie in a band: above its lower end, up to its upper end.

    The upper end belongs to the band unless ``upper_inclusive`` is false. ``from_lower`` says that
    the lower end belongs to it, too: the band is the first, or the one below leaves it out.
    """
    scores = as_floats(p)
    above = scores >= band.lower if from_lower else scores > band.lower
    below = scores <= band.upper if band.upper_inclusive else scores < band.upper
    return np.asarray(above & below)


@dataclass(frozen=True)
class Counted:
    """Patients and their events, and the (weighted) rate; None of nobody."""

    n: int
    events: int
    rate: float | None

    @classmethod
    def of(cls, labels: Floats, w: Floats) -> Counted:
        """Count rows whose weight is not zero."""
        rate = float(np.average(labels, weights=w)) if len(labels) else None
        return cls(len(labels), int(np.sum(labels)), rate)

    def to_dict(self) -> dict[str, float | None]:
        """Return what JSON can hold."""
        return {"n": self.n, "events": self.events, "rate": self.rate}


@dataclass(frozen=True)
class Stretch:
    """A range of the score, above its lower end and up to its upper one, and who lies in it."""

    lower: float
    upper: float
    inside: Counted

    @classmethod
    def of(cls, labels: Floats, scores: Floats, w: Floats, edges: tuple[float, float]) -> Stretch:
        """Count who lies between two edges; a score of 0 belongs to the first."""
        lower, upper = edges
        inside = (scores > lower) & (scores <= upper) | ((lower == 0) & (scores == 0))
        total, events = int(np.sum(inside)), int(np.sum(labels[inside]))
        weight = float(np.sum(w[inside]))
        rate = float(np.sum((w * labels)[inside])) / weight if weight > 0 else None
        return cls(lower, upper, Counted(total, events, rate))

    def joined(self, above: Stretch) -> Stretch:
        """Return this and the one above it as one."""
        low, high = self.inside, above.inside
        n = low.n + high.n
        rate = ((low.rate or 0) * low.n + (high.rate or 0) * high.n) / n if n else None
        return Stretch(self.lower, above.upper, Counted(n, low.events + high.events, rate))

    def to_dict(self) -> dict[str, float | None]:
        """Return what JSON can hold."""
        return {"lower": self.lower, "upper": self.upper, **self.inside.to_dict()}


def band_counts(
    y: ArrayLike,
    p: ArrayLike,
    bands: Sequence[Band],
    weights: ArrayLike | None = None,
) -> list[dict[str, float | str | None]]:
    """Return for each band the patients scored there, their events, and the (weighted) rate.

    Rows of weight zero (outcome unknown, censored) are left out of all three.
    """
    labels, scores = as_floats(y), as_floats(p)
    w = weights_or_ones(weights, len(labels))
    out: list[dict[str, float | str | None]] = []
    for i, band in enumerate(bands):
        open_below = i > 0 and not bands[i - 1].upper_inclusive
        inside = in_band(scores, band, from_lower=i == 0 or open_below) & (w > 0)
        out.append({"code": band.code, **Counted.of(labels[inside], w[inside]).to_dict()})
    return out


def local_counts(
    y: ArrayLike, p: ArrayLike, weights: ArrayLike | None = None, smallest: int = 20, bins: int = 10
) -> list[dict[str, float | None]]:
    """Return neighbouring ranges of the score with their patients and events.

    The ranges cover 0 to 1 without a gap, so every score finds its own; each holds at least
    ``smallest`` patients (one range if there are fewer).
    """
    labels, scores = as_floats(y), as_floats(p)
    w = weights_or_ones(weights, len(labels))
    labels, scores, w = labels[w > 0], scores[w > 0], w[w > 0]
    groups = max(1, min(bins, len(scores) // max(1, smallest)))
    cuts = np.unique(np.round(np.quantile(scores, np.linspace(0, 1, groups + 1)[1:-1]), 2))
    edges = [0.0, *(float(c) for c in cuts if 0 < c < 1), 1.0]
    found = [Stretch.of(labels, scores, w, pair) for pair in itertools.pairwise(edges)]
    return [one.to_dict() for one in _merged(found, smallest)]


def _merged(ranges: Sequence[Stretch], smallest: int) -> list[Stretch]:
    """Join a range that rounding left too small with the one below it."""
    out: list[Stretch] = []
    for current in ranges:
        if out and (current.inside.n < smallest or out[-1].inside.n < smallest):
            out[-1] = out[-1].joined(current)
        else:
            out.append(current)
    return out


def flagged_table(
    y: ArrayLike, p: ArrayLike, threshold: float, weights: ArrayLike | None = None
) -> dict[str, float]:
    """Return what flagging above a threshold means per hundred.

    Returns
    -------
    dict
        ``threshold``, ``flagged_per_100`` patients, ``per_100_flagged_right`` (positive
        predictive value), ``missed_per_100_events`` (100 - sensitivity).
    """
    labels, flagged = as_floats(y), as_floats(p) > threshold
    w = weights_or_ones(weights, len(labels))
    total, alerts = float(np.sum(w)), float(np.sum(w * flagged))
    events, found = float(np.sum(w * labels)), float(np.sum(w * labels * flagged))
    return {
        "threshold": threshold,
        "flagged_per_100": 100 * alerts / total if total else float("nan"),
        "per_100_flagged_right": 100 * found / alerts if alerts else float("nan"),
        "missed_per_100_events": 100 * (1 - found / events) if events else float("nan"),
    }


def histogram(p: ArrayLike, bins: int = 20) -> list[int]:
    """Return how many scores lie in each of ``bins`` equal parts of 0 to 1."""
    return [int(n) for n in np.histogram(as_floats(p), bins=bins, range=(0, 1))[0]]
