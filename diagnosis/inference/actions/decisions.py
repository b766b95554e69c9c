"""Recording what the clinician made of a result. Amended by a new row, never overwritten."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.models import User
from accounts.rights import demand
from diagnosis.inference.before import permission
from diagnosis.inference.models import Decision, Job, Outcome, OwnEstimate, Prediction
from medportal.common.errors import DomainError, Pointer

DECIDABLE = (Job.State.DONE, Job.State.REFUSED)
"""What is decided is what to do for the patient: also where there is no number."""


@dataclass(frozen=True)
class DecisionInput:
    """``action`` is a code of the service's list; a free one needs ``action_text``.

    ``assessment`` is empty for a refused run, which made no estimate.

    ``amends`` is the decision that stood when the form was opened, empty for none; whoever leaves
    it out amends whatever stands.
    """

    action: str
    assessment: str = ""
    action_text: str = ""
    reason: str = ""
    comment: str = ""
    amends: UUID | str | None = None


@transaction.atomic
def record_decision(
    *, actor: User, prediction: Prediction | UUID | str, decision: DecisionInput
) -> Decision:
    """Store the decision, or amend the one that stands; then what happened may be shown."""
    demand(actor, "decision.record")
    found = permission.prediction_for(actor, prediction, lock=True)
    _refuse_undecidable(found)
    usual = usual_action(found)
    problems = list(_problems(found, decision, usual))
    if problems:
        raise DomainError("decision_invalid", _("The decision is not complete."), pointers=problems)
    before = Decision.unscoped.filter(prediction=found).current().first()
    _refuse_unseen(actor, before, decision)
    row = Decision.unscoped.create(
        prediction=found,
        own_estimate=_own_estimate(actor, found),
        assessment=decision.assessment,
        action=decision.action,
        action_text=decision.action_text.strip(),
        usual_action=usual,
        reason=decision.reason,
        comment=decision.comment.strip(),
        decided_by=actor,
        amends=before,
    )
    _mark_decided(found)
    audit.record(
        actor=actor,
        act="decision.record" if before is None else "decision.amend",
        patients=[found.patient_id] if found.patient_id else [],
        what=f"prediction/{found.pk}",
        detail={"override": row.is_override, "assessment": row.assessment},
    )
    return row


def _own_estimate(actor: User, prediction: Prediction) -> float | None:
    """What whoever decides had estimated before; the decision keeps it."""
    given = OwnEstimate.objects.visible_to(actor).filter(prediction=prediction).first()
    return given.value if given else None


def usual_action(prediction: Prediction) -> str:
    """What the band stands for; nothing where the service has no bands or the result expired."""
    band = prediction.answer.band if prediction.answer else None
    return "" if band is None or prediction.is_expired else band.action_code


def _refuse_undecidable(prediction: Prediction) -> None:
    if prediction.state not in DECIDABLE:
        raise DomainError(
            "prediction_not_settled", _("There is no result to decide on."), status=409
        )
    if prediction.is_what_if:
        raise DomainError("what_if", _("Changed inputs are never part of a decision."), status=409)


def _refuse_unseen(actor: User, before: Decision | None, decision: DecisionInput) -> None:
    """Nobody amends what was decided meanwhile without having read it, one's own neither."""
    stands = str(before.pk) if before else ""
    if decision.amends is not None and str(decision.amends) != stands:
        message = _("A colleague has decided since you opened this. Read that first.")
        if before is not None and before.decided_by_id == actor.pk:
            message = _("You have decided since you opened this page. Read that first.")
        found = [Pointer("/amends", "decided_meanwhile", message)]
        raise DomainError("decided_meanwhile", message, status=409, pointers=found)


def _problems(prediction: Prediction, decision: DecisionInput, usual: str) -> Iterator[Pointer]:
    action = prediction.definition.action_named(decision.action)
    has_estimate = prediction.state == Job.State.DONE
    if has_estimate and decision.assessment not in Decision.Assessment.values:
        yield Pointer("/assessment", "required", _("Say what you think of the estimate."))
    if not has_estimate and decision.assessment:
        yield Pointer("/assessment", "no_estimate", _("It was refused: there is no estimate."))
    if action is None:
        yield Pointer("/action", "unknown_action", _("Choose an action of the list."))
    elif action.free and not decision.action_text.strip():
        yield Pointer("/action_text", "required", _("Say which action."))
    if len(decision.action_text) > 200:
        yield Pointer("/action_text", "too_long", _("At most 200 characters."))
    if decision.reason and decision.reason not in Decision.Reason.values:
        yield Pointer("/reason", "unknown_reason", _("Choose a reason of the list."))
    departs = bool(usual) and decision.action != usual
    doubts = has_estimate and decision.assessment != Decision.Assessment.ABOUT_RIGHT
    if (departs or doubts) and not decision.reason:
        yield Pointer("/reason", "required", _("Give a reason: this departs from the result."))


def _mark_decided(prediction: Prediction) -> None:
    prediction.decided_at = timezone.now()
    prediction.save(update_fields=["decided_at"])
    sealed = Outcome.unscoped.filter(
        service=prediction.service_id, patient=prediction.patient_id, is_sealed=True
    )
    sealed.update(is_sealed=False)
