"""What happens to a prediction that exists: cancelled, put aside, handed over."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.models import User
from accounts.rights import demand, may
from diagnosis.inference.before import permission
from diagnosis.inference.models import Job, Prediction
from medportal.common.errors import DomainError

State = Job.State


def _conflict(message: object) -> DomainError:
    return DomainError("prediction_state", str(message), status=409)


def _noted(actor: User, prediction: Prediction, act: str, **detail: str) -> Prediction:
    patients = [prediction.patient_id] if prediction.patient_id else []
    what = f"prediction/{prediction.pk}"
    audit.record(actor=actor, act=act, patients=patients, what=what, detail=detail)
    return prediction


@transaction.atomic
def cancel_prediction(*, actor: User, prediction: Prediction | UUID | str) -> Prediction:
    """Take back what no worker has begun; from then on it is too late."""
    demand(actor, "prediction.cancel")
    found = permission.prediction_for(actor, prediction)
    queued = Prediction.unscoped.filter(pk=found.pk, state=State.QUEUED)
    if not queued.update(state=State.CANCELLED, finished_at=timezone.now()):
        raise _conflict(_("It can no longer be cancelled."))
    found.refresh_from_db()
    return _noted(actor, found, "prediction.cancel")


@transaction.atomic
def hand_over(*, actor: User, prediction: Prediction | UUID | str, to: User) -> Prediction:
    """Make an undecided result somebody else's to decide; they must be able to see the patient."""
    demand(actor, "prediction.hand-over")
    found = permission.prediction_for(actor, prediction, lock=True)
    if found.state == State.ENTERED_IN_ERROR or found.decided_at is not None:
        raise _conflict(_("There is nothing left to decide."))
    sees_it = Prediction.objects.visible_to(to).filter(pk=found.pk).exists()
    if not may(to, "decision.record") or not sees_it:
        raise DomainError(
            "cannot_take_over", _("This person does not look after the patient."), status=400
        )
    found.owner = to
    found.save(update_fields=["owner"])
    return _noted(actor, found, "prediction.hand-over", to=str(to.pk))


@transaction.atomic
def dismiss_refusal(*, actor: User, prediction: Prediction | UUID | str) -> Prediction:
    """«Not applicable»: a refusal that needs no cure leaves the worklist."""
    demand(actor, "prediction.dismiss")
    found = permission.prediction_for(actor, prediction, lock=True)
    if found.state not in (State.REFUSED, State.FAILED):
        raise _conflict(_("Only a refused or failed run can be put aside."))
    if found.dismissed_at is None:
        found.dismissed_at = timezone.now()
        found.save(update_fields=["dismissed_at"])
    return _noted(actor, found, "prediction.dismiss")
