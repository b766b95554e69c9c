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


@dataclass(frozen=True)
class Strip:
    """A band behind the steps, as far as it can be seen; ``label`` where there is room for it."""

    code: str
    y: float
    height: float
    fill: str
    label: Mapping[str, str] | str

    @property
    def words_at(self) -> float:
        return round(self.y + 12, 1)


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
    limits: tuple[tuple[float, float], ...] = ()
    """Where one band ends and the next begins."""
    moments: tuple[tuple[str, datetime], ...] = ()
    in_months: bool = False

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
    bands: Sequence[Band] = (),
    enlarged: bool = False,
) -> Steps | None:
    """The results in time order, bands behind them; None with fewer than two.

    ``enlarged``: low risks are drawn up to 10, 25 or 50 per cent only, always from zero.
    """
    if len(results) < 2:
        return None
    ordered = sorted(results, key=lambda r: r.at)
    wanted = max(r.estimate for r in ordered) * ROOM
    highest = next((top for top in TOPS if top >= wanted), 1.0) if enlarged else 1.0
    drawing = _Drawing(ordered, height, highest, ROOM_FOR_VALUES if enlarged else MARGIN)
    changes = tuple(
        VersionChange(drawing.x(after.at), after.version)
        for before, after in pairwise(ordered)
        if after.version != before.version
    )
    drawn = tuple(drawing.step(i) for i in range(len(ordered)))
    limits = [band.upper for band in bands[:-1] if band.upper < highest]
    round_values = [
        value
        for value in ticks(0.0, highest, MOST_VALUES)
        if all(abs(value - limit) > highest * CLOSE for limit in limits)
    ]
    return Steps(
        drawn,
        changes,
        drawing.strips(bands),
        height,
        highest,
        values=tuple((drawing.y(value), value) for value in round_values),
        limits=tuple((drawing.y(limit), limit) for limit in limits),
        moments=tuple((drawing.x(at), at) for at in moments(ordered[0].at, ordered[-1].at)),
        in_months=ordered[-1].at - ordered[0].at > MONTHS_ARE_ENOUGH,
    )


@dataclass(frozen=True)
class _Drawing:
    ordered: Sequence[Measured]
    height: int
    highest: float
    left: float = MARGIN

    def x(self, at: datetime) -> str:
        first, last = self.ordered[0].at, self.ordered[-1].at
        length = max((last - first).total_seconds(), 1.0)
        share = (at - first).total_seconds() / length
        return f"{shown(self.left + share * (100 - self.left - MARGIN))}%"

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

    def strips(self, bands: Sequence[Band]) -> tuple[Strip, ...]:
        step = (len(GREYS) - 1) / max(len(bands) - 1, 1)
        found = []
        for i, band in enumerate(bands):
            y = self.y(band.upper)
            height = round(self.y(band.lower) - y, 1)
            if height <= 0:
                continue
            label = band.label if height >= TALLEST_LETTERS else ""
            found.append(Strip(band.code, y, height, GREYS[round(i * step)], label))
        return tuple(found)
