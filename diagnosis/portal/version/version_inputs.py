"""The inputs of a version, as its page lists them: sources, limits, direction, definition."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from diagnosis.inputs.units import YEARS, shown_unit, span
from diagnosis.ml.schema import Feature, FeatureSchema, Source
from diagnosis.portal.words.figures import decimal
from diagnosis.portal.words.wording import unit
from diagnosis.registry.models import ModelVersion
from medportal.common import signs
from medportal.common.text import localized

DIRECTIONS: dict[str, str | Promise] = {
    "raises": pgettext_lazy("direction", "raises"),
    "lowers": pgettext_lazy("direction", "lowers"),
    "either": pgettext_lazy("direction", "either way"),
    "u-shaped": pgettext_lazy("direction", "both extremes raise"),
    "mixed": pgettext_lazy("direction", "mixed"),
    "flat": pgettext_lazy("direction", "hardly moves"),
}
SYSTEMS = {"http://loinc.org": "LOINC", "urn:medportal:codes": "MedPortal"}


@dataclass(frozen=True)
class InputRow:
    """One input of the model."""

    label: str
    unit: str
    sources: tuple[str, ...]
    plain_sources: tuple[str, ...]
    """The same without codes, for whoever asks where a value is from and not how it is found."""
    look_back: str
    required: bool
    limits: str
    reference: str
    direction: str
    categories: tuple[str, ...]
    definition: str
    judgement: bool
    hidden_auroc: str


def source_text(source: Source) -> str:
    """Where a value comes from: the code with its system, or how else it is got."""
    if source.kind == "patient":
        return _("patient's details")
    if source.kind == "derived":
        return _("computed from other values of the chart")
    if source.kind == "condition":
        return _("problem list: {code}").format(code=source.code)
    if source.kind == "ask":
        return _("asked at the run")
    system = SYSTEMS.get(source.system, source.system)
    units = signs.comma().join(filter(None, (unit(u) for u in source.units)))
    text = f"{system} {source.code}"
    return f"{text}{signs.aside(units)}" if units else text


def plain_text(source: Source) -> str:
    return _("the chart") if source.kind in ("observation", "condition") else source_text(source)


def _limits(feature: Feature, pair: tuple[float, float] | None) -> str:
    if pair is None:
        return ""
    return span(feature, *pair)


def _input(feature: Feature, hidden: Mapping[str, Any]) -> InputRow:
    found = (hidden.get(feature.name) or {}).get("auroc")
    auroc = found.get("value") if isinstance(found, Mapping) else found
    days = feature.look_back_days
    return InputRow(
        label=localized(feature.label),
        unit=unit(shown_unit(feature)) if feature.unit != YEARS else "",
        sources=tuple(source_text(source) for source in feature.sources),
        plain_sources=tuple(dict.fromkeys(plain_text(source) for source in feature.sources)),
        look_back=_("{days} days").format(days=days) if days else "",
        required=feature.required,
        limits=_limits(feature, feature.limits),
        reference=_limits(feature, feature.reference_range),
        direction=str(DIRECTIONS.get(feature.direction, feature.direction)),
        categories=tuple(localized(category.label) for category in feature.categories),
        definition=localized(feature.definition),
        judgement=feature.judgement,
        hidden_auroc="" if auroc is None else decimal(auroc, 3),
    )


def inputs_of(version: ModelVersion) -> tuple[InputRow, ...]:
    schema = FeatureSchema.from_dict(version.manifest["schema"])
    hidden = version.manifest.get("missing_metrics") or {}
    return tuple(_input(feature, hidden) for feature in schema)
