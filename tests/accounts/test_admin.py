"""The administration: one organisation, no chart, no deletion, and an event for every act."""

from __future__ import annotations

import json
import re

import pytest
from django.contrib import admin
from django.urls import reverse

from accounts.api_tokens import tokens
from accounts.models import (
    ApiToken,
    AuditEvent,
    CareTeam,
    Membership,
    Organisation,
    Role,
    User,
)
from diagnosis.registry.models import ModelVersion, Quota, Service, SheetVersion
from tests.factories import (
    ApiTokenFactory,
    CareTeamFactory,
    MembershipFactory,
    ModelVersionFactory,
    OrganisationFactory,
    QuotaFactory,
    ServiceFactory,
    administrator_at,
    clinician_at,
    person_at,
    published,
)
from tests.pages import drawn

pytestmark = pytest.mark.django_db

SHOWN = [ApiToken, CareTeam, ModelVersion, Organisation, Quota, Service, SheetVersion, User]


@pytest.fixture
def administrator():
    return administrator_at(OrganisationFactory())


@pytest.fixture
def browser(client_for, administrator):
    return client_for(administrator)


def address(model, page, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def memberships(*rows, initial=0):
    """The inline form's fields for a care team's page."""
    fields = {"memberships-TOTAL_FORMS": len(rows), "memberships-INITIAL_FORMS": initial}
    for number, row in enumerate(rows):
        fields |= {f"memberships-{number}-{name}": value for name, value in row.items()}
    return fields


def test_nothing_but_people_and_services_is_shown():
    assert sorted(admin.site._registry, key=lambda m: m.__name__) == SHOWN


@pytest.mark.parametrize("role", [r for r in Role if r != Role.ADMINISTRATOR])
def test_nobody_else_comes_in(client_for, administrator, role):
    person = person_at(administrator.organisation, role, is_staff=True, is_superuser=True)

    answer = client_for(person).get(reverse("admin:index"), follow=True)

    assert answer.status_code == 403


@pytest.mark.parametrize("model", SHOWN, ids=lambda m: m.__name__)
def test_every_list_and_page_opens_without_a_delete_button(browser, administrator, model):
    organisation = administrator.organisation
    row = {
        ApiToken: lambda: ApiTokenFactory(user=administrator),
        CareTeam: lambda: CareTeamFactory(organisation=organisation),
        ModelVersion: lambda: published(organisation),
        Organisation: lambda: organisation,
        Quota: lambda: QuotaFactory(service__organisation=organisation),
        Service: lambda: ServiceFactory(organisation=organisation),
        SheetVersion: lambda: ServiceFactory(organisation=organisation).sheet,
        User: lambda: administrator,
    }[model]()

    assert str(row.pk) in drawn(browser.get(address(model, "changelist")))
    page = browser.get(address(model, "change", row.pk))
    assert page.status_code == 200
    assert "deletelink" not in drawn(page)
    assert browser.get(address(model, "delete", row.pk)).status_code == 403
    assert browser.get(address(model, "history", row.pk)).status_code == 200


@pytest.mark.parametrize("model", SHOWN, ids=lambda m: m.__name__)
def test_rows_of_another_organisation_do_not_exist(browser, model):
    row = {
        ApiToken: ApiTokenFactory,
        CareTeam: CareTeamFactory,
        ModelVersion: ModelVersionFactory,
        Organisation: OrganisationFactory,
        Quota: QuotaFactory,
        Service: ServiceFactory,
        SheetVersion: lambda: ServiceFactory().sheet,
        User: lambda: clinician_at(OrganisationFactory()),
    }[model]()

    assert str(row.pk) not in drawn(browser.get(address(model, "changelist")))
    assert browser.get(address(model, "change", row.pk)).status_code == 302  # to the index
    taken = browser.post(address(model, "change", row.pk), {"name": "taken"})
    assert taken.status_code == (403 if model in (ModelVersion, SheetVersion) else 302)


def test_a_new_person_gets_a_one_time_password_that_is_shown_once(browser, administrator):
    data = {"username": "dr.new", "display_name": "Dr New", "roles": [Role.CLINICIAN]}
    answer = browser.post(address(User, "add"), {**data, "language": "", "is_active": "on"})

    made = User.objects.get(username="dr.new")
    password = answer.context["password"]
    assert made.organisation == administrator.organisation
    assert made.roles == [Role.CLINICIAN]
    assert made.check_password(password)
    assert made.must_change_password
    assert password in drawn(answer)
    event = AuditEvent.objects.get(act="user.create")
    assert (event.actor_id, event.channel) == (administrator.pk, "admin")


def test_roles_are_boxes_and_joining_what_stays_apart_is_refused_at_the_field(browser):
    data = {"username": "x", "roles": [Role.ADMINISTRATOR, Role.PRIVACY_OFFICER]}

    answer = browser.post(address(User, "add"), data)

    assert answer.status_code == 200
    assert "roles" in answer.context["adminform"].form.errors
    assert not User.objects.filter(username="x").exists()


def test_a_change_of_roles_is_stored_and_in_the_trail(browser, administrator):
    nurse = person_at(administrator.organisation, Role.NURSE)
    data = {
        "username": nurse.username,
        "display_name": nurse.display_name,
        "roles": [Role.NURSE, Role.ADMINISTRATOR],
        "language": "",
        "is_active": "on",
    }

    answer = browser.post(address(User, "change", nurse.pk), data)

    assert answer.status_code == 302
    nurse.refresh_from_db()
    assert nurse.is_staff
    assert AuditEvent.objects.get(act="user.change").detail["roles_before"] == ["nurse"]


def test_what_the_form_does_not_offer_is_not_taken(browser, administrator):
    nurse = person_at(administrator.organisation, Role.NURSE)
    before = nurse.password
    data = {
        "username": nurse.username,
        "roles": [Role.NURSE],
        "is_active": "on",
        "is_superuser": "on",
        "is_staff": "on",
        "password": "smuggled",
        "organisation": str(OrganisationFactory().pk),
    }

    browser.post(address(User, "change", nurse.pk), data)

    nurse.refresh_from_db()
    assert (nurse.is_superuser, nurse.is_staff, nurse.password) == (False, False, before)
    assert nurse.organisation == administrator.organisation


def test_the_last_administrator_cannot_be_shut_out(browser, administrator):
    data = {"username": administrator.username, "roles": [Role.ADMINISTRATOR]}

    answer = browser.post(address(User, "change", administrator.pk), data)

    assert answer.status_code == 400
    administrator.refresh_from_db()
    assert administrator.is_active
    event = AuditEvent.objects.first()
    assert (event.outcome, event.channel) == ("refused", "admin")


def test_a_one_time_password_is_given_after_a_question(browser, administrator):
    nurse = person_at(administrator.organisation, Role.NURSE)
    ask = reverse("admin:accounts_user_reset_password", args=[nurse.pk])

    assert browser.get(ask).status_code == 200
    nurse.refresh_from_db()
    assert not nurse.must_change_password

    answer = browser.post(ask)
    nurse.refresh_from_db()
    assert nurse.check_password(answer.context["password"])
    assert nurse.must_change_password


def test_a_stranger_s_password_cannot_be_reset(browser):
    stranger = clinician_at(OrganisationFactory())

    answer = browser.post(reverse("admin:accounts_user_reset_password", args=[stranger.pk]))

    assert answer.status_code == 404
    stranger.refresh_from_db()
    assert not stranger.must_change_password


def test_the_action_leads_to_the_question_for_one_person(browser, administrator):
    nurse = person_at(administrator.organisation, Role.NURSE)
    data = {"action": "give_one_time_password", "_selected_action": [str(nurse.pk)]}

    answer = browser.post(address(User, "changelist"), data)

    assert answer["Location"] == reverse("admin:accounts_user_reset_password", args=[nurse.pk])


def test_a_care_team_takes_people_of_the_house_only(browser, administrator):
    team = CareTeamFactory(organisation=administrator.organisation)
    nurse = person_at(administrator.organisation, Role.NURSE)
    stranger = clinician_at(OrganisationFactory())
    starts = {"starts_at_0": "2026-01-01", "starts_at_1": "08:00:00"}
    page = address(CareTeam, "change", team.pk)

    assert str(stranger.pk) not in drawn(browser.get(page))
    refused = browser.post(
        page, {"name": team.name, **memberships({"user": stranger.pk, **starts})}
    )
    assert refused.status_code == 200
    assert not Membership.objects.exists()

    taken = browser.post(page, {"name": team.name, **memberships({"user": nurse.pk, **starts})})
    assert taken.status_code == 302
    assert Membership.objects.get().user == nurse
    assert AuditEvent.objects.get(act="team.change").detail["change"] == "joined"


def test_a_membership_is_ended_by_its_date_and_its_person_stays(browser, administrator):
    team = CareTeamFactory(organisation=administrator.organisation)
    nurse, other = (person_at(administrator.organisation, Role.NURSE) for _ in range(2))
    row = MembershipFactory(team=team, user=nurse)
    form = {
        "id": row.pk,
        "user": other.pk,
        "starts_at_0": "2026-01-01",
        "starts_at_1": "08:00:00",
        "ends_at_0": "2026-02-01",
        "ends_at_1": "08:00:00",
    }

    answer = browser.post(
        address(CareTeam, "change", team.pk),
        {"name": team.name, **memberships(form, initial=1)},
    )

    assert answer.status_code == 302
    row.refresh_from_db()
    assert row.user == nurse
    assert row.ends_at is not None


def test_a_new_team_and_a_new_name_are_in_the_trail(browser, administrator):
    browser.post(address(CareTeam, "add"), {"name": "Cardiology"})
    team = CareTeam.objects.get()
    browser.post(address(CareTeam, "change", team.pk), {"name": "Heart", **memberships()})

    team.refresh_from_db()
    assert (team.name, team.organisation) == ("Heart", administrator.organisation)
    acts = AuditEvent.objects.filter(channel="admin").values_list("act", flat=True)
    assert sorted(acts) == ["team.change", "team.create"]


def test_the_organisation_is_renamed_and_stays_what_it_is(browser, administrator):
    own = administrator.organisation

    browser.post(
        address(Organisation, "change", own.pk), {"name": "St. Mary", "is_demonstration": "on"}
    )

    own.refresh_from_db()
    assert (own.name, own.is_demonstration) == ("St. Mary", False)
    assert AuditEvent.objects.filter(act="organisation.change").exists()


def test_an_organisation_is_not_added_here(browser):
    assert browser.get(address(Organisation, "add")).status_code == 403


def test_tokens_are_issued_to_the_house_s_own_systems_and_revoked(browser, administrator):
    client = person_at(administrator.organisation, Role.SERVICE_CLIENT)
    answer = browser.post(
        address(ApiToken, "add"), {"user": client.pk, "name": "laboratory", "scopes": ["read"]}
    )
    secret = answer.context["token"]
    assert tokens.holder_of(secret).user == client

    data = {"action": "revoke", "_selected_action": [str(ApiToken.objects.get().pk)]}
    browser.post(address(ApiToken, "changelist"), data)

    assert tokens.holder_of(secret) is None
    acts = AuditEvent.objects.filter(channel="admin").values_list("act", flat=True)
    assert sorted(acts) == ["token.issue", "token.revoke"]


def test_a_service_is_to_be_looked_at_and_only_its_switches_move(browser, administrator):
    """Which those are, and that nobody else moves them: tests/registry/test_habits.py."""
    service = ServiceFactory(organisation=administrator.organisation)
    before = service.slug

    browser.post(address(Service, "change", service.pk), {"slug": "other"})

    service.refresh_from_db()
    assert service.slug == before
    assert browser.get(address(Service, "add")).status_code == 403


def test_a_version_is_stopped_with_a_reason_and_never_started(browser, administrator):
    version = published(administrator.organisation)
    data = {"action": "stop", "_selected_action": [str(version.pk)]}
    page = address(ModelVersion, "changelist")

    assert browser.post(page, data).status_code == 200
    assert browser.post(page, {**data, "confirmed": "1", "reason": ""}).status_code == 200
    version.refresh_from_db()
    assert version.state == "published"

    browser.post(page, {**data, "confirmed": "1", "reason": "The assay changed"})
    version.refresh_from_db()
    assert version.state == "stopped"
    assert AuditEvent.objects.get(act="version.stop").why == "The assay changed"


def test_an_event_of_the_admin_names_the_row_by_its_number_alone(browser):
    browser.post(address(CareTeam, "add"), {"name": "Cardiology"})

    event = AuditEvent.objects.get(act="team.create")
    assert event.what == f"team:{CareTeam.objects.get().pk}"
    assert "Cardiology" not in str(event.__dict__)


DAYS = {"Sunday": "日", "Monday": "一", "Tuesday": "二", "Wednesday": "三", "Thursday": "四",
        "Friday": "五", "Saturday": "六"}  # fmt: skip
MONTHS = ("January", "May", "September", "December")


def test_the_calendar_of_the_administration_is_chinese_in_chinese(browser, administrator):
    User.objects.filter(pk=administrator.pk).update(language="zh-hans")
    browser.cookies["django_language"] = "zh-hans"

    script = drawn(browser.get(reverse("admin:jsi18n")))
    catalogue = json.loads(re.search(r"const newcatalog = (\{.*?\});", script, re.DOTALL)[1])

    letters = {day: catalogue[f"one letter {day}\x04{day[0]}"] for day in DAYS}
    assert letters == DAYS
    assert [catalogue[month] for month in MONTHS] == ["一月", "五月", "九月", "十二月"]
    assert catalogue["Today"] == "今天"


def test_the_calendar_of_the_administration_is_english_in_english(browser):
    script = drawn(browser.get(reverse("admin:jsi18n")))

    assert '\\u0004S": "S"' in script
