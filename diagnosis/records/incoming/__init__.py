"""Patients who come in a file: what a reader makes of it, and how it becomes charts."""

from diagnosis.records.incoming.filing import Written
from diagnosis.records.incoming.judging import findings
from diagnosis.records.incoming.shapes import (
    ChartFact,
    Incoming,
    NotKept,
    Observed,
    Place,
    Reading,
    unusable,
)
from diagnosis.records.incoming.writing import import_patient

__all__ = [
    "ChartFact",
    "Incoming",
    "NotKept",
    "Observed",
    "Place",
    "Reading",
    "Written",
    "findings",
    "import_patient",
    "unusable",
]
