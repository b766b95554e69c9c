"""One prediction: claim it, compute outside any transaction, settle it once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import structlog
from django.db import transaction

from accounts import audit
from accounts.models import AuditEvent, User
from diagnosis.inference.before import permission, refusals
from diagnosis.inference.before.facts import Facts, read_facts
from diagnosis.inference.before.population import check_population
from diagnosis.inference.before.warnings import of_run
from diagnosis.inference.models import Explanation, Job, Prediction
from diagnosis.inference.runner.holding import UNREADABLE, patients_of
from diagnosis.inference.scoring import answer_rules, likeness, next_measurement, score
from diagnosis.inference.stored.refusal import Ground, Refusal
from diagnosis.inference.stored.worth import WorthMeasuring
from diagnosis.ml import ArtifactError
from diagnosis.registry.models import ModelVersion
from diagnosis.registry.versions.store import FOR_PREDICTIONS, load_artifact
from diagnosis.results.result import Result
from diagnosis.results.stored import written_result
from medportal.common.queue import bell
from medportal.common.queue.jobs import held

log = structlog.get_logger(__name__)
State = Job.State
OUTCOMES = {
    State.DONE: AuditEvent.Outcome.SUCCESS,
    State.REFUSED: AuditEvent.Outcome.REFUSED,
    State.FAILED: AuditEvent.Outcome.FAILED,
}


@dataclass
class Computed:
    """What came out before anybody looked whether it may still be shown."""

    result: Result | None = None
    grounds: list[Ground] = field(default_factory=list)
    failure: str = ""
    worth: WorthMeasuring | None = None
    """For grounds that measuring would cure: what to measure first."""


def run_prediction(pk: UUID | str) -> list[UUID]:
    """Run one prediction; returns the explanations that are now queued. A copy does nothing."""
    rows = Prediction.unscoped.select_related(
        "service", "version__service", "patient", "requested_by"
    )
    job: Prediction | None = rows.defer("version__manifest").claim(pk)  # read once a process
    if job is None:
        log.info("not_mine", prediction=str(pk))
        return []
    with held(Prediction, job):
        queued = _settle_prediction(job, _compute(job))
    bell.announce(job.pk)
    return queued


def _compute(job: Prediction) -> Computed:
    if job.version.state not in FOR_PREDICTIONS:
        return Computed()
    try:
        artifact = load_artifact(job.version)
    except ArtifactError:
        return Computed(failure=UNREADABLE)
    inputs = job.snapshot
    grounds = refusals.of_inputs(artifact.schema, inputs) or likeness.of_row(artifact, inputs)
    sheet, at = job.definition, job.index_at
    if grounds:
        codes = [ground.code for ground in grounds]
        worth = next_measurement.of_refusal(artifact, sheet, inputs, at, codes)
        return Computed(grounds=grounds, worth=worth)
    result = score.score(artifact, sheet, inputs, at)
    against = answer_rules.broken(sheet, artifact.schema, inputs, result)
    return Computed(grounds=against) if against else Computed(result=result)


@transaction.atomic
def _settle_prediction(job: Prediction, computed: Computed) -> list[UUID]:
    """Look once more whether the run is still allowed, and store one ending with its event."""
    facts = read_facts(job.patient, [job.asked], job.index_at)
    grounds = _grounds(job, computed, facts)
    if grounds:
        # Who does not belong to the population is not helped by a measurement.
        worth = computed.worth if grounds == computed.grounds else None
        refusal = Refusal(tuple(grounds), worth.to_dict() if worth else None).to_dict()
        return _end(job, State.REFUSED, "prediction.refused", refusal=refusal)
    if computed.result is None:
        return _end(
            job, State.FAILED, "prediction.run", failure_code=computed.failure or "no_result"
        )
    band, headline = computed.result.band, computed.result.headline
    return _end(
        job,
        State.DONE,
        "prediction.run",
        result=written_result(computed.result),
        headline=headline.value if headline else None,
        band=band.code if band else "",
        warnings=[one.to_dict() for one in of_run(job, computed.result, facts)],
    )


def _grounds(job: Prediction, computed: Computed, facts: Facts) -> list[Ground]:
    requester = User.objects.get(pk=job.requested_by_id)
    if not permission.still_may_run(requester, job):
        return [refusals.of_rights()]
    now = ModelVersion.objects.values_list("state", flat=True).get(pk=job.version_id)
    for state in (job.version.state, now):  # when it was claimed, and now
        if state not in FOR_PREDICTIONS:
            return [refusals.of_version(state)]
    if computed.failure:
        return []
    report = check_population(job.asked, job.patient, job.snapshot, job.confirmations, facts=facts)
    return refusals.of_population(report) + computed.grounds


def _end(job: Prediction, state: Job.State, act: str, **result: Any) -> list[UUID]:
    """Settle if the row is still ours; a done one leaves its explanation queued."""
    if not Prediction.unscoped.settle(job, state=state, **result):
        return []
    audit.record(
        actor=job.requested_by,
        act=act,
        patients=patients_of(job),
        what=f"prediction/{job.pk}",
        outcome=OUTCOMES[state],
        detail={"state": state, "attempt": job.attempts, "version": str(job.version_id)},
    )
    if state != State.DONE:
        return []
    return [Explanation.unscoped.create(prediction=job).pk]
