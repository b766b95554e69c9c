"""One quantity over time: points, the usual range behind them, lines only where they are earned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median
from typing import Protocol

from diagnosis.portal.charts.ticks import moments, ticks

LARGEST_GAP = timedelta(days=460)
"""A year and a season: whoever is seen yearly is followed, whoever was lost is not joined."""
STRETCH = 3.5
"""A pause longer than so many usual intervals is a gap."""
INSET = 2.5
"""Per cent of the width kept free on both sides, so that no mark is cut."""


ROOM_FOR_VALUES = 14.0
"""Per cent of the width at the left, where the axis of a full picture says its values."""
MOST_VALUES = 5
CLOSE = 0.09
MONTHS_ARE_ENOUGH = timedelta(days=90)


class Point(Protocol):
    """A dated value; ``flag`` is ``H``, ``L`` or nothing."""

    @property
    def at(self) -> datetime: ...
    @property
    def value(self) -> float: ...
    @property
    def flag(self) -> str: ...


@dataclass(frozen=True)
class Mark:
    """Where one point is drawn: ``x`` in per cent of the width, ``y`` in pixels from above."""

    x: str
    y: str
    flag: str
    point: Point


@dataclass(frozen=True)
class Line:
    x1: str
    y1: str
    x2: str
    y2: str


@dataclass(frozen=True)
class Strip:
    """The usual range."""

    y: str
    height: str


@dataclass(frozen=True)
class Axes:
    """Where round values and moments stand, and the limits of the usual range."""

    values: tuple[tuple[str, float], ...]
    moments: tuple[tuple[str, datetime], ...]
    limits: tuple[tuple[str, float], ...]
    in_months: bool
    """Whether the months of the moments say enough."""


@dataclass(frozen=True)
class Trend:
    marks: tuple[Mark, ...]
    lines: tuple[Line, ...]
    usual: Strip | None
    lowest: float
    highest: float
    height: int
    axes: Axes | None = None

    @property
    def last(self) -> Mark:
        return self.marks[-1]

    @property
    def first(self) -> Mark:
        return self.marks[0]


@dataclass(frozen=True)
class _Scale:
    start: datetime
    span: float
    low: float
    high: float
    height: int
    margin: int
    left: float = INSET

    def x(self, at: datetime) -> str:
        share = (at - self.start).total_seconds() / self.span if self.span else 0.5
        return f"{self.left + share * (100 - self.left - INSET):.2f}%"

    def y(self, value: float) -> str:
        inside = self.height - 2 * self.margin
        return f"{self.margin + (self.high - value) / (self.high - self.low) * inside:.1f}"


def is_gap(earlier: Point, later: Point, usual: timedelta) -> bool:
    pause = later.at - earlier.at
    return pause > LARGEST_GAP or (usual > timedelta() and pause > usual * STRETCH)


def usual_interval(points: Sequence[Point]) -> timedelta:
    pauses = [(b.at - a.at).total_seconds() for a, b in pairwise(points)]
    return timedelta(seconds=median(pauses) if pauses else 0)


def _limits(points: Sequence[Point], reference: tuple[float | None, float | None]) -> list[float]:
    shown = [point.value for point in points] + [limit for limit in reference if limit is not None]
    low, high = min(shown), max(shown)
    if low == high:
        pad = abs(low) * 0.1 or 1.0
        return [low - pad, high + pad]
    return [low, high]


def _strip(scale: _Scale, reference: tuple[float | None, float | None]) -> Strip | None:
    low, high = reference
    if low is None and high is None:
        return None
    top = float(scale.y(high)) if high is not None else 0.0
    bottom = float(scale.y(low)) if low is not None else float(scale.height)
    return Strip(f"{top:.1f}", f"{max(bottom - top, 1):.1f}")


def trend(
    points: Sequence[Point],
    *,
    reference: tuple[float | None, float | None] = (None, None),
    height: int = 160,
    margin: int = 12,
    with_axes: bool = False,
) -> Trend | None:
    """The geometry of a series in one unit; nothing where there is nothing to draw."""
    ordered = sorted(points, key=lambda point: point.at)
    if not ordered:
        return None
    low, high = _limits(ordered, reference)
    span = (ordered[-1].at - ordered[0].at).total_seconds()
    left = ROOM_FOR_VALUES if with_axes else INSET
    scale = _Scale(ordered[0].at, span, low, high, height, margin, left)
    marks = tuple(Mark(scale.x(p.at), scale.y(p.value), p.flag, p) for p in ordered)
    usual = usual_interval(ordered)
    lines = tuple(
        Line(a.x, a.y, b.x, b.y) for a, b in pairwise(marks) if not is_gap(a.point, b.point, usual)
    )
    axes = _axes(scale, ordered, reference) if with_axes else None
    return Trend(marks, lines, _strip(scale, reference), low, high, height, axes)


def _axes(
    scale: _Scale, points: Sequence[Point], reference: tuple[float | None, float | None]
) -> Axes:
    """A round value that would be printed over a limit is left out: the limit says more."""
    limits = [limit for limit in reference if limit is not None]
    room = (scale.high - scale.low) * CLOSE
    round_values = [
        value
        for value in ticks(scale.low, scale.high, MOST_VALUES)
        if all(abs(value - limit) > room for limit in limits)
    ]
    start, end = points[0].at, points[-1].at
    return Axes(
        values=tuple((scale.y(value), value) for value in round_values),
        moments=tuple((scale.x(at), at) for at in moments(start, end)),
        limits=tuple((scale.y(limit), limit) for limit in limits),
        in_months=end - start > MONTHS_ARE_ENOUGH,
    )
