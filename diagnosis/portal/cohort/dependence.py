"""One input closely: what it adds at which value, and which other input changes that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle
from string import ascii_uppercase
from uuid import UUID

import numpy as np
from django.utils.translation import gettext as _

from diagnosis.inference.lists.cohort import Cohort
from diagnosis.inference.scoring.soundness import SURE
from diagnosis.inputs import units
from diagnosis.ml.explain.cohort import Bin, dependence
from diagnosis.portal.charts.dots import Dot, Dots, dots
from diagnosis.portal.cohort.effects import NEUTRAL, about
from diagnosis.portal.cohort.levels import Levels, range_text, value_text, with_unit
from diagnosis.portal.words.figures import signed
from diagnosis.portal.words.wording import number
from diagnosis.results.pictures.rounding import whole
from medportal.common.text import localized


@dataclass(frozen=True)
class BinRow:
    """Patients with about the same value."""

    value: str
    patients: int
    points: str
    error: str
    spread: str
    """The middle 80 % of the patients."""


@dataclass(frozen=True)
class DrawnDot:
    """A dot, whose result it is, and what it says when pointed at."""

    dot: Dot
    mark: str
    prediction: UUID
    text: str


@dataclass(frozen=True)
class DependencePage:
    label: str
    unit: str
    picture: Dots
    across: tuple[tuple[str, str, str], ...]
    """Place, text and, of a category, the letter that stands for it where there is no room."""
    up: tuple[tuple[str, str], ...]
    drawn: tuple[DrawnDot, ...]
    rows: tuple[BinRow, ...]
    usual: str
    companion: str
    """The other input that changes most what this one does; empty where none does."""
    strength: str
    legend: list[tuple[str, str]]

    @property
    def is_category(self) -> bool:
        return any(letter for _at, _text, letter in self.across)

    @property
    def is_thinned(self) -> bool:
        return any(one.dot.count > 1 for one in self.drawn)


def dependence_page(cohort: Cohort, j: int, levels: Sequence[Levels]) -> DependencePage:
    found = dependence(cohort.contributions, cohort.values, j)
    feature, companion = cohort.features[j], found.companion
    is_number = feature.is_quantity
    # Drawn in the unit that is read, so that the marks of its axis are round there.
    factor = units.factor(feature, units.shown_unit(feature))
    low, high = feature.reference_range or (None, None)
    picture = dots(
        cohort.values[:, j] / factor,
        cohort.contributions[:, j],
        is_number=is_number,
        usual=None if low is None or high is None else (low / factor, high / factor),
        middle=[(b.middle / factor, b.mean) for b in found.bins if is_number and not b.is_missing],
    )
    coloured = None if companion is None else levels[companion]
    return DependencePage(
        label=localized(feature.label),
        unit=with_unit(feature, "").strip() if is_number else "",
        picture=picture,
        across=tuple(
            (one.at, _tick(cohort, j, one.value), "" if is_number else letter)
            for one, letter in zip(picture.across, cycle(ascii_uppercase), strict=False)
        ),
        up=tuple((one.at, signed(whole(one.value))) for one in picture.up),
        drawn=tuple(_drawn(cohort, j, dot, coloured) for dot in picture.dots),
        rows=tuple(_bin_row(cohort, j, b) for b in found.bins),
        usual=range_text(feature, *feature.reference_range) if feature.reference_range else "",
        companion="" if companion is None else localized(cohort.features[companion].label),
        strength=about(found.strength),
        legend=coloured.legend if coloured else [],
    )


def _tick(cohort: Cohort, j: int, value: float) -> str:
    feature = cohort.features[j]
    return number(value) if feature.is_quantity else value_text(feature, value)


def _drawn(cohort: Cohort, j: int, dot: Dot, coloured: Levels | None) -> DrawnDot:
    value = value_text(cohort.features[j], float(cohort.values[dot.row, j]))
    points = signed(whole(float(cohort.contributions[dot.row, j])))
    text = _("%(value)s: %(points)s points") % {"value": value, "points": points}
    mark = coloured.mark(dot.row) if coloured else NEUTRAL
    return DrawnDot(dot, mark, cohort.predictions[dot.row], text)


def _bin_row(cohort: Cohort, j: int, b: Bin) -> BinRow:
    feature = cohort.features[j]
    value = _("not measured") if b.is_missing else range_text(feature, b.lower, b.upper)
    low, high = signed(whole(b.low)), signed(whole(b.high))
    return BinRow(
        value=value,
        patients=b.rows,
        points=signed(whole(b.mean)),
        error="" if np.isnan(b.error) else f"±{about(SURE * b.error)}",
        spread=low if low == high else _("%(low)s to %(high)s") % {"low": low, "high": high},
    )
