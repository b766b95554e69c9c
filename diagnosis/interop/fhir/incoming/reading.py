"""A FHIR file as patients with their facts: ``read(bytes)``. Asks no database."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from django.conf import settings
from django.utils.translation import gettext as _

from diagnosis.interop.fhir.incoming import chart, notes, observations
from diagnosis.interop.fhir.incoming.bundle import Bundle, Entry, open_file
from diagnosis.interop.fhir.incoming.elements import Resource, modifiers, named, text
from diagnosis.interop.fhir.incoming.person import place_of, read_person
from diagnosis.interop.fhir.incoming.pieces import Piece
from diagnosis.records.incoming import (
    ChartFact,
    Incoming,
    LeftOut,
    NotKept,
    Observed,
    Reading,
    Said,
    Tally,
    Withdrawn,
    unusable,
)
from diagnosis.records.incoming.shapes import LONGEST_IDENTIFIER
from diagnosis.records.models import (
    Allergy,
    Condition,
    Encounter,
    Medication,
    Note,
    Observation,
    Patient,
    PatientRow,
)

Reader = Callable[[Resource, str, str, Bundle], Iterator[Piece]]


def _observation(resource: Resource, at: str, key: str, _bundle: Bundle) -> Iterator[Piece]:
    return observations.take(resource, at, key)


READERS: dict[str, tuple[Reader, type[PatientRow]]] = {
    "Observation": (_observation, Observation),
    "Condition": (chart.condition, Condition),
    "MedicationRequest": (chart.medication, Medication),
    "MedicationStatement": (chart.medication, Medication),
    "AllergyIntolerance": (chart.allergy, Allergy),
    "Encounter": (chart.encounter, Encounter),
    "DocumentReference": (notes.document, Note),
    "DiagnosticReport": (notes.report, Note),
}
SHARES_WITH = {"MedicationStatement": "MedicationRequest", "DiagnosticReport": "DocumentReference"}
"""Kinds that become the same kind of row."""
ROOM = LONGEST_IDENTIFIER - 10
"""For a key; the rest is for the number of a component."""


@dataclass
class _Sheet:
    """What has been read of one patient so far."""

    entry: Entry
    observed: list[Observed] = field(default_factory=list)
    facts: list[ChartFact] = field(default_factory=list)
    withdrawn: list[Withdrawn] = field(default_factory=list)
    said: list[Said] = field(default_factory=list)
    absent_allergies: set[str] = field(default_factory=set)
    absence_taken_back: set[str] = field(default_factory=set)


def read(data: bytes) -> Reading:
    """Everything in the file; an error with its place if nothing of it can be used."""
    bundle = open_file(data)
    sheets = _sheets(bundle)
    for entry in bundle.entries:
        if entry.kind in READERS:
            _read_entry(entry, bundle, sheets)
        elif entry.kind != "Patient":
            bundle.not_kept.note(NotKept(entry.kind, "kind_not_held"), entry.at)
    patients = [_incoming(sheet, bundle.not_kept) for sheet in sheets.values()]
    return Reading(patients, bundle.not_kept)


def _sheets(bundle: Bundle) -> dict[str, _Sheet]:
    sheets = {e.at: _Sheet(e) for e in bundle.entries if e.kind == "Patient"}
    if not sheets:
        raise unusable("no_patient", _("The file holds no Patient."))
    if len(sheets) > settings.IMPORT_MOST_PATIENTS:
        most = {"most": settings.IMPORT_MOST_PATIENTS}
        message = _("The file holds more than %(most)d patients: send it in parts.") % most
        raise unusable("too_many_patients", message)
    return sheets


def _read_entry(entry: Entry, bundle: Bundle, sheets: dict[str, _Sheet]) -> None:
    subject = entry.resource.get("subject", entry.resource.get("patient"))
    target = bundle.target(subject, entry.resource)
    sheet = sheets.get(target.at) if target else None
    if sheet is None:
        bundle.not_kept.note(NotKept(entry.kind, "patient_not_in_file"), entry.at)
        return
    read_one, model = READERS[entry.kind]
    key = _key(entry, bundle)
    sheet.said.append(Said(model, key, has_parts=True))
    if entry.kind == "AllergyIntolerance":
        _take_absence(entry.resource, sheet)
    modified = next(_modified(entry), "")
    if modified:
        code = entry.resource.get("code")
        what = NotKept(entry.kind, "shall_not_be_ignored", *named(code))
        bundle.not_kept.note(what, entry.at + modified)
        return
    for piece in read_one(entry.resource, entry.at, key, bundle):
        _put(piece, sheet, bundle.not_kept)


def _take_absence(resource: Resource, sheet: _Sheet) -> None:
    is_over = chart.is_taken_back(resource) or bool(next(modifiers(resource), ""))
    target = sheet.absence_taken_back if is_over else sheet.absent_allergies
    target.update(chart.absent_allergies(resource))


def _modified(entry: Entry) -> Iterator[str]:
    """A component of an observation is one by itself."""
    resource = entry.resource
    if entry.kind == "Observation":
        resource = {name: part for name, part in resource.items() if name != "component"}
    return modifiers(resource)


def _put(piece: Piece, sheet: _Sheet, not_kept: Tally) -> None:
    if isinstance(piece, LeftOut):
        not_kept.note(piece.what, piece.at)
    elif isinstance(piece, Observed):
        sheet.observed.append(piece)
    elif isinstance(piece, ChartFact):
        sheet.facts.append(piece)
    else:
        sheet.withdrawn.append(piece)


def _key(entry: Entry, bundle: Bundle) -> str:
    """By which the source knows a resource; one without id or address is known by its content."""
    name = text(entry.resource.get("id")) or entry.url
    if name and bundle.holds(f"{SHARES_WITH.get(entry.kind)}/{name}"):
        name = f"{entry.kind}/{name}"  # some systems number each kind by itself
    if not name:
        name = json.dumps(entry.resource, sort_keys=True)
    if len(name) > ROOM or (not entry.url and not text(entry.resource.get("id"))):
        return hashlib.sha256(name.encode()).hexdigest()
    return name


def _incoming(sheet: _Sheet, not_kept: Tally) -> Incoming:
    place = place_of(sheet.entry.at)
    person, found = read_person(sheet.entry.resource, place, not_kept)
    if person is not None:
        person = replace(person, allergy_status=_allergy_status(sheet))
    return Incoming(
        person=person,
        place=place,
        observed=sheet.observed,
        facts=sheet.facts,
        withdrawn=sheet.withdrawn,
        said=sheet.said,
        absence_taken_back=frozenset(sheet.absence_taken_back),
        found=found,
    )


def _allergy_status(sheet: _Sheet) -> str:
    """Of two statements the careful one: who could not be asked may have allergies."""
    careful_first = (Patient.AllergyStatus.UNAVAILABLE, Patient.AllergyStatus.NONE)
    said = (status for status in careful_first if status in sheet.absent_allergies)
    return next(said, Patient.AllergyStatus.NOT_RECORDED)
