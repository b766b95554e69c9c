"""What every run shares."""

from __future__ import annotations

from uuid import UUID

from diagnosis.inference.models import Prediction

UNREADABLE = "artifact_unreadable"


def patients_of(prediction: Prediction) -> list[UUID]:
    return [prediction.patient_id] if prediction.patient_id else []
