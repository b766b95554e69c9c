"""Answers that were named before: one of several words, or yes or no."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from diagnosis.ml.inputs.in_table import InTable
from diagnosis.ml.inputs.kind import NAN, Place, Value, named, needed, nothing
from diagnosis.ml.inputs.terms import YES_NO
from diagnosis.ml.inputs.words import is_code, is_missing, is_number, number_of, text_of

if TYPE_CHECKING:
    from diagnosis.ml.schema import Feature

_YES = {"yes": 1, "true": 1, "y": 1, "t": 1, "no": 0, "false": 0, "n": 0, "f": 0}


class OneOf(InTable):
    """The value of a category; the table holds its code, and NaN for one that was never seen."""

    name = "category"
    place = Place.CODES

    def problem(self, feature: Feature) -> str | None:
        """Return what a category needs, or can not be."""
        if not feature.codes:
            return "a category needs its categories"
        if feature.whole:
            return "only a number is whole"
        return "a category has no shape" if feature.shape else None

    def read(  # an answer has no unit
        self, feature: Feature, raw: Any, unit: Any = None
    ) -> tuple[Value, str | None]:
        """Read a value first, then what says nothing, a code only where it is clear."""
        says_nothing = is_missing(raw)
        if isinstance(raw, str) or not says_nothing:
            code = _of_value(feature, raw)
            if code is None and not says_nothing:
                code = self._of_code(feature, raw)
            if code is not None:
                return float(code), None
        return nothing(feature) if says_nothing else (NAN, "unseen_category")

    def _of_code(self, feature: Feature, raw: Any) -> int | None:
        """Return a code given as such."""
        # Where the values are digits themselves, 1 would be the first grade or the second.
        if any(is_number(category.value) for category in feature.categories):
            return None
        number = float(raw) if isinstance(raw, (bool, np.bool_)) else number_of(raw)
        return int(number) if number is not None and number in feature.codes else None

    def message(self, feature: Feature, code: str) -> str:
        """Say what was found about an answer."""
        name, values = named(feature), ", ".join(c.value for c in feature.categories)
        return {
            "required_missing": needed(feature),
            "unseen_category": f"{name} has a value that the model never saw; known: {values}.",
        }[code]


class YesOrNo(OneOf):
    """Two answers, which people also write as true, y or 1."""

    name = "boolean"
    usual_categories = YES_NO

    def _of_code(self, feature: Feature, raw: Any) -> int | None:
        """Return the code of a word for yes or no, or a code given as such."""
        if isinstance(raw, str) and raw.strip().casefold() in _YES:
            return _YES[raw.strip().casefold()]
        return super()._of_code(feature, raw)


def _of_value(feature: Feature, raw: Any) -> int | None:
    """Return the code of the category whose value this is: as written, else in another case."""
    text = text_of(raw)
    found = {category.value: category.code for category in reversed(feature.categories)}
    if text in found:
        return found[text]
    folded = {value.casefold(): code for value, code in found.items()}
    if text.casefold() in folded:
        return folded[text.casefold()]
    if not is_number(text) or is_code(text):
        return None
    alike = (v for v in found if is_number(v) and not is_code(v) and float(v) == float(text))
    value = next(alike, None)
    return None if value is None else found[value]
