"""What nobody holds any more: rows to ring for again, and rows tried as often as allowed."""

from __future__ import annotations

from collections import Counter
from typing import Any
from uuid import UUID

from django.db import transaction

from accounts import audit
from accounts.models import AuditEvent
from diagnosis.inference.lists.workload import EXPLANATIONS, PREDICTIONS
from diagnosis.inference.models import Explanation, Job, Prediction
from diagnosis.inference.runner.holding import patients_of
from medportal.common.queue.lost import unrung_for
from medportal.liveness.models import Swept

QUEUE = "interactive"


@transaction.atomic
def waiting_predictions(limit: int) -> list[UUID]:
    """Give up the exhausted rows; the others that nobody holds, oldest first."""
    for pk in list(Prediction.unscoped.exhausted().values_list("pk", flat=True)[:limit]):
        _give_up(pk)
    return _to_ring_for(PREDICTIONS, Prediction.unscoped, "service", limit)


def _give_up(pk: UUID) -> None:
    job: Prediction | None = Prediction.unscoped.select_related("requested_by").give_up(pk)
    if job is not None:
        _note_failure(job, job, "prediction.run")


def _give_up_explanation(pk: UUID) -> None:
    rows = Explanation.unscoped.select_related("prediction__requested_by")
    job: Explanation | None = rows.give_up(pk)
    if job is not None:
        _note_failure(job, job.prediction, "prediction.explain")


def _note_failure(job: Job, prediction: Prediction, act: str) -> None:
    audit.record(
        actor=prediction.requested_by,
        act=act,
        patients=patients_of(prediction),
        what=f"prediction/{prediction.pk}",
        outcome=AuditEvent.Outcome.FAILED,
        detail={"state": job.state, "code": job.failure_code, "attempt": job.attempts},
    )


@transaction.atomic
def waiting_explanations(limit: int) -> list[UUID]:
    for pk in list(Explanation.unscoped.exhausted().values_list("pk", flat=True)[:limit]):
        _give_up_explanation(pk)
    return _to_ring_for(EXPLANATIONS, Explanation.unscoped, "prediction__service", limit)


def _to_ring_for(queue: str, rows: Any, service: str, limit: int) -> list[UUID]:
    """The oldest first; they are counted for the status page."""
    lost = rows.lost(unrung_for=unrung_for(QUEUE)).order_by("requested_at")
    found = list(lost.values_list("pk", f"{service}__organisation", f"{service}__slug")[:limit])
    missed = Counter((organisation, slug) for _, organisation, slug in found)
    Swept.objects.bulk_create(
        Swept(queue=queue, organisation_id=organisation, service=slug, count=count)
        for (organisation, slug), count in missed.items()
    )
    return [row[0] for row in found]
