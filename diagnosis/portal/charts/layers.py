"""A model as a column of boxes, from the raw inputs down to the result."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

WIDTH, EDGE = 320, 8
TEXT, UNITS, GAP = 46, 14, 20
PER_ROW, MOST_UNITS = 24, 72
RADIUS = 4.5


@dataclass(frozen=True)
class Unit:
    """One unit of a hidden layer; a dead one is drawn hollow with a stroke through it."""

    x: float
    y: float
    is_dead: bool

    @property
    def stroke(self) -> str:
        reach = RADIUS - 0.5
        return f"M{self.x - reach} {self.y + reach}L{self.x + reach} {self.y - reach}"


@dataclass(frozen=True)
class Box:
    """One layer with its two lines of text."""

    title: str
    shape: str
    y: int
    height: int
    units: tuple[Unit, ...]
    is_last: bool
    left: int = EDGE
    width: int = WIDTH - 2 * EDGE
    radius: float = RADIUS

    @property
    def title_y(self) -> int:
        return self.y + 19

    @property
    def shape_y(self) -> int:
        return self.y + 37

    @property
    def middle(self) -> int:
        return WIDTH // 2

    @property
    def arrow(self) -> str:
        """From the foot of this box to the head of the next."""
        top, foot, x = self.y + self.height, self.y + self.height + GAP - 2, self.middle
        return f"M{x} {top}V{foot}M{x - 5} {foot - 6}L{x} {foot}L{x + 5} {foot - 6}"


@dataclass(frozen=True)
class Diagram:
    """All boxes, one below the other."""

    boxes: tuple[Box, ...]
    height: int
    width: int = WIDTH


def _units(count: int, dead: Collection[int], top: int) -> tuple[Unit, ...]:
    if count > MOST_UNITS:
        return ()
    found = []
    for i in range(count):
        row, place = divmod(i, PER_ROW)
        in_row = min(PER_ROW, count - row * PER_ROW)
        x = WIDTH / 2 + (place - (in_row - 1) / 2) * 12
        found.append(Unit(round(x, 1), top + 5 + row * UNITS, i in dead))
    return tuple(found)


def diagram(layers: Sequence[tuple[str, str, int, Collection[int]]]) -> Diagram:
    """Boxes of (title, shape, units to draw, which of them are dead)."""
    boxes, y = [], 2
    for i, (title, shape, count, dead) in enumerate(layers):
        units = _units(count, dead, y + TEXT)
        rows = -(-len(units) // PER_ROW)
        height = TEXT + rows * UNITS
        boxes.append(Box(title, shape, y, height, units, i == len(layers) - 1))
        y += height + GAP
    return Diagram(tuple(boxes), y - GAP + 2)
