"""The observations of one chart as a table that the import reads back."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from io import StringIO

from diagnosis.records.codes import plain_number
from diagnosis.records.models import Observation, Patient, PatientIdentifier
from medportal.common.cells import guard

MEDIA_TYPE = "text/csv"
COLUMNS = (
    "patient", "number_system", "family_name", "given_name", "native_name", "sex", "birth_date",
    "deceased_on", "system", "code", "label", "value", "unit", "observed_at", "status", "source",
    "source_identifier", "reference_low", "reference_high",
)  # fmt: skip


def table_of(
    patient: Patient, number: PatientIdentifier | None, rows: Iterable[Observation]
) -> str:
    """One line a value that holds today, the oldest first, each with whose it is."""
    out = StringIO()
    who = [guard(text) for text in _person(patient, number)]
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for row in rows:
        writer.writerow(
            [
                *who,
                guard(row.system),
                guard(row.code),
                guard(row.label),
                guard(row.value_code) if row.value_code else _number(row.value_number),
                guard(row.unit),
                row.observed_at.isoformat(),
                guard(row.status),
                guard(row.source),
                guard(row.source_identifier),
                _number(row.reference_low),
                _number(row.reference_high),
            ]
        )
    return out.getvalue()


def _person(patient: Patient, number: PatientIdentifier | None) -> tuple[str, ...]:
    known = (number.value, number.system) if number else ("", "")
    died = patient.deceased_on.isoformat() if patient.deceased_on else ""
    return (
        *known,
        patient.family_name,
        patient.given_name,
        patient.native_name,
        patient.sex,
        patient.birth_date.isoformat() if patient.birth_date else "",
        died,
    )


def _number(value: float | None) -> str:
    """Written by us and never a formula: a minus stays, so that a spreadsheet can count."""
    return "" if value is None else plain_number(value)
