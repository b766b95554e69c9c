"""Where one value stands: the usual range, what a model's patients have, and this patient."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from diagnosis.results.pictures.scale import shown

Range = tuple[float | None, float | None]
Typical = tuple[float, float, float]
"""The ends between which eight of ten patients lie, around their median."""

INSET = 5.0
"""Per cent of the width kept free on both sides, so that no mark is cut."""
ROOM = 0.2
"""Of the distance between the outermost marks."""
SLIVER = 2.0
"""The narrowest box that is still seen."""


@dataclass(frozen=True)
class Span:
    """A stretch of the axis, in per cent of the width."""

    left: str
    right: str
    width: str


@dataclass(frozen=True)
class RangePicture:
    """The usual range as a box, the model's patients as a line with their median, one mark."""

    usual: Span | None
    typical: Span | None
    median_at: str
    value_at: str


@dataclass(frozen=True)
class _Axis:
    low: float
    high: float

    def at(self, value: float) -> float:
        return INSET + (value - self.low) / (self.high - self.low) * (100 - 2 * INSET)

    def percent(self, value: float) -> str:
        return f"{shown(self.at(value))}%"

    def span(self, low: float | None, high: float | None, least: float = 0.0) -> Span:
        """Between two values; an open end reaches the edge of the drawing."""
        left = 0.0 if low is None else self.at(low)
        right = 100.0 if high is None else self.at(high)
        if right - left < least:
            middle = (left + right) / 2
            left, right = middle - least / 2, middle + least / 2
        return Span(f"{shown(left)}%", f"{shown(right)}%", f"{shown(right - left)}%")


def _axis(marks: Sequence[float]) -> _Axis:
    """With room on both sides, so that a box ends where it ends and is seen to."""
    low, high = min(marks), max(marks)
    room = (high - low) or abs(low) or 1.0
    return _Axis(low - ROOM * room, high + ROOM * room)


def range_picture(
    value: float, usual: Range = (None, None), typical: Typical | None = None
) -> RangePicture | None:
    """The geometry, all in one unit; nothing where there is nothing to compare with."""
    limits = [limit for limit in usual if limit is not None]
    if not limits and typical is None:
        return None
    axis = _axis([value, *limits, *(typical or ())])
    return RangePicture(
        usual=axis.span(*usual, SLIVER) if limits else None,
        typical=axis.span(typical[0], typical[2]) if typical else None,
        median_at=axis.percent(typical[1]) if typical else "",
        value_at=axis.percent(value),
    )
