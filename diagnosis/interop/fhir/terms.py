"""The code systems of FHIR R4, and the small parts of which every resource is made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any
from urllib.parse import quote
from uuid import UUID, uuid5

from django.db.models import Model
from django.utils import timezone

Resource = dict[str, Any]

HL7 = "http://terminology.hl7.org/CodeSystem"
UCUM = "http://unitsofmeasure.org"
ATC = "http://www.whocc.no/atc"
SNOMED = "http://snomed.info/sct"
OWN = "urn:medportal"
ABSENT_REASON = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
AI_ASSERTED = {
    "system": f"{HL7}/v3-ObservationValue",
    "code": "AIAST",
    "display": "Artificial Intelligence asserted",
}


def resource(kind: str, pk: UUID | str, **parts: Any) -> Resource:
    """A resource without what is empty: FHIR knows no null, no "" and no empty list."""
    return {"resourceType": kind, "id": str(pk), **filled(parts)}


def filled(parts: Mapping[str, Any]) -> Resource:
    return {name: value for name, value in parts.items() if value not in (None, "", [], {})}


def coding(system: str, code: str, display: str = "") -> Resource:
    return filled({"system": system, "code": code, "display": display})


def concept(system: str = "", code: str = "", text: str = "", display: str = "") -> Resource:
    """A CodeableConcept: the coding if there is a code, the words if there are words."""
    known = [coding(system, code, display)] if code else []
    return filled({"coding": known, "text": text})


def urn(pk: UUID | str) -> str:
    return f"urn:uuid:{pk}"


def refer(row: Model | UUID | str | None) -> Resource:
    """A reference that resolves inside the Bundle."""
    if row is None:
        return {}
    return {"reference": urn(row.pk if isinstance(row, Model) else row)}


def named(person: object) -> Resource:
    """Who did it, in words: people are not exported as resources."""
    return {"display": str(person)} if person else {}


def moment(at: datetime | None) -> str:
    """A dateTime or instant, with its offset from UTC."""
    return timezone.localtime(at).isoformat() if at else ""


def day(on: date | None) -> str:
    return on.isoformat() if on else ""


def quantity(value: float | None, unit: str = "", shown: str = "") -> Resource:
    if value is None:
        return {}
    coded = {"system": UCUM, "code": unit} if unit else {}
    return {"value": plain(value), **filled({"unit": shown}), **coded}


def plain(value: float) -> float | int:
    """``132``, not ``132.0``: the decimals of a FHIR number say how exactly it was measured."""
    return int(value) if float(value).is_integer() else value


def source_of(source: str) -> str:
    """The address of a source of values: a laboratory, a form, another system."""
    return f"{OWN}:source:{quote(source, safe='')}"


def extension(name: str, **value: Any) -> Resource:
    return {"url": f"{OWN}:fhir:{name}", **value}


def listed(parts: Iterable[Resource]) -> list[Resource]:
    return [part for part in parts if part]


def derived(pk: UUID, role: str) -> UUID:
    """The id of a resource that has no row of its own: the same in every export."""
    return uuid5(pk, role)
