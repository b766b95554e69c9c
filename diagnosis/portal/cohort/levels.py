"""Values of one input in a few classes, each with a mark of its own: low, middle, high, missing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from diagnosis.inputs import units
from diagnosis.ml.schema import Feature
from diagnosis.portal.words.wording import number
from medportal.common.text import localized

Floats = NDArray[np.float64]
Index = NDArray[np.intp]
LOW, MIDDLE, HIGH, SQUARE, DIAMOND, MISSING = (
    "low", "middle", "high", "square", "diamond", "missing",
)  # fmt: skip
MARKS = {
    1: (MIDDLE,),
    2: (LOW, HIGH),
    3: (LOW, MIDDLE, HIGH),
    4: (LOW, MIDDLE, HIGH, SQUARE),
    5: (LOW, MIDDLE, HIGH, SQUARE, DIAMOND),
}
"""Shape and colour, by how many classes there are; the template draws them."""
MOST = max(MARKS)
THIRDS = (1 / 3, 2 / 3)


@dataclass(frozen=True)
class Levels:
    """The classes of one input over a cohort.

    ``of`` (n,) is each patient's class, -1 where the value was not measured; ``texts`` and
    ``marks`` belong to the classes.
    """

    of: Index
    texts: tuple[str, ...]
    marks: tuple[str, ...]
    is_number: bool

    @property
    def is_graded(self) -> bool:
        """Whether low and high mean something: numbers, and yes or no."""
        return self.is_number or len(self.marks) == 2

    @property
    def legend(self) -> list[tuple[str, str]]:
        missing = [(MISSING, _("not measured"))] if (self.of < 0).any() else []
        return [*zip(self.marks, self.texts, strict=True), *missing]

    def mark(self, row: int) -> str:
        level = self.of[row]
        return MISSING if level < 0 else self.marks[level]


def levels_of(feature: Feature, column: Floats) -> Levels:
    return _of_number(feature, column) if feature.is_quantity else _of_kinds(feature, column)


def with_unit(feature: Feature, text: str) -> str:
    """A value with its unit; years are a word."""
    return units.with_unit(text, units.shown_unit(feature))


def plain(feature: Feature, value: float) -> str:
    """A number as it is printed, without its unit; years as the banner counts them."""
    return units.plain(feature, float(value), units.shown_unit(feature))


def value_text(feature: Feature, value: float) -> str:
    """One value of the matrix as a clinician reads it."""
    if np.isnan(value):
        return _("not measured")
    if feature.is_quantity:
        return with_unit(feature, plain(feature, value))
    category = feature.category(value)
    return localized(category.label) if category else number(float(value))


def range_text(feature: Feature, low: float, high: float) -> str:
    """«21–40 µmol/L»; one value where both ends are printed alike."""
    first, last = (plain(feature, end) for end in (low, high))
    if not feature.is_quantity or first == last:
        return value_text(feature, low)
    return with_unit(feature, f"{first}\u2013{last}")


def _of_number(feature: Feature, column: Floats) -> Levels:
    known = ~np.isnan(column)
    of = np.full(len(column), -1, dtype=np.intp)
    different = np.unique(column[known])
    if len(different) < len(MARKS[3]):
        of[known] = np.searchsorted(different, column[known])
        texts = tuple(value_text(feature, value) for value in different)
        return Levels(of, texts, MARKS.get(len(different), ()), is_number=True)
    cuts = np.unique(np.quantile(column[known], THIRDS, method="inverted_cdf"))
    cuts = cuts[cuts < different[-1]]  # above the highest value lies nobody
    if not len(cuts):
        cuts = different[-2:-1]
    of[known] = np.searchsorted(cuts, column[known], side="left")
    return Levels(of, _between(feature, cuts), MARKS[len(cuts) + 1], is_number=True)


def _between(feature: Feature, cuts: Floats) -> tuple[str, ...]:
    """«up to 21», «21–40», «above 40 µmol/L»."""
    ends = [plain(feature, cut) for cut in cuts]
    first = _("up to %(value)s") % {"value": ends[0]}
    last = _("above %(value)s") % {"value": with_unit(feature, ends[-1])}
    middle = (
        [_("above %(low)s to %(high)s") % {"low": ends[0], "high": ends[1]}]
        if len(ends) > 1
        else []
    )
    return (first, *middle, last)


def _of_kinds(feature: Feature, column: Floats) -> Levels:
    """The categories that occur; the rarest share the last class where there are too many."""
    known = ~np.isnan(column)
    codes, counts = np.unique(column[known], return_counts=True)
    kept = codes
    if len(codes) > MOST:
        kept = np.sort(codes[np.argsort(-counts, kind="stable")[: MOST - 1]])
    of = np.full(len(column), -1, dtype=np.intp)
    of[known] = len(kept)
    for level, code in enumerate(kept):
        of[column == code] = level
    texts = [value_text(feature, code) for code in kept]
    if len(kept) < len(codes):
        texts.append(_("others"))
    return Levels(of, tuple(texts), MARKS.get(len(texts), ()), is_number=False)
