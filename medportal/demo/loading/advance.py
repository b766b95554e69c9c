"""Time passes for the demonstration as a whole: every date moves on by the same days."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Max
from django.utils import timezone

from accounts import audit
from accounts.models import Organisation
from diagnosis.inference.models import Decision, Explanation, Outcome, Prediction
from diagnosis.records.models import (
    Condition,
    Encounter,
    Medication,
    Note,
    Observation,
    Patient,
)

NEWEST_AT_LOADING_DAYS = 1
"""The newest demonstration observation is a day old when it is loaded."""

DATES: dict[type, tuple[str, ...]] = {
    Patient: ("birth_date", "deceased_on"),
    Condition: ("onset_on",),
    Medication: ("started_on",),
    Encounter: ("started_at", "ended_at"),
    Note: ("written_at",),
    Observation: ("observed_at", "recorded_at"),
    Outcome: ("occurred_on",),
    Prediction: ("index_at", "requested_at", "started_at", "finished_at", "decided_at"),
    Explanation: ("requested_at", "started_at", "finished_at"),
    Decision: ("decided_at",),
}


def days_behind(organisation: Organisation) -> int:
    """Whole days since the newest observation was as old as at loading."""
    rows = Observation.unscoped.filter(patient__organisation=organisation)
    newest = rows.aggregate(newest=Max("observed_at"))["newest"]
    if newest is None:
        return 0
    return max(0, int((timezone.now() - newest).days) - NEWEST_AT_LOADING_DAYS)


@transaction.atomic
def advance(organisation: Organisation, days: int) -> int:
    """Move all dates on by ``days``; return how many rows moved."""
    moved = sum(_move(model, fields, organisation, days) for model, fields in DATES.items())
    audit.record(
        actor=None,
        act="demo.advance",
        detail={"days": days, "rows": moved},
        organisation=organisation,
    )
    return moved


def _move(model: Any, fields: tuple[str, ...], organisation: Organisation, days: int) -> int:
    by = timedelta(days=days)
    paths = {
        Patient: "organisation",
        Prediction: "organisation",
        Explanation: "prediction__organisation",
        Decision: "prediction__organisation",
    }
    rows = model.unscoped.filter(**{paths.get(model, "patient__organisation"): organisation})
    return int(rows.update(**{name: F(name) + by for name in fields}))
