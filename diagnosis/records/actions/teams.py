"""Which care team looks after a patient."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.models import CareTeam, User
from diagnosis.records import access
from diagnosis.records.models import CareAssignment, Patient
from medportal.common.errors import DomainError

INSTANT = timedelta(microseconds=1)


@transaction.atomic
def assign_team(*, actor: User, patient: Patient | UUID, team: CareTeam) -> CareAssignment:
    """Let another care team of the organisation look after the patient, too."""
    chart = access.writable(actor, "patient.assign", patient)
    if team.organisation_id != chart.organisation_id:
        raise DomainError("team_not_found", _("No such care team."), status=404)
    held = CareAssignment.unscoped.current().filter(patient=chart, team=team).first()
    if held is not None:
        return held
    assignment = CareAssignment.unscoped.create(patient=chart, team=team)
    audit.record(
        actor=actor, act="team.change", patients=[chart.pk], what=f"team/{team.pk}",
        detail={"change": "assigned"},
    )  # fmt: skip
    return assignment


@transaction.atomic
def end_assignment(*, actor: User, patient: Patient | UUID, team: CareTeam) -> None:
    """From now on this team no longer looks after the patient; somebody always does."""
    chart = access.writable(actor, "patient.assign", patient)
    held = CareAssignment.unscoped.current().filter(patient=chart).select_for_update()
    if not held.exclude(team=team).exists():
        raise DomainError(
            "last_team",
            _("Assign another care team first: a patient without one is seen by nobody."),
            status=409,
        )
    # The moment after the start, so that an assignment of this very instant can end.
    for assignment in held.filter(team=team):
        assignment.ends_at = max(timezone.now(), assignment.starts_at + INSTANT)
        assignment.save(update_fields=["ends_at"])
    audit.record(
        actor=actor, act="team.change", patients=[chart.pk], what=f"team/{team.pk}",
        detail={"change": "ended"},
    )  # fmt: skip
