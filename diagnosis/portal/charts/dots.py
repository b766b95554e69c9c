"""What an input adds against its value: one dot a patient, the usual range behind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from diagnosis.portal.charts.ticks import ticks
from diagnosis.results.pictures.scale import Axis, shown

Floats = NDArray[np.float64]
Index = NDArray[np.intp]
HEIGHT = 300
MOST_DOTS = 600
_TOP, _BOTTOM = 14.0, 34.0
_LEFT, _RIGHT = 7.0, 98.0
"""Per cent of the width; the axis' figures stand left of it, inside the picture."""
_MISSING = 9.0
"""Per cent of the width for values that were not measured."""
_CELLS = ((0.6, 4.0), (0.9, 6.0), (1.4, 9.0), (2.0, 13.0), (3.0, 20.0))
"""Width in per cent and height in pixels within which dots lie on each other."""


@dataclass(frozen=True)
class Dot:
    """The newest result of a place, and how many lie there."""

    x: str
    y: str
    row: int
    count: int


@dataclass(frozen=True)
class Label:
    at: str
    value: float


@dataclass(frozen=True)
class Segment:
    x1: str
    y1: str
    x2: str
    y2: str


@dataclass(frozen=True)
class Dots:
    dots: tuple[Dot, ...]
    across: tuple[Label, ...]
    """Along the values: a number, or the code of a category."""
    up: tuple[Label, ...]
    zero: str
    left: str
    right: str
    missing_at: str
    """Where values that were not measured stand; empty without any."""
    usual: tuple[str, str] | None
    middle: tuple[Segment, ...]
    height: int = HEIGHT
    bottom: float = HEIGHT - _BOTTOM


@dataclass(frozen=True)
class _Across:
    """From values to per cent of the width."""

    low: float
    high: float
    codes: tuple[float, ...]
    right: float

    def at(self, column: Floats) -> Floats:
        if self.codes:
            slots = np.searchsorted(np.array(self.codes), column).astype(np.float64)
            share = (slots + 0.5 + _spread(column) * 0.6) / len(self.codes)
        else:
            share = (column - self.low) / (self.high - self.low)
        return _LEFT + np.clip(share, 0, 1) * (self.right - _LEFT)

    def percent(self, value: float) -> str:
        share = min(max((value - self.low) / (self.high - self.low), 0.0), 1.0)
        return f"{shown(_LEFT + share * (self.right - _LEFT))}%"

    @property
    def labels(self) -> tuple[Label, ...]:
        if not self.codes:
            return tuple(Label(self.percent(t), t) for t in ticks(self.low, self.high))
        width = (self.right - _LEFT) / len(self.codes)
        return tuple(
            Label(f"{shown(_LEFT + (i + 0.5) * width)}%", code) for i, code in enumerate(self.codes)
        )


def _spread(column: Floats) -> Floats:
    """Patients of one category side by side, from -0.5 to 0.5, by their place in the list."""
    places = np.zeros(len(column))
    for code in np.unique(column[~np.isnan(column)]):
        here = np.flatnonzero(column == code)
        places[here] = (np.arange(len(here)) * 0.618034) % 1.0 - 0.5
    return places


def _across(column: Floats, *, is_number: bool) -> _Across:
    known = column[~np.isnan(column)]
    right = _RIGHT - _MISSING if len(known) < len(column) else _RIGHT
    if not is_number:
        return _Across(0.0, 1.0, tuple(np.unique(known)), right)
    low, high = (float(known.min()), float(known.max())) if len(known) else (0.0, 1.0)
    room = (high - low) * 0.02 or abs(low) * 0.1 or 1.0
    return _Across(low - room, high + room, (), right)


def dots(
    column: Floats,
    contributions: Floats,
    *,
    is_number: bool,
    usual: Sequence[float] | None = None,
    middle: Sequence[tuple[float, float]] = (),
) -> Dots:
    """``middle`` are points of the average: value and contribution, by rising value."""
    across, missing = _across(column, is_number=is_number), np.isnan(column)
    x = across.at(np.where(missing, across.low, column))
    x[missing] = _RIGHT - _MISSING / 2 + _spread(np.zeros(int(missing.sum()))) * _MISSING * 0.6
    axis = Axis(*_limits(contributions))
    y = np.array([_height(axis, value) for value in contributions])
    line = [(across.percent(value), _at(axis, mean)) for value, mean in middle]
    return Dots(
        dots=_thinned(x, y),
        across=across.labels,
        up=tuple(Label(_at(axis, t), t) for t in axis.ticks),
        zero=_at(axis, 0.0),
        left=f"{shown(_LEFT)}%",
        right=f"{shown(across.right)}%",
        missing_at=f"{shown(_RIGHT - _MISSING / 2)}%" if missing.any() else "",
        usual=_usual(across, usual),
        middle=tuple(Segment(*a, *b) for a, b in pairwise(line)),
    )


def _limits(contributions: Floats) -> tuple[float, float]:
    low, high = min(float(contributions.min()), 0.0), max(float(contributions.max()), 0.0)
    room = max((high - low) * 0.05, 0.005)
    return low - room, high + room


def _height(axis: Axis, value: float) -> float:
    return _TOP + (1 - axis.at(value) / 100) * (HEIGHT - _TOP - _BOTTOM)


def _at(axis: Axis, value: float) -> str:
    return shown(_height(axis, value))


def _usual(across: _Across, usual: Sequence[float] | None) -> tuple[str, str] | None:
    """Left edge and width of the usual range, as far as it lies in the picture."""
    if usual is None or across.codes or usual[1] <= across.low or usual[0] >= across.high:
        return None
    left, right = (float(across.percent(end)[:-1]) for end in usual)
    return f"{shown(left)}%", f"{shown(right - left)}%"


def _thinned(x: Floats, y: Floats) -> tuple[Dot, ...]:
    """One dot a place: what lies under another would not be seen and cannot be clicked."""
    first, counts = np.arange(len(x)), np.ones(len(x), dtype=np.intp)
    for width, height in _CELLS:
        places = np.column_stack([np.round(x / width), np.round(y / height)])
        _cells, first, counts = np.unique(places, axis=0, return_index=True, return_counts=True)
        if len(first) <= MOST_DOTS:
            break
    return tuple(
        Dot(f"{shown(x[row])}%", shown(y[row]), int(row), int(count))
        for row, count in zip(first, counts, strict=True)
    )
