"""Saying an own estimate before the number is shown. One tap, once, never changed."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.models import User
from accounts.rights import demand
from diagnosis.inference.before import permission
from diagnosis.inference.before.own_estimate import choice_named
from diagnosis.inference.models import OwnEstimate, Prediction, owed_by
from medportal.common.errors import DomainError

SKIP = "skip"


@transaction.atomic
def give_estimate(*, actor: User, prediction: Prediction | UUID | str, choice: str) -> OwnEstimate:
    """Store the range that was tapped, or that the actor cannot judge; then the number is shown."""
    demand(actor, "estimate.give")
    found = permission.prediction_for(actor, prediction, lock=True)
    if not Prediction.unscoped.filter(owed_by(actor), pk=found.pk).exists():
        raise DomainError(
            "estimate_not_asked",
            _("The number was shown already: an estimate given now would not be your own."),
            status=409,
        )
    tapped = None if choice == SKIP else choice_named(found.definition, choice)
    row = OwnEstimate(prediction=found, by=actor)
    if tapped is not None:
        row.value, row.lower, row.upper = tapped.middle, tapped.lower, tapped.upper
    row.save(force_insert=True)
    audit.record(
        actor=actor,
        act="estimate.give",
        patients=[found.patient_id] if found.patient_id else [],
        what=f"prediction/{found.pk}",
        detail={"skipped": row.is_skipped},
    )
    return row


def keep_estimate(prediction: Prediction, actor: User, value: float | None) -> None:
    """What came along with the request itself, over REST."""
    if value is not None:
        OwnEstimate.unscoped.create(prediction=prediction, by=actor, value=value)
