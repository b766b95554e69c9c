"""Groups of patients whose estimates have alike reasons, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from diagnosis.inference.lists.cohort import Cohort
from diagnosis.ml.explain.cohort import Group, Grouping
from diagnosis.portal.cohort.levels import Levels, range_text
from diagnosis.portal.words.figures import exact_percent, percent, percent_range, signed
from diagnosis.results.pictures.rounding import whole
from medportal.common.signs import aside
from medportal.common.text import localized

MOSTLY = 0.6
"""Of the patients with a value: from here on the group is called by it."""
Index = NDArray[np.intp]


@dataclass(frozen=True)
class Trait:
    """An input that sets a group apart."""

    label: str
    value: str
    """What most of the group have in it."""
    points: str
    """How much more or less it adds here than in the cohort as a whole."""

    @property
    def text(self) -> str:
        return _("%(input)s: %(value)s") % {"input": self.label, "value": self.value}


@dataclass(frozen=True)
class Share:
    """How many of a group fell into one band."""

    code: str
    label: str
    count: int
    share: str


@dataclass(frozen=True)
class GroupRow:
    number: int
    size: int
    share: str
    estimates: str
    middle: str
    traits: tuple[Trait, ...]
    bands: tuple[Share, ...]


def group_rows(cohort: Cohort, grouping: Grouping, levels: Sequence[Levels]) -> list[GroupRow]:
    return [
        _row(number, group, cohort, levels) for number, group in enumerate(grouping.groups, start=1)
    ]


def _row(number: int, group: Group, cohort: Cohort, levels: Sequence[Levels]) -> GroupRow:
    estimates = cohort.estimates[group.rows]
    return GroupRow(
        number=number,
        size=group.size,
        share=exact_percent(group.size / len(cohort)),
        estimates=percent_range(float(estimates.min()), float(estimates.max())),
        middle=percent(float(np.median(estimates))),
        traits=tuple(
            Trait(
                label=localized(cohort.features[j].label),
                value=typical(cohort, levels, j, group.rows),
                points=signed(whole(difference)),
            )
            for j, difference in group.characteristic
        ),
        bands=band_shares(cohort, group.rows),
    )


def typical(cohort: Cohort, levels: Sequence[Levels], column: int, rows: Index) -> str:
    """«high», «low», a category, or the middle half of the values."""
    of, kinds = levels[column].of[rows], levels[column]
    if (of < 0).mean() >= MOSTLY:
        return _("not measured")
    known = of[of >= 0]
    counts = np.bincount(known, minlength=len(kinds.marks))
    most = int(counts.argmax())
    if counts[most] / len(known) >= MOSTLY:
        return _named(kinds, most)
    feature, values = cohort.features[column], cohort.values[rows, column]
    if kinds.is_number:
        low, high = np.quantile(values[~np.isnan(values)], [0.25, 0.75])
        return _("mostly %(values)s") % {"values": range_text(feature, low, high)}
    return _("mixed")


def _named(kinds: Levels, level: int) -> str:
    if not kinds.is_number:
        return kinds.texts[level]
    if len(kinds.marks) == 1:
        return kinds.texts[0]
    place = (
        _("low") if level == 0 else _("high") if level + 1 == len(kinds.marks) else _("middling")
    )
    return f"{place}{aside(kinds.texts[level])}"


def band_shares(cohort: Cohort, rows: Index) -> tuple[Share, ...]:
    """How many are in each band of the service, in its order; expired results have none."""
    found = [cohort.bands[row] for row in rows]
    return tuple(
        Share(
            code=band.code,
            label=localized(band.label),
            count=found.count(band.code),
            share=exact_percent(found.count(band.code) / len(found)),
        )
        for band in cohort.version.definition.bands
    )
