"""A linear axis from estimates to per cent of the drawing's width."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

STEPS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.25)
WIDE_STEPS = (0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0)
WIDE = 2.0
"""No difference of probabilities spans more."""
MOST_TICKS = 7


def shown(value: float) -> str:
    """A coordinate as an SVG attribute."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


@dataclass(frozen=True)
class Axis:
    """Estimates from ``low`` to ``high`` over the whole width."""

    low: float
    high: float

    def at(self, value: float) -> float:
        """Per cent of the width; what lies outside stops at the edge."""
        inside = min(max(value, self.low), self.high)
        return (inside - self.low) / (self.high - self.low) * 100

    def percent(self, value: float) -> str:
        return f"{shown(self.at(value))}%"

    def span(self, first: float, second: float) -> tuple[str, str]:
        """Left edge and width between two values, whichever is greater."""
        left, right = sorted((self.at(first), self.at(second)))
        return f"{shown(left)}%", f"{shown(right - left)}%"

    @property
    def ticks(self) -> list[float]:
        span = self.high - self.low
        steps = STEPS if span <= WIDE else WIDE_STEPS
        step = next((s for s in steps if span / s <= MOST_TICKS), steps[-1])
        first, last = math.ceil(self.low / step - 1e-9), math.floor(self.high / step + 1e-9)
        return [round(i * step, 4) for i in range(first, last + 1)]


def around(
    values: Iterable[float], padding: float = 0.06, ends: tuple[float, float] = (0.0, 1.0)
) -> Axis:
    """An axis that holds all values, never beyond its ends, never narrower than ten points."""
    first, last = ends
    given = [min(max(v, first), last) for v in values]
    low, high = min(given), max(given)
    room = max((high - low) * padding, (0.1 - (high - low)) / 2, 0.0)
    return Axis(max(first, low - room), min(last, high + room))
