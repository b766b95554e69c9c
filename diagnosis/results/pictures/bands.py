"""The scale of a service's bands, with the estimate and its interval on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from diagnosis.registry.sheet.bands import Band
from diagnosis.results.pictures.scale import Axis, shown

GREYS = ("fill-scale-1", "fill-scale-2", "fill-scale-3", "fill-scale-4", "fill-scale-5")
"""From the lowest band to the highest, told apart without colour; ink on each passes 4.5:1."""
CLOSE = 9.0
"""Limits nearer than this (per cent of the width) stand on two lines."""


@dataclass(frozen=True)
class Segment:
    """One band on the scale."""

    code: str
    left: str
    width: str
    fill: str
    is_here: bool


@dataclass(frozen=True)
class Limit:
    """Where one band ends and the next begins."""

    value: float
    at: str
    raised: bool


@dataclass(frozen=True)
class BandScale:
    """Segments, limits, the estimate, and its interval or None."""

    segments: tuple[Segment, ...]
    limits: tuple[Limit, ...]
    estimate_at: str
    interval_at: tuple[str, str] | None
    interval_width: str


def _limits(axis: Axis, bands: Sequence[Band]) -> tuple[Limit, ...]:
    found: list[Limit] = []
    for band in bands[:-1]:
        near = bool(found) and axis.at(band.upper) - axis.at(found[-1].value) < CLOSE
        raised = near and not found[-1].raised
        found.append(Limit(band.upper, axis.percent(band.upper), raised))
    return tuple(found)


def band_scale(
    bands: Sequence[Band],
    estimate: float,
    interval: Sequence[float] | None,
    here: str = "",
    ends: tuple[float, float] = (0.0, 1.0),
) -> BandScale:
    """The whole scale between its ends; without bands it is one plain segment."""
    axis = Axis(*ends)
    drawn = [(band.code, band.lower, band.upper) for band in bands] or [("", *ends)]
    step = (len(GREYS) - 1) / max(len(drawn) - 1, 1)
    segments = []
    for i, (code, lower, upper) in enumerate(drawn):
        left, width = axis.span(lower, upper)
        is_here = bool(here) and code == here
        segments.append(Segment(code, left, width, GREYS[round(i * step)], is_here))
    reached = (axis.percent(interval[0]), axis.percent(interval[1])) if interval else None
    reach = shown(axis.at(interval[1]) - axis.at(interval[0])) if interval else "0"
    return BandScale(
        segments=tuple(segments),
        limits=_limits(axis, bands),
        estimate_at=axis.percent(estimate),
        interval_at=reached,
        interval_width=f"{reach}%",
    )
