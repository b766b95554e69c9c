"""Patients who come in a file: what a reader makes of it, and how it becomes charts."""

from diagnosis.records.incoming.filing import Written
from diagnosis.records.incoming.judging import findings
from diagnosis.records.incoming.shapes import (
    ChartFact,
    Incoming,
    LeftOut,
    NotKept,
    Observed,
    Place,
    Reading,
    Said,
    Tally,
    Withdrawn,
    unusable,
)
from diagnosis.records.incoming.writing import import_patient

__all__ = [
    "ChartFact",
    "Incoming",
    "LeftOut",
    "NotKept",
    "Observed",
    "Place",
    "Reading",
    "Said",
    "Tally",
    "Withdrawn",
    "Written",
    "findings",
    "import_patient",
    "unusable",
]
