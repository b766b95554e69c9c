"""Problems, medicines, allergies, notes and visits."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import TypeVar
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.models import User
from diagnosis.records import access, chart_validation
from diagnosis.records.models import (
    Allergy,
    Condition,
    Encounter,
    Medication,
    Note,
    Patient,
    PatientRow,
)
from medportal.common.errors import DomainError

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
    chart = access.writable(actor, "chart.change", patient)
    wanted = code.strip().upper()
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
    chart = access.writable(actor, "chart.change", patient)
    wanted = code.strip().upper()
    row = Medication(patient=chart, code=wanted, label=label, dose=dose, started_on=started_on)
    return _add(actor, row)


@transaction.atomic
def add_allergy(
    *, actor: User, patient: Patient | UUID, substance: str, reaction: str = ""
) -> Allergy:
    """Note a substance that the patient must not get; the banner shows it at once."""
    chart = access.writable(actor, "chart.change", patient)
    row = _add(actor, Allergy(patient=chart, substance=substance.strip(), reaction=reaction))
    Patient.unscoped.filter(pk=chart.pk).update(allergy_status=Patient.AllergyStatus.KNOWN)
    return row


@transaction.atomic
def add_note(
    *, actor: User, patient: Patient | UUID, text: str, kind: str = "", author: str = ""
) -> Note:
    """Write a note; whoever writes it signs it unless another author is named."""
    chart = access.writable(actor, "chart.change", patient)
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
    chart = access.writable(actor, "chart.change", patient)
    return _add(actor, Encounter(patient=chart, **asdict(visit)))


def _add(actor: User, row: RowT) -> RowT:
    row.recorded_by = actor
    found = chart_validation.check(row)
    if found:
        raise DomainError("chart_entry_invalid", found[0].message, pointers=found)
    row.save(force_insert=True)
    audit.record(
        actor=actor,
        act="chart.change",
        patients=[row.patient_id],
        what=f"{row._meta.model_name}/{row.pk}",
    )
    return row
