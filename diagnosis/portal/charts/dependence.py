"""How the contribution of one number depends on its value: means of bins with their middle half."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

LEFT, RIGHT, TOP, BOTTOM = 40, 12, 10, 38
SIDE, TALL = 250, 130
MISSING = 34  # room at the right for those without a value
STRETCHED = 20.0  # positive values over so many times their least stand on a logarithmic axis
_ROUND = (1, 2, 2.5, 5, 10)


@dataclass(frozen=True)
class Point:
    """One bin: its mean as a dot, the middle half of its patients as a line."""

    x: float
    y: float
    y_lower: float
    y_upper: float
    size: float
    is_missing: bool = False


@dataclass(frozen=True)
class Dependence:
    """The picture of one number."""

    points: tuple[Point, ...]
    line: str
    ticks_x: tuple[tuple[float, float], ...]
    """Where, and the value there."""
    ticks_y: tuple[tuple[float, int], ...]
    """Where, and how many points."""
    zero: float
    missing_x: float | None
    left: int = LEFT
    right: int = LEFT + SIDE
    width: int = LEFT + SIDE + RIGHT + MISSING
    base: int = TOP + TALL
    height: int = TOP + TALL + BOTTOM
    middle: int = LEFT + SIDE // 2


@dataclass(frozen=True)
class Bin:
    """What one bin says; contributions in percentage points, None where it tells no more."""

    value: float | None
    n: int
    mean: float | None
    lower: float | None
    upper: float | None


def round_reach(largest: float) -> int:
    """The end of an axis of points: a round number that holds everything."""
    for power in (1, 10, 100):
        for step in _ROUND:
            if largest <= step * power:
                return math.ceil(step * power)
    return 100


def dependence(bins: Sequence[Bin], reach: int) -> Dependence | None:
    """None where fewer than two bins tell their contribution."""
    told = [b for b in bins if b.mean is not None]
    known = [b for b in told if b.value is not None]
    if len(known) < 2:
        return None
    place, ticks = _axis([b.value for b in known if b.value is not None])
    most = max(b.n for b in told)
    points = [_point(b, place(b.value) if b.value is not None else None, reach, most) for b in told]
    joined = [point for point in points if not point.is_missing]
    has_missing = len(joined) < len(points)
    return Dependence(
        points=tuple(points),
        line="M" + "L".join(f"{p.x} {p.y}" for p in joined),
        ticks_x=tuple((place(tick), tick) for tick in ticks),
        ticks_y=tuple((_y(tick, reach), tick) for tick in (-reach, 0, reach)),
        zero=_y(0, reach),
        missing_x=LEFT + SIDE + MISSING - 8 if has_missing else None,
    )


def _axis(values: list[float]) -> tuple[Callable[[float], float], tuple[float, ...]]:
    """Return where a value lies, and the values to write at the axis: both ends and one between."""
    low, high = min(values), max(values)
    is_log = low > 0 and high / low > STRETCHED
    scaled = math.log if is_log else float
    start, span = scaled(low), scaled(high) - scaled(low) or 1.0

    def place(value: float) -> float:
        return round(LEFT + 8 + (SIDE - 16) * (scaled(value) - start) / span, 1)

    between = math.sqrt(low * high) if is_log else (low + high) / 2
    return place, (low, min(values, key=lambda v: abs(place(v) - place(between))), high)


def _y(points: float, reach: int) -> float:
    held = max(-reach, min(reach, points))
    return round(TOP + TALL * (reach - held) / (2 * reach), 1)


def _point(given: Bin, x: float | None, reach: int, most: int) -> Point:
    assert given.mean is not None
    assert given.lower is not None
    assert given.upper is not None
    return Point(
        x=LEFT + SIDE + MISSING - 8 if x is None else x,
        y=_y(given.mean, reach),
        y_lower=_y(given.lower, reach),
        y_upper=_y(given.upper, reach),
        size=round(2.5 + 2 * (given.n / most) ** 0.5, 1),
        is_missing=x is None,
    )
