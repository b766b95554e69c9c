"""Whether one incoming patient can be taken: by the judges of the forms and of REST."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date

from django.utils.translation import gettext as _

from diagnosis.records import chart_validation, persons, validation
from diagnosis.records.incoming.shapes import ChartFact, Incoming, Observed
from diagnosis.records.models import Patient, PatientRow
from diagnosis.records.persons import NewPatient
from diagnosis.records.validation import Checked
from medportal.common.errors import Pointer

SOMEBODY_S_BIRTH = date(1900, 1, 1)
"""Of a person about whom the file says nothing, while nobody has looked who it is."""


@dataclass
class Judged:
    """What came out: rows to be, by their identifier, or what refuses the patient."""

    checked: dict[str, Checked] = field(default_factory=dict)
    rows: list[tuple[ChartFact, PatientRow]] = field(default_factory=list)
    found: list[Pointer] = field(default_factory=list)
    repeated: int = 0


def findings(incoming: Incoming) -> list[Pointer]:
    """What would refuse this patient if nobody knew them yet; asks no database."""
    person = incoming.person or NewPatient("?", SOMEBODY_S_BIRTH)
    found = [*incoming.found, *about_person(incoming)]
    return found + judge(persons.build(None, person), incoming, "file").found


def about_person(incoming: Incoming) -> Iterator[Pointer]:
    is_unread = incoming.person is None and bool(incoming.found)
    if not incoming.identifiers and not is_unread:
        text = _("The patient needs a number with its system, to be known again.")
        yield incoming.place.of(Pointer("/identifiers", "identifier_missing", text))
    if incoming.person is None:
        return
    for pointer in persons.check(incoming.person):
        yield incoming.place.of(pointer)


def judge(patient: Patient, incoming: Incoming, source: str) -> Judged:
    """Judge every fact as one of ``patient``, who need not be saved."""
    judged = Judged()
    for observed in incoming.observed:
        _judge_observation(judged, patient, observed, source)
    _drop_repeated(judged)
    places = {one.given.source_identifier: one.place for one in incoming.observed}
    judged.found += validation.together(
        (places[name].of(Pointer("/value", "", "")).pointer, checked)
        for name, checked in judged.checked.items()
    )
    seen: set[tuple[type[PatientRow], str]] = set()
    for fact in incoming.facts:
        row = fact.model(
            patient=patient, source=source, source_identifier=fact.identifier, **fact.values
        )
        judged.found += [fact.place.of(pointer) for pointer in chart_validation.check(row)]
        key = (fact.model, fact.identifier)
        if key in seen:
            judged.found.append(_twice(fact.place.at))
        seen.add(key)
        judged.rows.append((fact, row))
    return judged


def _judge_observation(judged: Judged, patient: Patient, observed: Observed, source: str) -> None:
    given = replace(observed.given, source=source)
    checked, found = validation.check(patient, given)
    if given.observed_at is None:
        text = _("The time of the observation is missing.")
        found = [Pointer("/observed_at", "time_missing", text), *found]
    judged.found += [observed.place.of(pointer) for pointer in found]
    if checked is None or given.observed_at is None:
        return
    before = judged.checked.get(given.source_identifier)
    if before is None:
        judged.checked[given.source_identifier] = checked
    elif content(before) == content(checked):
        judged.repeated += 1
    else:
        judged.found.append(_twice(observed.place.at))


def _twice(at: str) -> Pointer:
    text = _("The file says two different things about this one.")
    return Pointer(at, "duplicate", text)


def content(checked: Checked) -> tuple[object, ...]:
    """What makes two observations the same: code, value, unit, moment and status."""
    return (
        checked.entry.code,
        checked.number,
        checked.answer,
        checked.unit,
        checked.observed_at,
        checked.given.status,
    )


def _drop_repeated(judged: Judged) -> None:
    """A panel's part that stands in the file once more by itself is one observation."""
    first: dict[tuple[object, ...], str] = {}
    for identifier, checked in list(judged.checked.items()):
        if first.setdefault(content(checked), identifier) != identifier:
            del judged.checked[identifier]
            judged.repeated += 1


def unnamed(person: NewPatient, patient: Patient) -> bool:
    """Whether no word of the name is the same: not one person, whatever the number says."""
    return not (persons.name_words(patient) & persons.name_words(persons.build(None, person)))
