"""ROC and calibration, from the points that the manifest holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

SIDE = 240
LEFT, TOP, RIGHT, BOTTOM = 44, 10, 10, 44
HISTOGRAM = 48
FLAGGED = (0.05, 0.1, 0.2, 0.3, 0.5)
TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)


def _x(value: float) -> float:
    return round(LEFT + value * SIDE, 1)


def _y(value: float) -> float:
    return round(TOP + (1 - value) * SIDE, 1)


@dataclass(frozen=True)
class Tick:
    """A mark on an axis."""

    value: float
    x: float
    y: float


@dataclass(frozen=True)
class Frame:
    """The square that both pictures share."""

    width: int = LEFT + SIDE + RIGHT
    height: int = TOP + SIDE + BOTTOM
    left: int = LEFT
    right: int = LEFT + SIDE
    top: int = TOP
    bottom: int = TOP + SIDE
    side: int = SIDE

    @property
    def middle_x(self) -> int:
        return self.left + self.side // 2

    @property
    def middle_y(self) -> int:
        return self.top + self.side // 2

    @property
    def ticks(self) -> list[Tick]:
        return [Tick(t, _x(t), _y(t)) for t in TICKS]


@dataclass(frozen=True)
class RocCurve:
    """The curve as an SVG path."""

    frame: Frame
    path: str
    points: int
    rows: tuple[tuple[float, float], ...]
    """The same as figures: of those without the event, flagged; of those with it, found."""


def roc(points: Sequence[Sequence[float]]) -> RocCurve | None:
    """False against true positives; None without points."""
    if not points:
        return None
    path = "M" + "L".join(f"{_x(fpr)} {_y(tpr)}" for fpr, tpr in points)
    rows = tuple((flagged, _found_at(points, flagged)) for flagged in FLAGGED)
    return RocCurve(Frame(), path, len(points), rows)


def _found_at(points: Sequence[Sequence[float]], flagged: float) -> float:
    """On the straight line between the two points around it."""
    for (x0, y0), (x1, y1) in pairwise(points):
        if x0 <= flagged < x1:
            return y0 + (y1 - y0) * (flagged - x0) / (x1 - x0)
    return points[-1][1]


@dataclass(frozen=True)
class CalibrationBin:
    """What was promised and what was seen in one group of patients."""

    mean: float
    observed: float
    lower: float | None
    upper: float | None
    n: int
    x: float
    y: float
    y_lower: float
    y_upper: float
    size: float


@dataclass(frozen=True)
class Column:
    """One column of the histogram of predictions."""

    x: float
    width: float
    y: float
    height: float
    count: int


@dataclass(frozen=True)
class Calibration:
    """Bins with n and interval over a histogram of the predictions."""

    frame: Frame
    bins: tuple[CalibrationBin, ...]
    columns: tuple[Column, ...]
    histogram_top: int
    height: int


def _bin(given: Mapping[str, Any], largest: int) -> CalibrationBin:
    lower, upper, seen = given.get("lower"), given.get("upper"), float(given["observed"])
    return CalibrationBin(
        mean=float(given["mean"]),
        observed=seen,
        lower=lower,
        upper=upper,
        n=int(given["n"]),
        x=_x(float(given["mean"])),
        y=_y(seen),
        y_lower=_y(seen if lower is None else lower),
        y_upper=_y(seen if upper is None else upper),
        size=round(3 + 4 * (int(given["n"]) / max(largest, 1)) ** 0.5, 1),
    )


def _counts(histogram: Sequence[Any]) -> list[int]:
    """A histogram is a list of counts, or of mappings with ``n``."""
    return [int(item["n"] if isinstance(item, Mapping) else item) for item in histogram]


def _columns(histogram: Sequence[Any], top: int) -> tuple[Column, ...]:
    counts = _counts(histogram)
    if not counts:
        return ()
    width, tallest = SIDE / len(counts), max(max(counts), 1)
    columns = []
    for i, count in enumerate(counts):
        height = round(HISTOGRAM * count / tallest, 1)
        columns.append(
            Column(
                x=round(LEFT + i * width, 1),
                width=round(width - 1, 1),
                y=round(top + HISTOGRAM - height, 1),
                height=height,
                count=count,
            )
        )
    return tuple(columns)


def calibration(
    bins: Sequence[Mapping[str, Any]], histogram: Sequence[Any] = ()
) -> Calibration | None:
    """Predicted against seen; None without bins."""
    if not bins:
        return None
    frame, largest = Frame(), max(int(b["n"]) for b in bins)
    top = frame.height + 4
    return Calibration(
        frame=frame,
        bins=tuple(_bin(b, largest) for b in bins),
        columns=_columns(histogram, top),
        histogram_top=top,
        height=top + HISTOGRAM + 18 if histogram else frame.height,
    )
