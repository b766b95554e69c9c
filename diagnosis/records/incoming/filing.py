"""The facts of one incoming patient, put where they belong in one chart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from accounts.models import User
from diagnosis.records import rows
from diagnosis.records.incoming.judging import Judged
from diagnosis.records.incoming.shapes import ChartFact, Incoming, NotKept, Said, Tally, whole
from diagnosis.records.models import (
    Allergy,
    Condition,
    Medication,
    Observation,
    Patient,
    PatientRow,
)
from diagnosis.records.upserting import CHANGED_AT_SOURCE, Key, upsert
from diagnosis.records.validation import Checked

WRONG = "entered-in-error"
WITH_STATUS = (Condition, Medication)
"""What says by its status that it was withdrawn; the rest has a mark of its own."""


@dataclass
class Written:
    """What became of one patient."""

    patient: UUID
    result: str = "unchanged"  # created | updated | unchanged
    facts: Counter[str] = field(default_factory=Counter)  # created | updated | unchanged
    not_kept: Tally = field(default_factory=Tally)


@dataclass(frozen=True)
class Filing:
    """Whoever files, what they file it from, and into which chart; the patient is locked."""

    actor: User
    source: str
    patient: Patient
    written: Written

    def file(self, incoming: Incoming, judged: Judged) -> None:
        self.written.facts["unchanged"] += judged.repeated
        wanted = dict(self._wanted(judged.checked, incoming))
        for upserted in upsert(self.actor, self.source, {self.patient.pk: self.patient}, wanted):
            self.written.facts[upserted.result] += 1
        for model in dict.fromkeys(fact.model for fact, _row in judged.rows):
            self._file_rows(model, [pair for pair in judged.rows if pair[0].model is model])
        for left_out in judged.left_out:
            self.written.not_kept.note(left_out.what, left_out.at)
        gone = {one for said in _by_model(incoming.said) for one in self._take_back(said, judged)}
        for one in incoming.withdrawn:
            if (one.model, one.identifier) not in gone:
                self.written.not_kept.note(NotKept(one.model.__name__, "withdrawn"), one.at)
        self._settle_allergies(incoming, lost=any(model is Allergy for model, _name in gone))
        if self.written.result == "unchanged" and self._has_changed:
            self.written.result = "updated"

    @property
    def _has_changed(self) -> bool:
        return bool(self.written.facts["created"] + self.written.facts["updated"])

    def _wanted(
        self, given: dict[str, Checked], incoming: Incoming
    ) -> Iterator[tuple[Key, Checked]]:
        """Without what another source has said already, and what a person has put right here."""
        there = list(Observation.unscoped.valid().filter(patient=self.patient))
        said = {
            (row.code, row.value_number, row.value_code, row.unit, row.observed_at)
            for row in there
            if row.source != self.source
        }
        mine = {row.source_identifier for row in there if row.source == self.source}
        places = {one.given.source_identifier: one.place.at for one in incoming.observed}
        corrected = self._corrected_here(given)
        for identifier, checked in given.items():
            value = (checked.entry.code, checked.number, checked.answer, checked.unit)
            if identifier in corrected:
                what = NotKept("Observation", "corrected_here", checked.entry.code)
                self.written.not_kept.note(what, places[identifier])
            is_said = (*value, checked.observed_at) in said and identifier not in mine
            if identifier in corrected or is_said:
                self.written.facts["unchanged"] += 1
            else:
                yield (self.patient.pk, identifier), checked

    def _corrected_here(self, given: dict[str, Checked]) -> set[str]:
        """What a person corrected or withdrew, and the file still says as it was before."""
        mine = Observation.unscoped.filter(patient=self.patient, source=self.source)
        by_hand = mine.filter(is_current=True, replaces__isnull=False)
        by_hand = by_hand.exclude(reason=CHANGED_AT_SOURCE)
        names = set(by_hand.values_list("source_identifier", flat=True)) & given.keys()
        before = mine.filter(is_current=False, source_identifier__in=names)
        return {
            row.source_identifier
            for row in before
            if rows.same_content(row, given[row.source_identifier])
        }

    def _file_rows(
        self, model: type[PatientRow], facts: list[tuple[ChartFact, PatientRow]]
    ) -> None:
        there: list[PatientRow] = list(model.unscoped.filter(patient=self.patient))
        mine = {row.source_identifier: row for row in there if row.source == self.source}
        said = {_said(facts[0][0], row) for row in there if not _is_withdrawn(row)}
        new = []
        for fact, row in facts:
            old = mine.get(fact.identifier)
            row.recorded_by = self.actor
            if _said(fact, row) in said if old is None else _stands(fact, row, old):
                self.written.facts["unchanged"] += 1
            elif old is None:
                new.append(row)
                said.add(_said(fact, row))
                self.written.facts["created"] += 1
            else:
                _overwrite(old, fact, self.actor)
                self.written.facts["updated"] += 1
        model.unscoped.bulk_create(new)

    def _take_back(
        self, said: list[Said], judged: Judged
    ) -> Iterator[tuple[type[PatientRow], str]]:
        """What the source said before of what it speaks about, and does not say any more."""
        model = said[0].model
        names = {one.key for one in said}
        with_parts = {one.key for one in said if one.has_parts}
        held = self._standing(model).exclude(source_identifier="")
        for row in held.filter(patient=self.patient, source=self.source):
            name = row.source_identifier
            is_meant = name in names or whole(name) in with_parts
            if is_meant and (model, name) not in judged.stated:
                self._withdraw(row)
                self.written.facts["updated"] += 1
                yield model, name

    def _standing(self, model: type[PatientRow]) -> QuerySet[Any]:
        if model is Observation:
            return Observation.unscoped.filter(is_current=True).exclude(status=WRONG)
        if model in WITH_STATUS:
            return model.unscoped.exclude(status=WRONG)
        held: Any = model.unscoped
        standing: QuerySet[Any] = held.standing()
        return standing

    def _withdraw(self, row: PatientRow) -> None:
        if isinstance(row, Observation):
            self._withdraw_observation(row)
        elif isinstance(row, WITH_STATUS):
            row.status = WRONG
            row.save(update_fields=["status"])
        else:
            type(row).unscoped.filter(pk=row.pk).update(is_withdrawn=True)

    def _withdraw_observation(self, old: Observation) -> None:
        Observation.unscoped.filter(pk=old.pk).update(is_current=False)
        row = rows.copy(old)
        row.status = WRONG
        row.replaces_id, row.recorded_by, row.reason = old.pk, self.actor, CHANGED_AT_SOURCE
        row.save(force_insert=True)

    def _settle_allergies(self, incoming: Incoming, *, lost: bool) -> None:
        """«None known» only where it is said and not taken back; else nobody has said anything."""
        statuses = Patient.AllergyStatus
        said = incoming.person.allergy_status if incoming.person else statuses.NOT_RECORDED
        wanted = self.patient.allergy_status
        if Allergy.unscoped.standing().filter(patient=self.patient).exists():
            wanted = statuses.KNOWN
        elif lost:
            wanted = said
        elif wanted in incoming.absence_taken_back and wanted != said:
            wanted = said
            self.written.facts["updated"] += 1
        if self.patient.allergy_status != wanted:
            self.patient.allergy_status = wanted
            self.patient.save(update_fields=["allergy_status"])


def _by_model(said: Iterable[Said]) -> Iterable[list[Said]]:
    found: dict[type[PatientRow], list[Said]] = {}
    for one in said:
        found.setdefault(one.model, []).append(one)
    return found.values()


def _is_withdrawn(row: PatientRow) -> bool:
    return getattr(row, "is_withdrawn", False)


def _stands(fact: ChartFact, row: PatientRow, old: PatientRow) -> bool:
    """Whether the chart says this already; what was withdrawn and comes again does not stand."""
    return not _is_withdrawn(old) and _said(fact, row) == _said(fact, old)


def _said(fact: ChartFact, row: PatientRow) -> tuple[object, ...]:
    return tuple(getattr(row, name) for name in fact.values)


def _overwrite(row: PatientRow, fact: ChartFact, actor: User) -> None:
    for name, value in fact.values.items():
        setattr(row, name, value)
    if _is_withdrawn(row):
        row.is_withdrawn = False  # type: ignore[attr-defined]  # those that have such a mark
    row.recorded_by = actor
    row.save()  # whole: a note is indexed for the search as it is stored
