"""A small histogram of numbers that are shown nowhere one by one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

WIDTH, HEIGHT, FOOT = 220, 64, 18


@dataclass(frozen=True)
class Bar:
    """One column."""

    x: float
    width: float
    y: float
    height: float


@dataclass(frozen=True)
class Histogram:
    """Columns over an axis from the smallest to the greatest number."""

    bars: tuple[Bar, ...]
    zero: float | None
    """Where zero lies, if it lies inside."""
    width: int = WIDTH
    base: int = HEIGHT
    height: int = HEIGHT + FOOT


def histogram(spread: Mapping[str, Any]) -> Histogram | None:
    """None where all numbers are one: a picture would say nothing."""
    counts, low, high = spread["counts"], spread["low"], spread["high"]
    if len(counts) < 2 or high <= low:
        return None
    width, tallest = WIDTH / len(counts), max(counts)
    bars = []
    for i, count in enumerate(counts):
        height = round((HEIGHT - 4) * count / tallest, 1)
        bars.append(
            Bar(round(i * width, 1), round(width - 1, 1), round(HEIGHT - height, 1), height)
        )
    zero = round(-low / (high - low) * WIDTH, 1) if low < 0 < high else None
    return Histogram(tuple(bars), zero)
