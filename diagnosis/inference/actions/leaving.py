"""Somebody leaves: what they still had to decide becomes a colleague's, without a look at it."""

from __future__ import annotations

from typing import NamedTuple

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.administration import demand_in_house
from accounts.models import User
from accounts.rights import may
from diagnosis.inference.models import Job, Prediction
from medportal.common.errors import DomainError

OVER = (Job.State.ENTERED_IN_ERROR, Job.State.CANCELLED)


class HandedOver(NamedTuple):
    handed_over: int
    left: int
    """Of patients whom the colleague does not look after: somebody else's to take."""


def undecided_of(actor: User, leaver: User) -> QuerySet[Prediction]:
    """What ``leaver`` still has to decide; an administrator counts it and opens none of it."""
    demand_in_house(actor, "leaver.hand-over", leaver.organisation_id)
    rows = Prediction.unscoped.filter(owner=leaver, decided_at=None, dismissed_at=None)
    return rows.exclude(patient=None).exclude(state__in=OVER)


@transaction.atomic
def hand_over_all(*, actor: User, leaver: User, to: User) -> HandedOver:
    """Make all of it ``to``'s that they may see, in one event that names the patients."""
    waiting = undecided_of(actor, leaver)
    is_colleague = to.organisation_id == leaver.organisation_id and to != leaver
    if not is_colleague or not may(to, "decision.record"):
        raise DomainError("cannot_take_over", _("Choose a clinician of the organisation."))
    theirs = Prediction.objects.visible_to(to).filter(pk__in=waiting.values("pk"))
    rows = list(Prediction.unscoped.filter(pk__in=theirs.values("pk")).select_for_update())
    left = waiting.count() - len(rows)
    if not rows:
        raise DomainError(
            "nothing_to_hand_over",
            _("This person looks after none of the patients: add them to a care team first."),
            status=409,
        )
    Prediction.unscoped.filter(pk__in=[row.pk for row in rows]).update(owner=to)
    audit.record(
        actor=actor,
        act="prediction.hand-over",
        patients=[row.patient_id for row in rows if row.patient_id],
        what=f"user:{leaver.pk}",
        detail={"to": str(to.pk), "predictions": len(rows), "left": left},
    )
    return HandedOver(len(rows), left)
