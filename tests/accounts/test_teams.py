"""Care teams: membership has a start and an end, and the next request feels it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts import actions
from accounts.models import AuditEvent, CareTeam, Membership
from diagnosis.records.models import Patient
from medportal.common.errors import DomainError
from tests.factories import (
    CareTeamFactory,
    OrganisationFactory,
    administrator_at,
    clinician_at,
    nurse_at,
    patient_of,
    team_of,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator():
    return administrator_at(OrganisationFactory())


@pytest.fixture
def doctor(administrator):
    return clinician_at(administrator.organisation)


def sees(user, patient):
    return Patient.objects.visible_to(user).filter(pk=patient.pk).exists()


def test_who_joins_a_team_sees_its_patients_and_who_leaves_does_not(administrator, doctor):
    nurse = nurse_at(administrator.organisation)
    team = team_of(nurse)
    patient = patient_of(nurse, team=team)
    assert not sees(doctor, patient)

    membership = actions.add_to_team(actor=administrator, team=team, user=doctor)
    assert sees(doctor, patient)

    Membership.objects.filter(pk=membership.pk).update(
        starts_at=timezone.now() - timedelta(hours=1)
    )
    membership.refresh_from_db()
    actions.end_membership(actor=administrator, membership=membership)
    assert not sees(doctor, patient)
    assert [e.detail["change"] for e in AuditEvent.objects.all()] == ["left", "joined"]


def test_a_membership_that_starts_tomorrow_opens_nothing_today(administrator, doctor):
    team = team_of(nurse_at(administrator.organisation))
    patient = patient_of(team=team)

    actions.add_to_team(
        actor=administrator,
        team=team,
        user=doctor,
        starts_at=timezone.now() + timedelta(days=1),
    )

    assert not sees(doctor, patient)


def test_nobody_joins_a_team_of_another_organisation(administrator):
    team = CareTeamFactory(organisation=administrator.organisation)
    stranger = clinician_at(OrganisationFactory())

    with pytest.raises(DomainError) as refused:
        actions.add_to_team(actor=administrator, team=team, user=stranger)

    assert refused.value.code == "other_organisation"


def test_nobody_is_in_a_team_twice_at_a_time(administrator, doctor):
    team = team_of(doctor)

    with pytest.raises(DomainError) as refused:
        actions.add_to_team(actor=administrator, team=team, user=doctor)

    assert refused.value.code == "already_member"


def test_a_membership_ends_after_it_starts(administrator, doctor):
    now = timezone.now()

    with pytest.raises(DomainError) as refused:
        actions.add_to_team(
            actor=administrator,
            team=CareTeamFactory(organisation=administrator.organisation),
            user=doctor,
            starts_at=now,
            ends_at=now - timedelta(hours=1),
        )

    assert refused.value.code == "membership_dates"


@pytest.mark.parametrize("maker", [clinician_at, nurse_at])
def test_only_administrators_make_teams(administrator, maker):
    with pytest.raises(DomainError) as refused:
        actions.create_team(
            actor=maker(administrator.organisation),
            organisation=administrator.organisation,
            name="Mine",
        )

    assert refused.value.status == 403


def test_a_team_has_a_name_of_its_own(administrator):
    actions.create_team(
        actor=administrator, organisation=administrator.organisation, name="Cardiology"
    )
    with pytest.raises(DomainError):
        actions.create_team(
            actor=administrator, organisation=administrator.organisation, name="Cardiology "
        )

    assert CareTeam.objects.count() == 1


def test_an_administrator_elsewhere_changes_no_team(doctor):
    team = team_of(doctor)
    elsewhere = administrator_at(OrganisationFactory())

    with pytest.raises(DomainError):
        actions.rename_team(actor=elsewhere, team=team, name="Ours")
    with pytest.raises(DomainError):
        actions.end_membership(actor=elsewhere, membership=team.memberships.get())
