"""Bands are data of the service sheet: limits, the action they stand for, and its source."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from diagnosis.registry.sheet.shape import Part
from medportal.common.text import Text

TOLERANCE = 1e-12


@dataclass(frozen=True, kw_only=True)
class Band(Part):
    """A range of the scale with the action that it stands for; its code is one of the levels."""

    code: str
    label: Text
    lower: float
    upper: float
    action: str
    text: Text
    source: Text | str
    upper_inclusive: bool = True
    asks: bool | None = None
    """Whether a result should not wait; None: all but the lowest."""

    def holds(self, estimate: float) -> bool:
        """Whether it ends above, or at, an estimate that is in none of the bands below."""
        return estimate < self.upper or (self.upper_inclusive and estimate <= self.upper)


def cover(listed: Sequence[Band], ends: tuple[float, float]) -> bool:
    """Whether the bands follow each other over the whole scale without gap or overlap."""
    edge, end = ends
    for band in listed:
        if abs(band.lower - edge) > TOLERANCE or band.upper <= edge:
            return False
        edge = band.upper
    return abs(edge - end) <= TOLERANCE


def number_of(listed: Sequence[Band], estimate: float) -> int:
    """Which band from below, counted from 0; 0 where there are none."""
    found = (index for index, band in enumerate(listed) if band.holds(estimate))
    return next(found, max(len(listed) - 1, 0))


def asks(listed: Sequence[Band], index: int) -> bool:
    """Where even the lowest band stands for the same action as the next one, it asks, too."""
    band = listed[index]
    if band.asks is not None:
        return band.asks
    return index > 0 or (len(listed) > 1 and listed[1].action == band.action)
