"""An Observation, and each component of one, as what the validator of the chart judges."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from diagnosis.interop.fhir.incoming.elements import (
    Resource,
    codings,
    cut,
    first_when,
    modifiers,
    named,
    part,
    parts,
    taken,
    text,
    words,
)
from diagnosis.interop.fhir.incoming.pieces import Piece
from diagnosis.records import codes
from diagnosis.records.codes import Code
from diagnosis.records.incoming import LeftOut, NotKept, Observed, Place, Withdrawn
from diagnosis.records.incoming.words import is_blank, is_limit
from diagnosis.records.models import Observation
from diagnosis.records.validation import Given
from medportal.common.errors import Pointer

UCUM = "http://unitsofmeasure.org"
VALUES = (
    "valueQuantity", "valueCodeableConcept", "valueString", "valueBoolean", "valueInteger",
    "valueRange", "valueRatio", "valueSampledData", "valueTime", "valueDateTime", "valuePeriod",
)  # fmt: skip
NOT_YET = ("registered", "cancelled", "unknown", "specimen-in-process")


def take(resource: Resource, at: str, key: str) -> Iterator[Piece]:
    status = text(resource.get("status"))
    held = [(resource, "", key)]
    for index, component in enumerate(parts(resource.get("component", []))):
        held.append((component, f"/component/{index}", f"{key}#{index}"))
    if status == Observation.Status.ENTERED_IN_ERROR:
        for _part, _at, name in held:
            yield Withdrawn(Observation, name, at)
    elif status in NOT_YET:
        what = NotKept("Observation", "status", status, cut(words(resource.get("code")), 160))
        yield LeftOut(what, f"{at}/status")
    else:
        for inner, where, name in held:
            yield from _take_one(resource, inner, Place(at, _names(where, inner)), name)


def _take_one(resource: Resource, inner: Resource, place: Place, name: str) -> Iterator[Piece]:
    entry = _entry(inner)
    value = next(taken(VALUES, inner), "")
    is_panel = inner is resource and bool(resource.get("component") or resource.get("hasMember"))
    at, where = first_when(resource, "effectiveDateTime", "effectiveInstant", "effectivePeriod")
    modified = next(modifiers(inner), "") if inner is not resource else ""
    reason, there = _unheld(inner, value, entry, modified)
    if reason == "code_not_held" and is_panel and not value:
        return
    if not reason and at.fault:
        reason = "time_not_precise" if at.fault == "not_precise" else at.fault
        there = "/observed_at" if not where.endswith("start") else where
    if reason or entry is None:
        what = NotKept("Observation", reason, *named(inner.get("code")))
        yield LeftOut(what, place.of(Pointer(there, "", "")).pointer)
        return
    low, high = _limits(inner)
    number, unit = _value(inner, value, entry)
    yield Observed(
        Given(
            code=entry.code,
            system=entry.system,
            value=number,
            unit=unit,
            observed_at=at.at,
            status=text(resource.get("status")),
            source_identifier=name,
            reference_low=low,
            reference_high=high,
        ),
        place,
    )


def _names(where: str, inner: Resource) -> dict[str, str]:
    """What the validator's names are in this resource."""
    value = next(taken(VALUES, inner), "valueQuantity")
    return {
        "/code": f"{where}/code",
        "/value": f"{where}/valueQuantity/value"
        if value == "valueQuantity"
        else f"{where}/{value}",
        "/unit": f"{where}/valueQuantity/code",
        "/observed_at": "/effectiveDateTime",
        "/status": "/status",
        "/reference_low": f"{where}/referenceRange/0/low/value",
        "/reference_high": f"{where}/referenceRange/0/high/value",
    }


def _entry(inner: Resource) -> Code | None:
    """The first of its codes that the dictionary has."""
    for coding in codings(inner.get("code")):
        found = codes.find(text(coding.get("code")), text(coding.get("system")) or "none")
        if found is not None:
            return found
    return None


def _unheld(inner: Resource, value: str, entry: Code | None, modified: str) -> tuple[str, str]:
    """Why a result is no value, and where it says so: none, or only a limit such as «< 5»."""
    if entry is None or entry.is_panel:
        return "code_not_held", "/code"
    if modified:
        return "shall_not_be_ignored", modified
    held = inner.get(value) if value else None
    written = part(held).get("value") if value == "valueQuantity" else held
    if inner.get("dataAbsentReason") is not None or is_blank(written):
        return "no_value", "/value"
    if part(inner.get("valueQuantity")).get("comparator") or is_limit(written):
        return "only_a_limit", "/value"
    return "", ""


def _value(inner: Resource, name: str, entry: Code) -> tuple[Any, str]:
    """The value and its unit; what is of the wrong kind goes on to the validator as it is."""
    if name == "valueQuantity":
        quantity = part(inner.get(name))
        return quantity.get("value"), _unit(quantity)
    if name == "valueCodeableConcept":
        said = [text(coding.get("code")) for coding in codings(inner.get(name))]
        said.append(words(inner.get(name)))
        return next((word for word in said if entry.answer(word)), said[0]), ""
    value = inner.get(name)
    if isinstance(value, bool) and entry.answer("yes"):
        return ("yes" if value else "no"), ""
    return value, ""


def _unit(quantity: Resource) -> str:
    coded = text(quantity.get("code"))
    return coded if coded and quantity.get("system") in (UCUM, None) else text(quantity.get("unit"))


def _limits(inner: Resource) -> tuple[float | None, float | None]:
    """The laboratory's range, where it is the usual one and in the unit of the value."""
    ranges = parts(inner.get("referenceRange", []))
    usual = [r for r in ranges if words(r.get("type")) in ("", "normal", "Normal Range")]
    if len(usual) != 1:
        return None, None
    unit = _unit(part(inner.get("valueQuantity")))
    found: list[float | None] = []
    for end in ("low", "high"):
        limit = part(usual[0].get(end))
        value = limit.get("value")
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        found.append(value if is_number and _unit(limit) in ("", unit) else None)
    return found[0], found[1]
