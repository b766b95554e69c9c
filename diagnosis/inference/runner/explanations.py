"""One explanation: exact ones at once, sampled ones where nobody waits."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction

from accounts import audit
from accounts.models import AuditEvent
from diagnosis.inference.models import Explanation, Job
from diagnosis.inference.runner.holding import UNREADABLE, patients_of
from diagnosis.inference.scoring import explaining
from diagnosis.ml import ArtifactError
from diagnosis.registry.versions import contradictions
from diagnosis.registry.versions.store import FOR_REPRODUCTION, load_artifact
from medportal.common.queue.jobs import held

State = Job.State


def run_explanation(pk: UUID | str, *, slow_allowed: bool = False) -> bool:
    """Explain one prediction; False if it takes too long for this queue and was left alone."""
    if not slow_allowed and _is_slow(pk):
        return False
    job: Explanation | None = _explanations().claim(pk)
    if job is None:
        return True
    at_most = settings.BATCH_HOLD_SECONDS if slow_allowed else None
    with held(Explanation, job, at_most=at_most):
        _settle_explanation(job, *_explained(job))
    return True


def _explanations() -> Any:
    return Explanation.unscoped.select_related(
        "prediction__version__service", "prediction__requested_by"
    )


@transaction.atomic
def _waiting(pk: UUID | str) -> Explanation | None:
    found: Explanation | None = _explanations().claimable().filter(pk=pk).first()
    return found


def _is_slow(pk: UUID | str) -> bool:
    waiting = _waiting(pk)
    if waiting is None:
        return False
    prediction = waiting.prediction
    try:
        artifact = load_artifact(prediction.version, states=FOR_REPRODUCTION)
    except ArtifactError:
        return False  # fails where it is claimed
    return explaining.is_slow(artifact, prediction.snapshot)


def _explained(job: Explanation) -> tuple[dict[str, Any] | None, str]:
    prediction = job.prediction
    if prediction.version.state not in FOR_REPRODUCTION:
        return None, "version_withdrawn"
    try:
        artifact = load_artifact(prediction.version, states=FOR_REPRODUCTION)
    except ArtifactError:
        return None, UNREADABLE
    against = contradictions.notes(prediction.version)
    version = prediction.version
    content = explaining.explain_for_good(artifact, prediction.snapshot, against, version, job.name)
    return content, ""


@transaction.atomic
def _settle_explanation(job: Explanation, content: dict[str, Any] | None, failure: str) -> None:
    state = State.DONE if content is not None else State.FAILED
    if not Explanation.unscoped.settle(job, state=state, content=content, failure_code=failure):
        return
    audit.record(
        actor=job.prediction.requested_by,
        act="prediction.explain",
        patients=patients_of(job.prediction),
        what=f"prediction/{job.prediction_id}",
        outcome=AuditEvent.Outcome.FAILED if failure else AuditEvent.Outcome.SUCCESS,
        detail={"state": state, "attempt": job.attempts, **_of(job)},
    )


def _of(job: Explanation) -> dict[str, str]:
    """The estimate that was asked for beside that of the run."""
    return {"estimate": job.estimate} if job.estimate else {}
