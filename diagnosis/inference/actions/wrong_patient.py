"""«Wrong patient»: the run is entered in error, with what its form wrote into the chart."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.models import User
from accounts.rights import demand
from diagnosis.inference.before import permission
from diagnosis.inference.models import Job, Prediction, WrongPatientMark
from diagnosis.records import actions as records
from diagnosis.records.models import Observation
from medportal.common.errors import DomainError, Pointer

ENTERED_IN_ERROR = Job.State.ENTERED_IN_ERROR
LONGEST_REASON = 200


def stored_by(prediction: Prediction) -> list[Observation]:
    """What the run's form wrote into the chart and still stands there, in the order of the form.

    For callers who went through the gate.
    """
    written = [
        entry.observation
        for entry in prediction.snapshot.values()
        if entry.status == "given" and entry.observation
    ]
    if not written:
        return []
    rows = Observation.unscoped.valid().filter(
        Q(pk__in=written) | Q(replaces__in=written), patient=prediction.patient_id
    )
    places = {key: place for place, key in enumerate(written)}
    return sorted(
        rows, key=lambda row: places.get(str(row.pk), places.get(str(row.replaces_id), 0))
    )


@transaction.atomic
def mark_wrong_patient(
    *,
    actor: User,
    prediction: Prediction | UUID | str,
    reason: str = "",
    withdraw: Sequence[UUID | str] = (),
) -> Prediction:
    """The result belongs to somebody else, and so do the values that are named."""
    demand(actor, "prediction.wrong-patient")
    found = permission.prediction_for(actor, prediction, lock=True)
    if found.patient_id is None or not found.is_settled or found.state == ENTERED_IN_ERROR:
        raise _conflict(_("It cannot be marked as of the wrong patient."))
    rows = _wanted(found, withdraw, reason)
    mark = WrongPatientMark.unscoped.create(
        prediction=found,
        by=actor,
        reason=reason.strip()[:LONGEST_REASON],
        state_before=found.state,
        withdrawn=[
            str(records.withdraw_observation(actor=actor, observation=row, reason=reason).pk)
            for row in rows
        ],
    )
    _set_state(found, ENTERED_IN_ERROR, actor, mark)
    return _noted(actor, found, "prediction.wrong-patient", mark)


@transaction.atomic
def undo_wrong_patient(*, actor: User, prediction: Prediction | UUID | str) -> Prediction:
    """Take the mark back within a minute: run and values stand again as they did."""
    demand(actor, "prediction.wrong-patient-undo")
    found = permission.prediction_for(actor, prediction, lock=True)
    mark = WrongPatientMark.unscoped.standing().filter(prediction=found, by=actor).first()
    if mark is None:
        raise _conflict(_("There is no mark of yours to take back."))
    if not mark.can_be_undone:
        message = _("The minute in which it could be taken back is over. Run the service again.")
        raise DomainError("too_late", message, status=409)
    for row in mark.withdrawn:
        records.restore_observation(actor=actor, observation=UUID(row))
    mark.undone_at = timezone.now()
    mark.save(update_fields=["undone_at"])
    _set_state(found, mark.state_before, None, None)
    return _noted(actor, found, "prediction.wrong-patient-undo", mark)


def _wanted(found: Prediction, withdraw: Sequence[UUID | str], reason: str) -> list[Observation]:
    """The values that are named, all of them of this run's form."""
    named = [str(key) for key in withdraw]
    rows = [row for row in stored_by(found) if str(row.pk) in named]
    known = {str(row.pk) for row in rows}
    problems = [
        Pointer(f"/withdraw/{place}", "not_of_this_run", _("This run did not store that value."))
        for place, key in enumerate(named)
        if key not in known
    ]
    if rows and not reason.strip():
        text = _("Say why: the reason stays with the value.")
        problems.append(Pointer("/reason", "reason_missing", text))
    if problems:
        raise DomainError("wrong_patient_invalid", problems[0].message, pointers=problems)
    return rows


def _set_state(
    found: Prediction, state: str, by: User | None, mark: WrongPatientMark | None
) -> None:
    found.state, found.entered_in_error_by = state, by
    found.entered_in_error_at = mark.at if mark else None
    found.save(update_fields=["state", "entered_in_error_by", "entered_in_error_at"])


def _conflict(message: object) -> DomainError:
    return DomainError("prediction_state", str(message), status=409)


def _noted(actor: User, found: Prediction, act: str, mark: WrongPatientMark) -> Prediction:
    audit.record(
        actor=actor,
        act=act,
        patients=[found.patient_id] if found.patient_id else [],
        what=f"prediction/{found.pk}",
        why=mark.reason,
        detail={"values": len(mark.withdrawn)},
    )
    return found
