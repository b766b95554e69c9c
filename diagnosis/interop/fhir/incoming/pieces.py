"""What the readers of single resources hand over, one piece after the other."""

from __future__ import annotations

from dataclasses import dataclass

from diagnosis.records.incoming import ChartFact, NotKept, Observed
from diagnosis.records.models import PatientRow
from medportal.common.errors import Pointer


@dataclass(frozen=True)
class Withdrawn:
    """The source took this back."""

    model: type[PatientRow]
    identifier: str


Piece = Observed | ChartFact | Withdrawn | NotKept | Pointer
"""A pointer among them is what refuses the patient."""
