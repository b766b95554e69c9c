"""Who else could decide on a result: the clinicians who look after the same patient."""

from __future__ import annotations

from accounts.models import Membership, Role, User
from diagnosis.inference.models import Prediction
from diagnosis.records.models import CareAssignment


def colleagues(prediction: Prediction, asker: User) -> list[User]:
    """Clinicians of the patient's care teams, without the asker."""
    if prediction.patient_id is None:
        return []
    teams = CareAssignment.unscoped.current().filter(patient=prediction.patient_id).values("team")
    members = Membership.objects.current().filter(team__in=teams).values("user")
    return list(
        User.objects.filter(
            pk__in=members,
            is_active=True,
            roles__contains=[Role.CLINICIAN],
            organisation=asker.organisation_id,
        )
        .exclude(pk=asker.pk)
        .order_by("display_name", "username")
    )
