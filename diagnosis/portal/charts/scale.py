"""A linear axis from probabilities to per cent of the drawing's width."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

STEPS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.25)
MOST_TICKS = 7


def shown(value: float) -> str:
    """A coordinate as an SVG attribute."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


@dataclass(frozen=True)
class Axis:
    """Probabilities from ``low`` to ``high`` over the whole width."""

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
        step = next((s for s in STEPS if (self.high - self.low) / s <= MOST_TICKS), STEPS[-1])
        first, last = math.ceil(self.low / step - 1e-9), math.floor(self.high / step + 1e-9)
        return [round(i * step, 4) for i in range(first, last + 1)]


def around(values: Iterable[float], padding: float = 0.06) -> Axis:
    """An axis that holds all values, never beyond 0 and 1, never narrower than ten points."""
    given = [min(max(v, 0.0), 1.0) for v in values]
    low, high = min(given), max(given)
    room = max((high - low) * padding, (0.1 - (high - low)) / 2, 0.0)
    return Axis(max(0.0, low - room), min(1.0, high + room))
