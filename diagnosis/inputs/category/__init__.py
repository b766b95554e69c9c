"""Answers that were named before: chosen, and said in the reader's words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from django.utils.translation import gettext as _

from diagnosis.inputs.kind import NOTHING, GivenValue, Numbers, Sent, Single, Templates
from diagnosis.ml import Feature
from diagnosis.ml.inputs.words import is_missing
from medportal.common.signs import comma
from medportal.common.text import localized


@dataclass(frozen=True)
class OneOf:
    """As ``diagnosis.ml.inputs.category`` reads it; yes or no is one of two."""

    name: str = "category"
    is_choice: ClassVar[bool] = True
    templates: ClassVar[Templates] = Templates(
        field="inputs/category/_field.html",
        tried="inputs/category/_tried.html",
    )

    def given(
        self, feature: Feature, value: Any, unit: str | None
    ) -> tuple[GivenValue, str | None]:
        if isinstance(value, str) and _says_nothing(feature, value):
            return NOTHING, None
        if isinstance(value, (list, Mapping)):
            return NOTHING, "unseen_category"
        converted, code = feature.input.read(feature, value)
        category = feature.category(converted) if isinstance(converted, float) else None
        if category is None or not isinstance(converted, float):
            return NOTHING, code if code == "unseen_category" else None
        return GivenValue(category.value, None, converted), None

    def explain(
        self, feature: Feature, code: str, value: Any = None, unit: str | None = None
    ) -> str:
        answers = comma().join(category.value for category in feature.categories)
        return _("Not one of the possible answers: %(answers)s.") % {"answers": answers}

    def posted(self, feature: Feature, text: str, unit: str) -> tuple[Sent, str]:
        return {"value": text}, ""

    def of_chart(self, feature: Feature, converted: Single) -> float | None:
        codes = {category.value: category.code for category in feature.categories}
        return None if converted is None else float(codes[str(converted)])

    def raw(self, feature: Feature, converted: float | None, block: Numbers | None) -> Any:
        category = None if converted is None else feature.category(converted)
        return category.value if category else None

    def own(self, feature: Feature, value: Single, unit: str | None) -> float | None:
        found = next((c for c in feature.categories if c.value == value), None)
        return None if found is None else float(found.code)

    def said(self, feature: Feature, value: Any, unit: str | None) -> str:
        return "" if value is None else category_label(feature, value)

    def said_of_model(self, feature: Feature, converted: float, *, alone: bool = True) -> str:
        return category_label(feature, converted)

    def rest(self, value: Single, block: Numbers | None) -> Single | list[float]:
        return value

    def fhir(self, feature: Feature, block: Numbers | None) -> dict[str, Any]:
        return {}


def category_label(feature: Feature, value: object) -> str:
    for category in feature.categories:
        if value == category.value or str(value) in (str(category.code), f"{category.code}.0"):
            return localized(category.label)
    return str(value)


def _says_nothing(feature: Feature, text: str) -> bool:
    """Whether a text is a word for «not known», and none of the answers."""
    answers = {category.value.casefold() for category in feature.categories}
    return is_missing(text) and text.strip().casefold() not in answers
