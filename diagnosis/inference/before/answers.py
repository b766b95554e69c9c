"""What was answered on a form is written into the chart, so that nobody asks twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from accounts.models import User
from diagnosis.inference.stored.entry import Entry, Snapshot
from diagnosis.ml import Feature, FeatureSchema, Source
from diagnosis.records.actions import record_observation
from diagnosis.records.models import Patient
from diagnosis.records.validation import Given
from medportal.common.errors import DomainError, Pointer

SOURCE = "form"


def stored_answers(
    actor: User, patient: Patient, schema: FeatureSchema, snapshot: Snapshot, at: datetime
) -> dict[str, Entry]:
    """Record each given value that has a code of its own; its entry then names the observation."""
    recorded = {}
    for feature in schema:
        entry = snapshot[feature.name]
        source = _place(feature, entry.unit) if entry.status == "given" else None
        if source is None:
            continue
        given = Given(
            code=source.code,
            system=source.system,
            value=entry.value,
            unit=entry.unit or "",
            observed_at=at,
            source=SOURCE,
        )
        row = _recorded(actor, patient, feature, given)
        recorded[feature.name] = replace(
            entry, observation=row, observed_at=at.isoformat(), source=SOURCE
        )
    return recorded


def _recorded(actor: User, patient: Patient, feature: Feature, given: Given) -> str:
    try:
        return str(record_observation(actor=actor, patient=patient, given=given).pk)
    except DomainError as error:
        at_feature = [
            Pointer(f"/inputs/{feature.name}", pointer.code, pointer.message)
            for pointer in error.pointers
        ]
        raise DomainError(
            error.code, error.message, status=error.status, pointers=at_feature
        ) from error


def _place(feature: Feature, unit: str | None) -> Source | None:
    """The feature's own code that takes a value in this unit."""
    own = [s for s in feature.sources if s.kind == "observation" and s.above is None]
    taking = [source for source in own if not source.units or unit in source.units]
    return taking[0] if taking else (own[0] if own else None)
