"""The observations of one chart as a table that the import reads back."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from io import StringIO

from diagnosis.records.codes import plain_number
from diagnosis.records.models import Observation
from medportal.common.cells import guard

MEDIA_TYPE = "text/csv"
COLUMNS = (
    "patient", "system", "code", "label", "value", "unit", "observed_at", "status", "source",
    "source_identifier", "reference_low", "reference_high",
)  # fmt: skip


def table_of(rows: Iterable[Observation], number: str) -> str:
    """One line a value that holds today, the oldest first; ``number`` is the patient's own."""
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for row in rows:
        writer.writerow(
            [
                guard(number),
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


def _number(value: float | None) -> str:
    """Written by us and never a formula: a minus stays, so that a spreadsheet can count."""
    return "" if value is None else plain_number(value)
