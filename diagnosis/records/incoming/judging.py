"""Whether one incoming patient can be taken: by the judges of the forms and of REST."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date

from django.utils.translation import gettext as _

from diagnosis.records import chart_validation, codes, persons, validation
from diagnosis.records.incoming.shapes import (
    ChartFact,
    Incoming,
    LeftOut,
    NotKept,
    Observed,
)
from diagnosis.records.models import Observation, Patient, PatientRow
from diagnosis.records.persons import NewPatient
from diagnosis.records.validation import Checked
from medportal.common.errors import Pointer

NOT_READABLE = frozenset(
    {
        "blank", "invalid", "invalid_choice", "max_length", "not_a_number", "not_finite",
        "null", "null_characters_not_allowed", "time_missing", "no_time_zone", "unit_missing",
        "unit_not_expected", "unknown_answer", "unknown_code", "unknown_status", "unknown_unit",
        "value_missing",
    }
)  # fmt: skip
"""What is wrong with one thing alone: it is left out. Anything else contradicts what is known of
the patient, or of this very thing, and refuses them whole."""

SOMEBODY_S_BIRTH = date(1900, 1, 1)
"""Of a person about whom the file says nothing, while nobody has looked who it is."""


@dataclass
class Judged:
    """What came out: rows to be, by their identifier, or what refuses the patient."""

    checked: dict[str, Checked] = field(default_factory=dict)
    rows: list[tuple[ChartFact, PatientRow]] = field(default_factory=list)
    found: list[Pointer] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    stated: set[tuple[type[PatientRow], str]] = field(default_factory=set)
    """What stands in the file as a fact, also where it is one that stands there once more."""
    repeated: int = 0

    def leave_out(self, named: tuple[str, str, str], found: Iterable[Pointer]) -> None:
        """What can not be read is left out; whatever else is wrong refuses the patient."""
        what, code, label = named
        for pointer in found:
            if pointer.code in NOT_READABLE:
                reason = NotKept(what, pointer.code, code, label)
                self.left_out.append(LeftOut(reason, pointer.pointer))
            else:
                self.found.append(pointer)


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
    for fact in incoming.facts:
        row = fact.model(
            patient=patient, source=source, source_identifier=fact.identifier, **fact.values
        )
        found = [fact.place.of(pointer) for pointer in chart_validation.check(row)]
        key = (fact.model, fact.identifier)
        if key in judged.stated:
            found.append(_twice(fact.place.at))
        if found:
            named = (fact.model.__name__, "", str(fact.values.get("label", ""))[:160])
            judged.leave_out(named, found)
        else:
            judged.stated.add(key)
            judged.rows.append((fact, row))
    judged.found += _both_ways(judged, incoming)
    return judged


def _both_ways(judged: Judged, incoming: Incoming) -> Iterator[Pointer]:
    """Stated and taken back in one file: which of the two is the newer word, nobody can tell."""
    for one in incoming.withdrawn:
        if (one.model, one.identifier) in judged.stated:
            yield _twice(one.at)


def _judge_observation(judged: Judged, patient: Patient, observed: Observed, source: str) -> None:
    given = replace(observed.given, source=source)
    checked, found = validation.check(patient, given)
    if any(pointer.pointer.startswith("/reference") for pointer in found):
        at_range = [p for p in found if p.pointer.startswith("/reference")]
        judged.left_out += [
            LeftOut(NotKept("Observation.referenceRange", "range", given.code), p.pointer)
            for p in map(observed.place.of, at_range)
        ]
        given = replace(given, reference_low=None, reference_high=None)
        checked, found = validation.check(patient, given)
    if given.observed_at is None:
        text = _("The time of the observation is missing.")
        found = [Pointer("/observed_at", "time_missing", text), *found]
    entry = codes.find(given.code)
    named = ("Observation", given.code, entry.name if entry else "")
    judged.leave_out(named, map(observed.place.of, found))
    if checked is None or given.observed_at is None:
        return
    judged.stated.add((Observation, given.source_identifier))
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
