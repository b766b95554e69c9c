"""Problems, medicines, allergies, notes and visits."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import TypeVar
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.models import User
from diagnosis.records import access
from diagnosis.records.models import (
    Allergy,
    Condition,
    Encounter,
    Medication,
    Note,
    Patient,
    PatientRow,
)
from medportal.common.errors import DomainError, Pointer

_ICD10 = re.compile(r"[A-Z]\d[0-9A-Z](\.[0-9A-Z]{1,4})?")
_ATC = re.compile(r"[A-Z](\d{2}([A-Z]([A-Z](\d{2})?)?)?)?")
RowT = TypeVar("RowT", bound=PatientRow)


@transaction.atomic
def add_condition(
    *,
    actor: User,
    patient: Patient | UUID,
    code: str,
    label: str,
    status: str = Condition.Status.ACTIVE,
    onset_on: date | None = None,
) -> Condition:
    """Put a problem, coded in ICD-10, on the list."""
    chart = access.writable(actor, patient)
    wanted = code.strip().upper()
    if not _ICD10.fullmatch(wanted):
        _refuse("/code", "unknown_code", _("Write an ICD-10 code such as K74.3."))
    _refuse_day(chart, "/onset_on", onset_on)
    row = Condition(patient=chart, code=wanted, label=label, status=status, onset_on=onset_on)
    return _add(actor, row)


@transaction.atomic
def add_medication(
    *,
    actor: User,
    patient: Patient | UUID,
    label: str,
    code: str = "",
    dose: str = "",
    started_on: date | None = None,
) -> Medication:
    """Put a medicine, coded in ATC where known, on the list."""
    chart = access.writable(actor, patient)
    wanted = code.strip().upper()
    if wanted and not _ATC.fullmatch(wanted):
        _refuse("/code", "unknown_code", _("Write an ATC code such as A10BA02."))
    _refuse_day(chart, "/started_on", started_on)
    row = Medication(patient=chart, code=wanted, label=label, dose=dose, started_on=started_on)
    return _add(actor, row)


@transaction.atomic
def add_allergy(
    *, actor: User, patient: Patient | UUID, substance: str, reaction: str = ""
) -> Allergy:
    """Note a substance that the patient must not get; the banner shows it at once."""
    chart = access.writable(actor, patient)
    row = _add(actor, Allergy(patient=chart, substance=substance.strip(), reaction=reaction))
    Patient.unscoped.filter(pk=chart.pk).update(allergy_status=Patient.AllergyStatus.KNOWN)
    return row


@transaction.atomic
def add_note(
    *, actor: User, patient: Patient | UUID, text: str, kind: str = "", author: str = ""
) -> Note:
    """Write a note; whoever writes it signs it unless another author is named."""
    chart = access.writable(actor, patient)
    row = Note(
        patient=chart,
        written_at=timezone.now(),
        kind=kind,
        author=author or str(actor)[:120],
        text=text,
    )
    return _add(actor, row)


@dataclass(frozen=True)
class Visit:
    """A visit or a stay as entered."""

    kind: str
    started_at: datetime
    ended_at: datetime | None = None
    reason: str = ""
    location: str = ""


@transaction.atomic
def add_encounter(*, actor: User, patient: Patient | UUID, visit: Visit) -> Encounter:
    """Enter a visit or a stay."""
    chart = access.writable(actor, patient)
    if visit.ended_at is not None and visit.ended_at < visit.started_at:
        _refuse("/ended_at", "before_start", _("It can not end before it starts."))
    return _add(actor, Encounter(patient=chart, **asdict(visit)))


def _add(actor: User, row: RowT) -> RowT:
    row.recorded_by = actor
    row.clean_fields(exclude=["patient", "recorded_by"])
    row.save(force_insert=True)
    audit.record(
        actor=actor,
        act="chart.change",
        patients=[row.patient_id],
        what=f"{row._meta.model_name}/{row.pk}",
    )
    return row


def _refuse_day(chart: Patient, pointer: str, day: date | None) -> None:
    if day is not None and day > timezone.localdate():
        _refuse(pointer, "in_the_future", _("This date is in the future."))
    if day is not None and day < chart.birth_date:
        _refuse(pointer, "before_birth", _("This is before the patient was born."))


def _refuse(pointer: str, code: str, message: object) -> None:
    text = str(message)
    raise DomainError("chart_entry_invalid", text, pointers=[Pointer(pointer, code, text)])
