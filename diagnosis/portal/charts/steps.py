"""Results over time as steps: a value holds until the next, and two versions are never joined."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from diagnosis.portal.charts.ticks import moments, ticks
from diagnosis.portal.charts.trend import MONTHS_ARE_ENOUGH
from diagnosis.registry.sheet.bands import Band
from diagnosis.results.pictures.bands import GREYS
from diagnosis.results.pictures.scale import shown

HEIGHT = 120
MARGIN = 4.0  # per cent left and right
ROOM_FOR_VALUES = 10.0
MOST_VALUES = 5
CLOSE = 0.07
"""A round value nearer to a limit than this share of the height is left out."""
TOPS = (0.1, 0.25, 0.5)
ROOM = 1.2
TALLEST_LETTERS = 14.0
ABOVE, BELOW = 14, 20  # pixels kept free


@dataclass(frozen=True)
class Measured:
    """One result, and until when it may be used; None where that is not drawn."""

    at: datetime
    estimate: float
    version: int
    expires: datetime | None = None
    is_chosen: bool = False
    bands: Sequence[Band] = ()
    """Of the sheet that it was made under; empty where none are drawn."""


@dataclass(frozen=True)
class Step:
    """Where a result stands, and how far it holds."""

    measured: Measured
    x: str
    y: float
    until: str
    rises_to: float | None
    """The height of the next result of the same version; None where the version changes, or
    where this result had expired before it."""


@dataclass(frozen=True)
class VersionChange:
    """A vertical line between two versions."""

    x: str
    version: int
    other_bands: bool = False
    """From here on the sheet has other bands."""


@dataclass(frozen=True)
class Strip:
    """A band behind the steps, as far as it can be seen; ``label`` where there is room for it."""

    code: str
    y: float
    height: float
    fill: str
    label: Mapping[str, str] | str
    x: str = "0"
    width: str = "100%"

    @property
    def words_at(self) -> float:
        return round(self.y + 12, 1)


@dataclass(frozen=True)
class Edge:
    """Where one band ends and the next begins, as long as that held."""

    y: float
    value: float
    x: str = "0"
    until: str = "100%"


@dataclass(frozen=True)
class Steps:
    """The whole picture."""

    steps: tuple[Step, ...]
    changes: tuple[VersionChange, ...]
    strips: tuple[Strip, ...] = ()
    height: int = HEIGHT
    highest: float = 1.0
    """The probability at the top."""
    values: tuple[tuple[float, float], ...] = ()
    """Round probabilities along the axis, each with its height."""
    limits: tuple[Edge, ...] = ()
    moments: tuple[tuple[str, datetime], ...] = ()
    in_months: bool = False

    @property
    def has_other_bands(self) -> bool:
        return any(change.other_bands for change in self.changes)

    @property
    def last(self) -> Measured:
        return self.steps[-1].measured

    @property
    def top(self) -> int:
        return ABOVE

    @property
    def bottom(self) -> int:
        return self.height - BELOW


def steps(
    results: Sequence[Measured],
    *,
    height: int = HEIGHT,
    enlarged: bool = False,
) -> Steps | None:
    """The results in time order, before the bands of their day; None with fewer than two.

    ``enlarged``: low risks are drawn up to 10, 25 or 50 per cent only, always from zero.
    """
    if len(results) < 2:
        return None
    ordered = sorted(results, key=lambda r: r.at)
    wanted = max(r.estimate for r in ordered) * ROOM
    highest = next((top for top in TOPS if top >= wanted), 1.0) if enlarged else 1.0
    drawing = _Drawing(ordered, height, highest, ROOM_FOR_VALUES if enlarged else MARGIN)
    changes = tuple(
        VersionChange(drawing.x(after.at), after.version, after.bands != before.bands)
        for before, after in pairwise(ordered)
        if after.version != before.version or after.bands != before.bands
    )
    drawn = tuple(drawing.step(i) for i in range(len(ordered)))
    periods = drawing.periods()
    edges = [edge for period in periods for edge in drawing.edges(period)]
    round_values = [
        value
        for value in ticks(0.0, highest, MOST_VALUES)
        if all(abs(value - edge.value) > highest * CLOSE for edge in edges)
    ]
    return Steps(
        drawn,
        changes,
        tuple(strip for period in periods for strip in drawing.strips(period)),
        height,
        highest,
        values=tuple((drawing.y(value), value) for value in round_values),
        limits=tuple(edges),
        moments=tuple((drawing.x(at), at) for at in moments(ordered[0].at, ordered[-1].at)),
        in_months=ordered[-1].at - ordered[0].at > MONTHS_ARE_ENOUGH,
    )


@dataclass(frozen=True)
class _Period:
    """How long the bands were these, in per cent of the width."""

    start: float
    end: float
    bands: Sequence[Band]

    @property
    def is_last(self) -> bool:
        return self.end == 100.0

    @property
    def x(self) -> str:
        return f"{shown(self.start)}%" if self.start else "0"

    @property
    def until(self) -> str:
        return f"{shown(self.end)}%"

    @property
    def width(self) -> str:
        return f"{shown(self.end - self.start)}%"


@dataclass(frozen=True)
class _Drawing:
    ordered: Sequence[Measured]
    height: int
    highest: float
    left: float = MARGIN

    def x(self, at: datetime) -> str:
        return f"{shown(self._place(at))}%"

    def _place(self, at: datetime) -> float:
        first, last = self.ordered[0].at, self.ordered[-1].at
        length = max((last - first).total_seconds(), 1.0)
        share = (at - first).total_seconds() / length
        return self.left + share * (100 - self.left - MARGIN)

    def y(self, estimate: float) -> float:
        bottom = self.height - BELOW
        share = min(estimate / self.highest, 1.0)
        return round(bottom - share * (bottom - ABOVE), 1)

    def step(self, i: int) -> Step:
        result = self.ordered[i]
        following = self.ordered[i + 1] if i + 1 < len(self.ordered) else None
        until, joins = result.at, False
        if following is not None:
            until = min(following.at, result.expires or following.at)
            joins = until == following.at and following.version == result.version
        return Step(
            measured=result,
            x=self.x(result.at),
            y=self.y(result.estimate),
            until=self.x(until),
            rises_to=self.y(following.estimate) if following and joins else None,
        )

    def periods(self) -> list[_Period]:
        """From the left edge to the right one; another begins with a result under other bands."""
        firsts = [after for before, after in pairwise(self.ordered) if after.bands != before.bands]
        edges = [0.0, *(self._place(first.at) for first in firsts), 100.0]
        bands = [first.bands for first in (self.ordered[0], *firsts)]
        return [_Period(*ends, held) for ends, held in zip(pairwise(edges), bands, strict=True)]

    def edges(self, period: _Period) -> list[Edge]:
        return [
            Edge(self.y(band.upper), band.upper, period.x, period.until)
            for band in period.bands[:-1]
            if band.upper < self.highest
        ]

    def strips(self, period: _Period) -> list[Strip]:
        """Their words stand at the right edge, so only the last ones have any."""
        step = (len(GREYS) - 1) / max(len(period.bands) - 1, 1)
        found = []
        for i, band in enumerate(period.bands):
            y = self.y(band.upper)
            height = round(self.y(band.lower) - y, 1)
            if height <= 0:
                continue
            label = band.label if height >= TALLEST_LETTERS and period.is_last else ""
            fill = GREYS[round(i * step)]
            found.append(Strip(band.code, y, height, fill, label, period.x, period.width))
        return found
