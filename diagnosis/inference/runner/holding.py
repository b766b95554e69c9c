"""What every run shares: giving a row back after an error, and whom its events name."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.db import transaction

from diagnosis.inference.models import Job, Prediction

UNREADABLE = "artifact_unreadable"


@contextmanager
def handed_back(model: Any, job: Job) -> Iterator[None]:
    """After an unexpected error the row is free at once; its attempts say when to stop."""
    try:
        yield
    except Exception:
        with transaction.atomic():
            model.unscoped.release(job)
        raise


def patients_of(prediction: Prediction) -> list[UUID]:
    return [prediction.patient_id] if prediction.patient_id else []
