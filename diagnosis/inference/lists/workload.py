"""What waits, runs and ended, by service: numbers for whoever watches, and no patient."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, F, Min, Q
from django.utils import timezone

from accounts.models import Organisation
from diagnosis.inference.models import Explanation, Job, Prediction
from diagnosis.records.models import ImportRun

State = Job.State
PREDICTIONS, EXPLANATIONS, IMPORTS = "predictions", "explanations", "imports"


@dataclass(frozen=True)
class Waiting:
    """One service in one queue, now."""

    queue: str
    service: str
    queued: int
    running: int
    oldest: datetime | None

    @property
    def oldest_seconds(self) -> float:
        return (timezone.now() - self.oldest).total_seconds() if self.oldest else 0.0


@dataclass(frozen=True)
class Ended:
    """One service within a span of time."""

    service: str
    done: int
    refused: int
    failed: int


def queues() -> tuple[tuple[str, Any, str], ...]:
    """Name, rows, and how a row leads to its service."""
    return (
        (PREDICTIONS, Prediction.unscoped.all(), "service"),
        (EXPLANATIONS, Explanation.unscoped.all(), "prediction__service"),
    )


def waiting(organisation: Organisation | None = None) -> list[Waiting]:
    """Two questions, answered by the partial indexes of what is pending."""
    return [
        Waiting(queue, row["slug"], row["queued"], row["running"], row["oldest"])
        for queue, rows, service in queues()
        for row in _of(rows, service, organisation)
        .filter(state__in=Job.PENDING)
        .values(slug=F(f"{service}__slug"))
        .annotate(
            queued=Count("pk", filter=Q(state=State.QUEUED)),
            running=Count("pk", filter=Q(state=State.RUNNING)),
            oldest=Min("requested_at", filter=Q(state=State.QUEUED)),
        )
        .order_by("slug")
    ]


def imports_waiting(organisation: Organisation | None = None) -> Waiting:
    """Files on their way into charts; they are of no service."""
    rows = ImportRun.unscoped.filter(state__in=Job.PENDING)
    if organisation:
        rows = rows.filter(organisation=organisation)
    found = rows.aggregate(
        queued=Count("pk", filter=Q(state=State.QUEUED)),
        running=Count("pk", filter=Q(state=State.RUNNING)),
        oldest=Min("requested_at", filter=Q(state=State.QUEUED)),
    )
    return Waiting(IMPORTS, "", **found)


def _of(rows: Any, service: str, organisation: Organisation | None) -> Any:
    """All of the installation for the operator; those of one organisation for its people."""
    return rows.filter(**{f"{service}__organisation": organisation}) if organisation else rows


def ended_within(span: timedelta, organisation: Organisation) -> list[Ended]:
    rows = (
        Prediction.unscoped.filter(organisation=organisation, finished_at__gt=timezone.now() - span)
        .values(slug=F("service__slug"))
        .annotate(
            done=Count("pk", filter=Q(state__in=[State.DONE, State.ENTERED_IN_ERROR])),
            refused=Count("pk", filter=Q(state=State.REFUSED)),
            failed=Count("pk", filter=Q(state=State.FAILED)),
        )
        .order_by("slug")
    )
    return [Ended(r["slug"], r["done"], r["refused"], r["failed"]) for r in rows]
