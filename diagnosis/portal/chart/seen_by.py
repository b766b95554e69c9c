"""Who looked at a chart, for those who look after the patient: from the audit trail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Max, QuerySet

from accounts import acts
from accounts.models import AuditEvent, User
from diagnosis.records.models import Patient

LAST = 6


@dataclass(frozen=True)
class Seen:
    person: str
    last: datetime
    is_reader: bool
    """The person who is reading this."""


def openings(patient: Patient) -> QuerySet[AuditEvent, dict[str, Any]]:
    """One row a person: when the chart or a part of it was last shown to them."""
    opened = AuditEvent.objects.filter(
        organisation_id=patient.organisation_id,
        patients__contains=[patient.pk],
        act__in=acts.OPENING,
        outcome=AuditEvent.Outcome.SUCCESS,
        actor_id__isnull=False,
    )
    people = opened.order_by().values("actor_id", "actor_name")
    return people.annotate(last=Max("at")).order_by("-last")


def seen_by(reader: User, patient: Patient) -> list[Seen]:
    """The last people who opened the chart; for a reader who came through the gate."""
    return [
        Seen(row["actor_name"], row["last"], is_reader=row["actor_id"] == reader.pk)
        for row in openings(patient)[:LAST]
    ]
