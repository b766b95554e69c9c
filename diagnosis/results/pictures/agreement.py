"""What was expected against what was seen, as a line in a square whose diagonal is agreement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from diagnosis.results.pictures.scale import shown

SIDE = 200
LEFT, TOP, RIGHT, BOTTOM = 40, 10, 10, 40
TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)
ROWS = 5


@dataclass(frozen=True)
class Agreement:
    """``line`` is a path; ``rows`` are some of its points as figures."""

    line: str
    rows: tuple[tuple[float, float], ...]
    ticks: tuple[tuple[float, str, str], ...]
    left: int = LEFT
    top: int = TOP
    right: int = LEFT + SIDE
    bottom: int = TOP + SIDE
    width: int = LEFT + SIDE + RIGHT
    height: int = TOP + SIDE + BOTTOM
    side: int = SIDE

    @property
    def middle_x(self) -> int:
        return self.left + self.side // 2

    @property
    def middle_y(self) -> int:
        return self.top + self.side // 2


def agreement(points: Sequence[Sequence[float]]) -> Agreement:
    """Of pairs of what was expected and what was seen, in rising order of the first."""
    path = "M" + "L".join(f"{_x(said)} {_y(seen)}" for said, seen in points)
    step = max(1, (len(points) - 1) // (ROWS - 1))
    rows = tuple((said, seen) for said, seen in points[::step])
    return Agreement(path, rows, tuple((tick, _x(tick), _y(tick)) for tick in TICKS))


def _x(value: float) -> str:
    return shown(LEFT + SIDE * min(max(value, 0.0), 1.0))


def _y(value: float) -> str:
    return shown(TOP + SIDE * (1 - min(max(value, 0.0), 1.0)))
