"""Who may make, change and shut out people; each act leaves its event."""

from __future__ import annotations

import pytest

from accounts import actions
from accounts.models import ApiToken, AuditEvent, Organisation, Role, User
from medportal.common.errors import DomainError
from tests.factories import (
    ApiTokenFactory,
    OrganisationFactory,
    administrator_at,
    clinician_at,
    person_at,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def hospital():
    return OrganisationFactory()


@pytest.fixture
def administrator(hospital):
    return administrator_at(hospital)


def newcomer(organisation, *roles, username="dr.li"):
    return actions.NewPerson(username=username, organisation=organisation, roles=roles)


def code_of(refused):
    return refused.value.code


def test_the_operator_makes_an_organisation():
    made = actions.create_organisation(actor=None, name=" St. Mary ")

    assert made.name == "St. Mary"
    assert AuditEvent.objects.get().organisation_id == made.pk


def test_no_administrator_makes_an_organisation(administrator):
    with pytest.raises(DomainError) as refused:
        actions.create_organisation(actor=administrator, name="Another")

    assert refused.value.status == 403
    assert Organisation.objects.count() == 1


def test_the_organisation_says_in_which_unit_a_quantity_is_read(administrator, hospital):
    actions.prefer_units(actor=administrator, organisation=hospital, units={"bilirubin": "umol/L"})

    hospital.refresh_from_db()
    assert hospital.preferred_units == {"bilirubin": "umol/L"}
    assert AuditEvent.objects.get(act="organisation.change").detail["preferred_units"]


@pytest.mark.parametrize("units", [{"bilirubin": "mmol/mol"}, {"iron": "umol/L"}])
def test_a_unit_in_which_nobody_reports_is_refused(administrator, hospital, units):
    with pytest.raises(DomainError) as refused:
        actions.prefer_units(actor=administrator, organisation=hospital, units=units)

    assert code_of(refused) == "unknown_unit"
    hospital.refresh_from_db()
    assert hospital.preferred_units == {}


def test_no_administrator_of_elsewhere_and_no_doctor_chooses_the_units(hospital):
    for stranger in (administrator_at(OrganisationFactory()), clinician_at(hospital)):
        with pytest.raises(DomainError):
            actions.prefer_units(
                actor=stranger, organisation=hospital, units={"bilirubin": "umol/L"}
            )


def test_an_organisation_has_a_name_of_its_own(hospital):
    with pytest.raises(DomainError) as refused:
        actions.create_organisation(actor=None, name=hospital.name)

    assert [p.pointer for p in refused.value.pointers] == ["/name"]


def test_an_administrator_makes_a_user_with_a_one_time_password(administrator, hospital):
    user, password = actions.create_user(
        actor=administrator, person=newcomer(hospital, Role.NURSE, Role.CLINICIAN)
    )

    user.refresh_from_db()
    assert user.check_password(password)
    assert user.must_change_password
    assert user.roles == [Role.CLINICIAN, Role.NURSE]
    assert not user.is_staff
    assert AuditEvent.objects.get().detail["username"] == "dr.li"


@pytest.mark.parametrize("role", [r for r in Role if r != Role.ADMINISTRATOR])
def test_nobody_else_makes_users(hospital, role):
    with pytest.raises(DomainError) as refused:
        actions.create_user(actor=person_at(hospital, role), person=newcomer(hospital))

    assert refused.value.status == 403


def test_an_administrator_makes_no_user_elsewhere(administrator):
    with pytest.raises(DomainError):
        actions.create_user(actor=administrator, person=newcomer(OrganisationFactory()))


def test_a_user_name_is_taken_once(administrator, hospital):
    actions.create_user(actor=administrator, person=newcomer(hospital))

    with pytest.raises(DomainError) as refused:
        actions.create_user(actor=administrator, person=newcomer(hospital))

    assert [p.pointer for p in refused.value.pointers] == ["/username"]


@pytest.mark.parametrize(
    ("roles", "code"),
    [
        ([Role.ADMINISTRATOR, Role.PRIVACY_OFFICER], "roles_apart"),
        ([Role.SERVICE_CLIENT, Role.CLINICIAN], "role_alone"),
        (["surgeon"], "role_unknown"),
    ],
)
def test_roles_that_no_one_person_may_join(administrator, hospital, roles, code):
    with pytest.raises(DomainError) as refused:
        actions.set_roles(actor=administrator, user=clinician_at(hospital), roles=roles)

    assert code_of(refused) == code


def test_the_role_of_administrator_opens_the_admin_and_losing_it_closes_it(administrator, hospital):
    doctor = clinician_at(hospital)

    actions.set_roles(actor=administrator, user=doctor, roles=[Role.ADMINISTRATOR])
    assert doctor.is_staff
    actions.set_roles(actor=administrator, user=doctor, roles=[Role.CLINICIAN])
    assert not doctor.is_staff

    event = AuditEvent.objects.first()
    assert (event.detail["roles_before"], event.detail["roles"]) == (
        ["administrator"],
        ["clinician"],
    )


def test_the_last_administrator_stays(administrator):
    with pytest.raises(DomainError) as refused:
        actions.set_roles(actor=administrator, user=administrator, roles=[Role.REVIEWER])

    assert code_of(refused) == "last_administrator"


def test_an_inactive_administrator_does_not_count(administrator, hospital):
    person_at(hospital, Role.ADMINISTRATOR, is_active=False)
    administrator.is_active = False

    with pytest.raises(DomainError) as refused:
        actions.change_user(actor=None, user=administrator, changed=["is_active"])

    assert code_of(refused) == "last_administrator"


def test_people_do_not_change_organisations(administrator, hospital):
    doctor = clinician_at(hospital)
    doctor.organisation = OrganisationFactory()

    with pytest.raises(DomainError) as refused:
        actions.change_user(actor=administrator, user=doctor, changed=["organisation"])

    assert code_of(refused) == "organisation_fixed"


def test_only_named_and_changeable_fields_are_stored(administrator, hospital):
    doctor = clinician_at(hospital, display_name="Old")
    doctor.display_name, doctor.is_superuser = "New", True

    actions.change_user(actor=administrator, user=doctor, changed=["display_name", "is_superuser"])

    doctor.refresh_from_db()
    assert (doctor.display_name, doctor.is_superuser) == ("New", False)


def test_a_reset_voids_the_old_password_and_every_token(administrator, hospital):
    doctor = clinician_at(hospital)
    token = ApiTokenFactory(user=doctor)
    before = doctor.get_session_auth_hash()

    password = actions.reset_password(actor=administrator, user=doctor)

    doctor.refresh_from_db()
    assert doctor.check_password(password)
    assert doctor.must_change_password
    assert doctor.get_session_auth_hash() != before
    assert ApiToken.objects.get(pk=token.pk).revoked_at is not None
    assert password not in str(AuditEvent.objects.get().__dict__)


def test_an_administrator_elsewhere_resets_nothing(hospital):
    doctor = clinician_at(hospital)

    with pytest.raises(DomainError):
        actions.reset_password(actor=administrator_at(OrganisationFactory()), user=doctor)

    assert not User.objects.get(pk=doctor.pk).must_change_password


def test_a_changed_password_ends_the_duty_to_change_it(hospital):
    doctor = clinician_at(hospital, must_change_password=True)

    actions.change_password(actor=doctor, password="marmalade otter quartz lantern")

    doctor.refresh_from_db()
    assert not doctor.must_change_password
    assert AuditEvent.objects.get().act == "password.change"
