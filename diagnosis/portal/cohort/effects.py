"""How much each input moves the estimates of a cohort: one row of the table and of the picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from diagnosis.inference.lists.cohort import Cohort
from diagnosis.ml.explain.cohort import Importance
from diagnosis.portal.charts.beeswarm import Beeswarm, Mark, Swarmed, axis_of, beeswarm
from diagnosis.portal.cohort.levels import MISSING, Levels
from diagnosis.portal.words.figures import signed
from diagnosis.results.pictures.rounding import whole
from medportal.common.text import localized

MOST_DRAWN = 15
"""Rows of the picture; the table has all."""
NEUTRAL = "plain"
"""The mark of categories that have no order."""


@dataclass(frozen=True)
class Average:
    """What an input adds on average for the patients of one class of its value."""

    mark: str
    text: str
    count: int
    points: str


@dataclass(frozen=True)
class Effect:
    """One input over the whole cohort."""

    name: str
    label: str
    points: str
    interval: str
    averages: tuple[Average, ...]
    missing: int


def about(points: float) -> str:
    """Whole points without a sign; «<1» where there is something left of one."""
    if points <= 0:
        return "0"
    return str(whole(points)) if whole(points) else "<1"


def effects(cohort: Cohort, found: Importance, levels: Sequence[Levels]) -> list[Effect]:
    """Every input, the one that moves most first."""
    return [_effect(cohort, found, int(j), levels[j]) for j in found.order]


def _effect(cohort: Cohort, found: Importance, j: int, levels: Levels) -> Effect:
    low, high = found.lower[j], found.upper[j]
    return Effect(
        name=cohort.features[j].name,
        label=localized(cohort.features[j].label),
        points=about(float(found.mean[j])),
        interval="" if np.isnan(low) else _between(float(low), float(high)),
        averages=_averages(cohort, j, levels),
        missing=int((levels.of < 0).sum()),
    )


def _between(low: float, high: float) -> str:
    first, last = about(low), about(high)
    return first if first == last else f"{first}\u2013{last}"


def _averages(cohort: Cohort, j: int, levels: Levels) -> tuple[Average, ...]:
    column, found = cohort.contributions[:, j], []
    for level, (mark, text) in enumerate(levels.legend):
        here = levels.of == (-1 if mark == MISSING else level)
        if here.any():
            points = signed(whole(float(column[here].mean())))
            found.append(Average(mark, text, int(here.sum()), points))
    return tuple(found)


@dataclass(frozen=True)
class Swarm:
    """The picture, each row with its effect."""

    picture: Beeswarm
    rows: tuple[tuple[Effect, tuple[Mark, ...]], ...]
    left_out: int


def swarm(
    cohort: Cohort, found: Importance, listed: list[Effect], levels: Sequence[Levels]
) -> Swarm:
    order = found.order[:MOST_DRAWN]
    rows = [_swarmed(cohort, int(j), levels[j]) for j in order]
    picture = beeswarm(rows, axis_of(cohort.contributions[:, order]))
    drawn = tuple(zip(listed[: len(order)], picture.rows, strict=True))
    return Swarm(picture, drawn, len(listed) - len(drawn))


def _swarmed(cohort: Cohort, j: int, levels: Levels) -> Swarmed:
    if levels.is_graded:
        return Swarmed(cohort.contributions[:, j], levels.of, (*levels.marks, MISSING))
    one_kind = np.where(levels.of < 0, -1, 0).astype(np.intp)
    return Swarmed(cohort.contributions[:, j], one_kind, (NEUTRAL, MISSING))
