"""A curve over time with its band: points on a field of its own, which stretches with the page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import log

from diagnosis.results.pictures.scale import shown

FIELD = 1000.0
"""Width and height of the field in which curve and band are drawn, whatever the page's width."""
LEFT, RIGHT = 9.0, 3.0
"""Per cent of the width for the shares at the left, and so that no mark at the right is cut."""
TINY = 1e-12
GRID = (0.0, 0.25, 0.5, 0.75, 1.0)


@dataclass(frozen=True)
class Mark:
    """A moment: where it stands across, in per cent, and the height of the curve there, in pixels.

    ``low`` and ``high`` are the ends of the band, or the curve itself.
    """

    time: float
    x: str
    y: str
    low: str
    high: str


@dataclass(frozen=True)
class CurvePicture:
    """``line`` and ``band`` are paths in the field; ``grid`` are shares with their heights."""

    line: str
    band: str
    marks: tuple[Mark, ...]
    grid: tuple[tuple[str, float], ...]
    left: str
    width: str
    top: int
    tall: int
    height: int

    @property
    def bottom(self) -> int:
        return self.top + self.tall

    @property
    def field(self) -> int:
        return int(FIELD)


def curve_picture(
    times: Sequence[float],
    shares: Sequence[float],
    ends: tuple[Sequence[float], Sequence[float]] | None,
    at: Sequence[float],
    tall: int = 200,
) -> CurvePicture:
    """From everybody at time 0 to the last time; ``at`` are the moments that are marked."""
    to, top = times[-1], 12
    moments = [0.0, *times]

    def path(values: Sequence[float]) -> list[str]:
        points = zip(moments, [1.0, *values], strict=True)
        return [f"{shown(FIELD * t / to)} {shown(FIELD * (1 - v))}" for t, v in points]

    def y(values: Sequence[float], time: float) -> str:
        return shown(top + tall * (1 - between(moments, [1.0, *values], time)))

    low, high = ends or (shares, shares)
    inside = 100 - LEFT - RIGHT
    return CurvePicture(
        line="M" + "L".join(path(shares)),
        band="M" + "L".join([*path(high), *reversed(path(low))]) + "Z" if ends else "",
        marks=tuple(
            Mark(
                time,
                f"{shown(LEFT + inside * time / to)}%",
                y(shares, time),
                y(low, time),
                y(high, time),
            )
            for time in at
        ),
        grid=tuple((shown(top + tall * (1 - share)), share) for share in GRID),
        left=f"{shown(LEFT)}%",
        width=f"{shown(inside)}%",
        top=top,
        tall=tall,
        height=top + tall + 40,
    )


def between(times: Sequence[float], values: Sequence[float], time: float) -> float:
    """On the straight line between the two points around a time; beyond them, the nearer end."""
    for (start, first), (end, last) in pairwise(zip(times, values, strict=True)):
        if start <= time <= end:
            return first + (last - first) * (time - start) / (end - start)
    return values[-1] if time > times[-1] else values[0]


def reached(times: Sequence[float], shares: Sequence[float], share: float = 0.5) -> float | None:
    """When the curve comes down to a share; None where it stays above to its end."""
    for (start, first), (end, last) in pairwise(zip([0.0, *times], [1.0, *shares], strict=True)):
        if last <= share:  # within an interval the hazard is taken as constant
            fall, whole = log(first / share), log(first / max(last, TINY))
            return start + (end - start) * (fall / whole if whole else 0.0)
    return None
