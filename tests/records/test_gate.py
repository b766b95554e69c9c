"""A patient whom one may not see does not exist."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from accounts.models import AuditEvent, Role
from diagnosis.records import access
from diagnosis.records.models import CareAssignment, Observation, Patient
from medportal.common.errors import DomainError
from tests.factories import MembershipFactory, ObservationFactory, patient_of, person_at
from tests.records.conftest import Ward


def refusal(call, *args, **kwargs) -> tuple[str, int, str]:
    with pytest.raises(DomainError) as caught:
        call(*args, **kwargs)
    return caught.value.code, caught.value.status, str(caught.value.message)


def test_the_care_team_sees_its_patient(ward: Ward):
    assert list(Patient.objects.visible_to(ward.doctor)) == [ward.patient]
    assert list(Patient.objects.visible_to(ward.nurse)) == [ward.patient]


def test_a_foreign_patient_and_a_missing_one_are_told_apart_by_nothing(ward: Ward):
    foreign = refusal(access.open_chart, ward.elsewhere, ward.patient.pk)

    assert foreign == refusal(access.open_chart, ward.elsewhere, uuid4())
    assert foreign == refusal(access.open_chart, ward.elsewhere, "no id at all")
    assert foreign[1] == 404


@pytest.mark.parametrize(
    "role", [Role.ADMINISTRATOR, Role.REVIEWER, Role.DATA_SCIENTIST, Role.PRIVACY_OFFICER]
)
def test_other_roles_see_no_patient_even_as_members_of_the_team(ward: Ward, role: str):
    outsider = person_at(ward.organisation, role, is_superuser=True, is_staff=True)
    MembershipFactory(team=ward.team, user=outsider)

    assert not Patient.objects.visible_to(outsider).exists()


def test_an_ended_membership_ends_the_view(ward: Ward):
    ward.team.memberships.filter(user=ward.nurse).update(
        ends_at=timezone.now() - timedelta(minutes=1)
    )

    assert not Patient.objects.visible_to(ward.nurse).exists()


def test_an_ended_assignment_ends_the_view(ward: Ward):
    CareAssignment.unscoped.update(ends_at=timezone.now() - timedelta(minutes=1))

    assert not Patient.objects.visible_to(ward.doctor).exists()


def test_nobody_sees_nothing(ward: Ward):
    assert not Patient.objects.visible_to(AnonymousUser()).exists()


def test_rows_of_a_foreign_patient_are_not_there(ward: Ward):
    ObservationFactory(patient=ward.patient)

    assert Observation.objects.visible_to(ward.nurse).count() == 1
    assert not Observation.objects.visible_to(ward.elsewhere).exists()


def test_what_nobody_asked_for_by_name_is_empty(ward: Ward):
    ObservationFactory(patient=ward.patient)

    assert not Patient._default_manager.exists()
    assert not Observation._default_manager.exists()


def test_opening_a_chart_leaves_an_event(ward: Ward):
    access.open_chart(ward.nurse, ward.patient.pk)

    event = AuditEvent.objects.get()
    assert (event.act, event.actor_id, event.patients) == (
        "patient.read",
        ward.nurse.pk,
        [ward.patient.pk],
    )


def test_only_charts_of_the_own_organisation(ward: Ward):
    stranger = patient_of(ward.elsewhere)

    assert list(Patient.objects.visible_to(ward.doctor)) == [ward.patient]
    assert list(Patient.objects.visible_to(ward.elsewhere)) == [stranger]
