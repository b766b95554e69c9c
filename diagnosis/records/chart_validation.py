"""The judge of what a chart holds besides observations, whoever brings it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from diagnosis.records.models import Condition, Encounter, Medication, Note, Patient, PatientRow
from diagnosis.records.persons import about_fields
from diagnosis.records.validation import CLOCKS_DIFFER, days_of
from medportal.common.errors import Pointer

_ICD10 = re.compile(r"[A-Z]\d[0-9A-Z](\.[0-9A-Z]{1,4})?")
_SNOMED = re.compile(r"\d{6,18}")
_ATC = re.compile(r"[A-Z](\d{2}([A-Z]([A-Z](\d{2})?)?)?)?")


def is_icd10(code: str) -> bool:
    return bool(_ICD10.fullmatch(code))


def is_snomed(code: str) -> bool:
    return bool(_SNOMED.fullmatch(code))


def is_atc(code: str) -> bool:
    return bool(_ATC.fullmatch(code))


def check(row: PatientRow) -> list[Pointer]:
    """What is wrong with an unsaved row; its patient need not be saved either."""
    judge = _JUDGES.get(type(row))
    found = [*judge(row, row.patient)] if judge else []
    return found or [*about_fields(row, "patient", "recorded_by")]


def _condition(row: Condition, patient: Patient) -> Iterator[Pointer]:
    if row.system == Condition.System.SNOMED:
        if not is_snomed(row.code):
            yield Pointer("/code", "unknown_code", _("This is no SNOMED CT code."))
    elif not is_icd10(row.code):
        yield Pointer("/code", "unknown_code", _("Write an ICD-10 code such as K74.3."))
    yield from _about_day(patient, "/onset_on", row.onset_on)


def _medication(row: Medication, patient: Patient) -> Iterator[Pointer]:
    if row.code and not is_atc(row.code):
        yield Pointer("/code", "unknown_code", _("Write an ATC code such as A10BA02."))
    yield from _about_day(patient, "/started_on", row.started_on)


def _encounter(row: Encounter, patient: Patient) -> Iterator[Pointer]:
    """It may be planned, but not for somebody who was not born."""
    yield from _about_moment(patient, "/started_at", row.started_at, may_come=True)
    if row.ended_at is not None:
        yield from _about_moment(patient, "/ended_at", row.ended_at, may_come=True)
        if row.ended_at < row.started_at:
            yield Pointer("/ended_at", "before_start", _("It can not end before it starts."))


def _note(row: Note, patient: Patient) -> Iterator[Pointer]:
    yield from _about_moment(patient, "/written_at", row.written_at)


def _about_moment(
    patient: Patient, pointer: str, at: datetime, *, may_come: bool = False
) -> Iterator[Pointer]:
    if patient.is_before_birth(max(days_of(at))):
        yield Pointer(pointer, "before_birth", _("This is before the patient was born."))
    if not may_come and at > timezone.now() + CLOCKS_DIFFER:
        yield Pointer(pointer, "in_the_future", _("This time is in the future."))


def _about_day(patient: Patient, pointer: str, day: date | None) -> Iterator[Pointer]:
    if day is not None and day > timezone.localdate():
        yield Pointer(pointer, "in_the_future", _("This date is in the future."))
    if day is not None and patient.is_before_birth(day):
        yield Pointer(pointer, "before_birth", _("This is before the patient was born."))


_JUDGES: dict[type[PatientRow], Callable[[Any, Patient], Iterator[Pointer]]] = {
    Condition: _condition,
    Medication: _medication,
    Encounter: _encounter,
    Note: _note,
}
