"""Who else could decide on a result: the clinicians who look after the same patient."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from accounts.models import Membership, User
from accounts.rights import holders
from diagnosis.inference.models import Prediction
from diagnosis.records.models import CareAssignment


def colleagues(prediction: Prediction, asker: User) -> list[User]:
    """Clinicians of the patient's care teams, without the asker."""
    if prediction.patient_id is None:
        return []
    found = doctors_of([prediction.patient_id]).get(prediction.patient_id, [])
    return [doctor for doctor in found if doctor.pk != asker.pk]


def doctors_of(patients: Iterable[UUID]) -> dict[UUID, list[User]]:
    """The doctors of each patient's care teams; two questions for any number of patients."""
    teams: dict[UUID, set[UUID]] = {}
    held = CareAssignment.unscoped.current().filter(patient__in=list(patients))
    for patient, team in held.values_list("patient", "team"):
        teams.setdefault(patient, set()).add(team)
    members: dict[UUID, dict[UUID, User]] = {}
    rows = Membership.objects.current().filter(team__in=set().union(*teams.values()))
    doctors = rows.filter(holders("decision.record", "user__"))
    for row in doctors.select_related("user").order_by("user__display_name"):
        members.setdefault(row.team_id, {})[row.user_id] = row.user
    return {
        patient: list({pk: u for team in of for pk, u in members.get(team, {}).items()}.values())
        for patient, of in teams.items()
    }
