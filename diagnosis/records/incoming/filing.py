"""The facts of one incoming patient, put where they belong in one chart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import UUID

from accounts.models import User
from diagnosis.records import rows
from diagnosis.records.incoming.judging import Judged
from diagnosis.records.incoming.shapes import ChartFact, Incoming, NotKept
from diagnosis.records.models import (
    Allergy,
    Condition,
    Medication,
    Observation,
    Patient,
    PatientRow,
)
from diagnosis.records.upserting import CHANGED_AT_SOURCE, Key, known, upsert
from diagnosis.records.validation import Checked

WRONG = "entered-in-error"
WITH_STATUS = (Condition, Medication)
"""What can be marked as withdrawn; a visit, an allergy and a note stay until a person acts."""


@dataclass
class Written:
    """What became of one patient."""

    patient: UUID
    result: str = "unchanged"  # created | updated | unchanged
    facts: Counter[str] = field(default_factory=Counter)  # created | updated | unchanged
    not_kept: Counter[NotKept] = field(default_factory=Counter)


@dataclass(frozen=True)
class Filing:
    """Whoever files, what they file it from, and into which chart; the patient is locked."""

    actor: User
    source: str
    patient: Patient
    written: Written

    def file(self, incoming: Incoming, judged: Judged) -> None:
        self.written.facts["unchanged"] += judged.repeated
        wanted = dict(self._wanted(judged.checked))
        for one in upsert(self.actor, self.source, {self.patient.pk: self.patient}, wanted):
            self.written.facts[one.result] += 1
        for model in dict.fromkeys(fact.model for fact, _row in judged.rows):
            self._file_rows(model, [pair for pair in judged.rows if pair[0].model is model])
        for model, identifier in incoming.withdrawn:
            self._withdraw(model, identifier)
        if any(fact.model is Allergy for fact in incoming.facts):
            self.patient.allergy_status = Patient.AllergyStatus.KNOWN
            self.patient.save(update_fields=["allergy_status"])
        if self.written.result == "unchanged" and self._has_changed:
            self.written.result = "updated"

    @property
    def _has_changed(self) -> bool:
        return bool(self.written.facts["created"] + self.written.facts["updated"])

    def _wanted(self, given: dict[str, Checked]) -> Iterator[tuple[Key, Checked]]:
        """Without what another source has said already, and what a person has put right here."""
        there = Observation.unscoped.valid().filter(patient=self.patient)
        said = {
            (row.code, row.value_number, row.value_code, row.unit, row.observed_at)
            for row in there.exclude(source=self.source)
        }
        corrected = self._corrected_here(given)
        for identifier, checked in given.items():
            value = (checked.entry.code, checked.number, checked.answer, checked.unit)
            if identifier in corrected:
                self.written.not_kept[
                    NotKept("Observation", "corrected_here", checked.entry.code)
                ] += 1
            if identifier in corrected or (*value, checked.observed_at) in said:
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
        said = {_said(facts[0][0], row) for row in there}
        new = []
        for fact, row in facts:
            old = mine.get(fact.identifier)
            row.recorded_by = self.actor
            if _said(fact, row) in said if old is None else _said(fact, row) == _said(fact, old):
                self.written.facts["unchanged"] += 1
            elif old is None:
                new.append(row)
                said.add(_said(fact, row))
                self.written.facts["created"] += 1
            else:
                _overwrite(old, fact, self.actor)
                self.written.facts["updated"] += 1
        model.unscoped.bulk_create(new)

    def _withdraw(self, model: type[PatientRow], identifier: str) -> None:
        """What the source took back; of what never came, nothing is kept."""
        held = model.unscoped.filter(
            patient=self.patient, source=self.source, source_identifier=identifier
        )
        if model is Observation:
            was_there = self._withdraw_observation(identifier)
        elif model in WITH_STATUS:
            was_there = bool(held.exclude(status=WRONG).update(status=WRONG))
        else:
            was_there = False
        if was_there:
            self.written.facts["updated"] += 1
            return
        stays = model not in (Observation, *WITH_STATUS) and held.exists()
        reason = "withdrawn_stays" if stays else "withdrawn"
        self.written.not_kept[NotKept(model.__name__, reason)] += 1

    def _withdraw_observation(self, identifier: str) -> bool:
        key = (self.patient.pk, identifier)
        old = known(self.source, {key: None}).get(key)
        if old is None or old.status == WRONG:
            return False
        Observation.unscoped.filter(pk=old.pk).update(is_current=False)
        row = rows.copy(old)
        row.status = WRONG
        row.replaces_id, row.recorded_by, row.reason = old.pk, self.actor, CHANGED_AT_SOURCE
        row.save(force_insert=True)
        return True


def _said(fact: ChartFact, row: PatientRow) -> tuple[object, ...]:
    return tuple(getattr(row, name) for name in fact.values)


def _overwrite(row: PatientRow, fact: ChartFact, actor: User) -> None:
    for name, value in fact.values.items():
        setattr(row, name, value)
    row.recorded_by = actor
    row.save()  # whole: a note is indexed for the search as it is stored
