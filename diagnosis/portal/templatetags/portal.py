"""Filters and tags of the portal's templates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django import template
from django.utils import timezone

from accounts import acts
from diagnosis import results
from diagnosis.inference.models import Prediction
from diagnosis.portal.frame.identity import Identity
from diagnosis.portal.frame.identity import identity as identity_of
from diagnosis.portal.words import figures, wording
from diagnosis.portal.words.headline import said_of
from diagnosis.portal.words.sources import source_said
from diagnosis.records.models import Patient
from diagnosis.registry.models import Service
from diagnosis.registry.sheet.levels import level_of
from diagnosis.results.kind import Panel
from diagnosis.results.pictures.rounding import whole
from medportal.common import glossary, moments, signs, text

register = template.Library()


@register.filter
def day(moment: date | datetime | None) -> str:
    """{{ patient.birth_date|day }}: 14-Mar-1961 or 1961年3月14日."""
    return wording.day(moment or None)


@register.filter
def day_time(moment: datetime | None) -> str:
    return wording.day_time(moment or None)


@register.filter
def month(moment: date | None) -> str:
    return moments.month(moment or None)


@register.filter
def clock(moment: datetime | None) -> str:
    return wording.clock(moment or None)


@register.filter
def since(moment: datetime | None) -> str:
    """How long ago, in its largest unit: 2 min, 3 h, 51 days."""
    return wording.span_words(timezone.now() - moment) if moment else ""


@register.filter
def unit(ucum: str | None) -> str:
    return wording.unit(ucum)


@register.filter
def in_unit(figures: object, unit_text: str) -> str:
    """{{ shown.text|in_unit:shown.unit_text }}: a value with its unit."""
    return f"{figures}{signs.before_unit(unit_text, ' ')}{unit_text}"


@register.filter
def number(value: float | None, decimals: int | None = None) -> str:
    return wording.number(value, decimals) if isinstance(value, int | float) else str(value or "")


@register.filter
def percent(probability: float | None) -> str:
    return figures.percent(probability) if isinstance(probability, int | float) else ""


@register.filter
def headline(prediction: Prediction) -> str:
    """The one estimate that lists speak of, as its kind says numbers, or that it has none."""
    return said_of(prediction)


@register.filter
def offers(service: Service, panel: str) -> bool:
    """{% if service|offers:"trend" %}: whether this can be asked of its answers."""
    return results.offers(service.definition, Panel(panel), service.sheet.features)


@register.filter
def whole_percent(fraction: float) -> str:
    """A limit or a mark of an axis, where «<1 %» would be wrong."""
    return figures.exact_percent(fraction)


@register.filter
def points(difference: float | None) -> str:
    return wording.points(difference if isinstance(difference, int | float) else None)


@register.filter
def signed_points(difference: float) -> str:
    """Whole points along an axis: −10, 0, +10."""
    return figures.signed(whole(difference))


@register.filter
def localized(content: Mapping[str, str] | str | None) -> str:
    """Clinical content, which is data in both languages, in the reader's."""
    return text.localized(content)


@register.filter
def channel(code: str) -> str:
    """By which way an act came: a page, REST, the command line."""
    return acts.channel_label(code)


@register.simple_tag
def written(content: str) -> str:
    """{% written condition.label %}: as somebody wrote it, in the reader's words if known."""
    return glossary.marked(content or "")


@register.filter
def spoken(content: object) -> str:
    """The same where no element may stand."""
    return glossary.spoken(str(content or ""))


@register.filter
def language_of(content: str) -> str:
    return glossary.language_of(content)


@register.filter
def language_tag(code: str) -> str:
    """The ``lang`` of HTML writes the script with a capital: zh-Hans."""
    return "zh-Hans" if code.startswith("zh") else code


@register.filter
def band_symbol(band: str) -> str:
    """A band's place as a shape, so that it is never colour alone."""
    return level_of(band).symbol


for sign in (
    signs.comma,
    signs.clause_comma,
    signs.semicolon,
    signs.colon,
    signs.full_stop,
    signs.blank,
):
    register.simple_tag(sign)


register.filter("bracketed", signs.bracketed, is_safe=True)
register.filter("aside", signs.aside, is_safe=True)
register.filter("source_said", source_said)


@register.filter
def listed(items: Iterable[object]) -> str:
    return signs.comma().join(str(item) for item in items)


@register.simple_tag(takes_context=True)
def identity(context: dict[str, Any], patient: Patient) -> Identity:
    """{% identity patient as who %}: the name, number and allergies for banner and buttons."""
    known = context.get("who")
    if isinstance(known, Identity) and known.patient.pk == patient.pk:
        return known
    return identity_of(patient, context["request"].user)


@register.simple_tag(takes_context=True)
def patient_first(context: Mapping[str, Any]) -> str:
    """The title of every page of a patient begins with whose it is: tabs show no more of it."""
    patient = context.get("patient")
    return f"{Identity(patient, '').name} · " if isinstance(patient, Patient) else ""
