"""Earlier results as steps: a value holds until the next, and two versions are never joined."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from diagnosis.portal.charts.scale import shown

HEIGHT = 120
MARGIN = 4.0  # per cent left and right
TOP, BOTTOM = 14, 100  # where 100 % and 0 % stand


@dataclass(frozen=True)
class Measured:
    """One result."""

    at: datetime
    probability: float
    version: int


@dataclass(frozen=True)
class Step:
    """Where a result stands, and how far it holds."""

    measured: Measured
    x: str
    y: float
    until: str
    rises_to: float | None
    """The height of the next result of the same version; None where the version changes."""


@dataclass(frozen=True)
class VersionChange:
    """A vertical line between two versions."""

    x: str
    version: int


@dataclass(frozen=True)
class Steps:
    """The whole picture."""

    steps: tuple[Step, ...]
    changes: tuple[VersionChange, ...]
    height: int = HEIGHT
    top: int = TOP
    bottom: int = BOTTOM


def _height(probability: float) -> float:
    return round(BOTTOM - probability * (BOTTOM - TOP), 1)


def steps(results: Sequence[Measured]) -> Steps | None:
    """The results in time order; None with fewer than two."""
    if len(results) < 2:
        return None
    ordered = sorted(results, key=lambda r: r.at)
    first, last = ordered[0].at, ordered[-1].at
    length = max((last - first).total_seconds(), 1.0)

    def place(at: datetime) -> str:
        share = (at - first).total_seconds() / length
        return f"{shown(MARGIN + share * (100 - 2 * MARGIN))}%"

    drawn, changes = [], []
    for i, result in enumerate(ordered):
        following = ordered[i + 1] if i + 1 < len(ordered) else None
        same = following is not None and following.version == result.version
        drawn.append(
            Step(
                measured=result,
                x=place(result.at),
                y=_height(result.probability),
                until=place(following.at) if following else place(result.at),
                rises_to=_height(following.probability) if following and same else None,
            )
        )
        if following and not same:
            changes.append(VersionChange(place(following.at), following.version))
    return Steps(tuple(drawn), tuple(changes))
