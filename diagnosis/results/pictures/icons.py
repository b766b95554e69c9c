"""A hundred people, ten by ten: the filled ones have the event."""

from __future__ import annotations

from dataclasses import dataclass

ROW = 10
STEP_X, STEP_Y = 16, 18


@dataclass(frozen=True)
class Figure:
    """One small person and where it stands."""

    x: int
    y: int
    filled: bool


@dataclass(frozen=True)
class IconArray:
    """The figures, and the size of the drawing."""

    figures: tuple[Figure, ...]
    filled: int
    width: int = ROW * STEP_X
    height: int = ROW * STEP_Y


def icon_array(filled: int) -> IconArray:
    """Figures fill row by row from the top left, as a text is read."""
    if not 0 <= filled <= ROW * ROW:
        raise ValueError("an icon array holds 0 to 100 filled figures")
    places = (divmod(i, ROW) for i in range(ROW * ROW))
    figures = tuple(
        Figure(column * STEP_X, row * STEP_Y, row * ROW + column < filled) for row, column in places
    )
    return IconArray(figures, filled)
