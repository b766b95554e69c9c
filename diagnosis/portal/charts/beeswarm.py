"""The beeswarm: one row an input, each mark some patients, from lowering to raising.

Marks are gathered into columns, so that a page of thousands of patients stays light. Within a
column low values lie below high ones: place tells what shape and colour tell.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from diagnosis.results.pictures.scale import Axis, shown

Floats = NDArray[np.float64]
Index = NDArray[np.intp]
MOST_MARKS = 1_400
HEIGHT = 52
_STEP = 7.0
_EDGE = 5.0
_COLUMNS = (80, 60, 40, 24)
_PER_MARK = (1, 2, 3, 5, 10, 20, 50, 100, 200)


@dataclass(frozen=True)
class Swarmed:
    """One input: what it adds for each patient, the class of its value, the marks of the classes.

    ``levels`` (n,) is -1 for a value that was not measured, whose mark comes last in ``marks``.
    """

    contributions: Floats
    levels: Index
    marks: tuple[str, ...]


@dataclass(frozen=True)
class Mark:
    x: str
    y: str
    kind: str


@dataclass(frozen=True)
class Beeswarm:
    """Rows in the order given; ``per_mark`` is how many patients a mark stands for at most."""

    axis: Axis
    rows: tuple[tuple[Mark, ...], ...]
    per_mark: int
    height: int = HEIGHT

    @property
    def zero(self) -> str:
        return self.axis.percent(0.0)

    @property
    def ticks(self) -> list[tuple[str, float]]:
        return [(self.axis.percent(t), t) for t in self.axis.ticks]

    @property
    def marks(self) -> int:
        return sum(len(row) for row in self.rows)


def axis_of(contributions: Floats) -> Axis:
    """From the largest lowering to the largest raising, with zero and some room."""
    low, high = min(float(contributions.min()), 0.0), max(float(contributions.max()), 0.0)
    room = max((high - low) * 0.04, 0.005)
    return Axis(low - room, high + room)


def beeswarm(swarmed: Sequence[Swarmed], axis: Axis) -> Beeswarm:
    columns, per_mark = _plan(swarmed, axis)
    rows = tuple(_row(one, axis, columns, per_mark) for one in swarmed)
    return Beeswarm(axis, rows, per_mark)


def _cells(one: Swarmed, axis: Axis, columns: int) -> tuple[Index, Index]:
    """Which (column, class) hold patients (m, 2), and how many each; missing is class 0."""
    places = (one.contributions - axis.low) / (axis.high - axis.low) * columns
    column = np.clip(places.astype(np.intp), 0, columns - 1)
    cells, counts = np.unique(np.column_stack([column, one.levels + 1]), axis=0, return_counts=True)
    return cells, counts


def _plan(swarmed: Sequence[Swarmed], axis: Axis) -> tuple[int, int]:
    """The finest picture that is light enough: columns, patients a mark."""
    for columns in _COLUMNS:
        counts = np.concatenate([_cells(one, axis, columns)[1] for one in swarmed])
        for per_mark in _PER_MARK:
            if int(np.ceil(counts / per_mark).sum()) <= MOST_MARKS:
                return columns, per_mark
    return _COLUMNS[-1], _PER_MARK[-1]


def _row(one: Swarmed, axis: Axis, columns: int, per_mark: int) -> tuple[Mark, ...]:
    cells, counts = _cells(one, axis, columns)
    kinds = (one.marks[-1], *one.marks[:-1])
    stacks: dict[int, list[str]] = {}
    for (column, level), count in zip(cells, counts, strict=True):
        stacks.setdefault(int(column), []).extend([kinds[level]] * -(-int(count) // per_mark))
    return tuple(
        Mark(f"{shown((column + 0.5) / columns * 100)}%", shown(y), kind)
        for column, stack in stacks.items()
        for kind, y in zip(stack, _heights(len(stack)), strict=True)
    )


def _heights(count: int) -> list[float]:
    """From below to above around the middle; a high stack lies closer."""
    step = min(_STEP, (HEIGHT - 2 * _EDGE) / max(count - 1, 1))
    return [HEIGHT / 2 + ((count - 1) / 2 - i) * step for i in range(count)]
