"""Asking for the reasons of another estimate of a result than the one that came with the run."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.models import User
from accounts.rights import demand
from diagnosis.inference import tasks
from diagnosis.inference.before import permission, quota
from diagnosis.inference.models import OF_THE_RUN, Explanation, Job, Prediction
from medportal.common.errors import DomainError
from medportal.common.queue.publish import ring


@transaction.atomic
def request_explanation(
    *, actor: User, prediction: Prediction | UUID | str, estimate: str
) -> Explanation:
    """The explanation of this estimate: as it is, or queued now; 404 for one that has none.

    It leaves no run, so it counts for no quota, and is refused where one is used up: as trying is.
    """
    demand(actor, "prediction.explain")
    found = permission.prediction_for(actor, prediction)
    if estimate not in found.explained:
        text = _("This result has no reasons for such an estimate.")
        raise DomainError("estimate_not_found", text, status=404)
    if found.state != Job.State.DONE:
        text = _("Only a result that is done has reasons.")
        raise DomainError("prediction_state", text, status=409)
    key = OF_THE_RUN if estimate == found.explained[0] else estimate
    kept = Explanation.objects.visible_to(actor).filter(prediction=found, estimate=key).first()
    row = kept or _queued(actor, found, key)
    row.prediction = found  # the one that was checked: not read once more
    return row


def _queued(actor: User, prediction: Prediction, key: str) -> Explanation:
    quota.refuse_used_up(prediction.service)
    row, is_new = Explanation.unscoped.get_or_create(prediction=prediction, estimate=key)
    if is_new:
        audit.record(
            actor=actor,
            act="prediction.explain",
            patients=[prediction.patient_id] if prediction.patient_id else [],
            what=f"prediction/{prediction.pk}",
            detail={"estimate": key, "state": row.state},
        )
        ring(tasks.run_explanation, row.pk)
    return row
