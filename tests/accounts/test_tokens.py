"""The life of an API token."""

from __future__ import annotations

import getpass
from datetime import timedelta
from importlib import import_module
from io import StringIO
from uuid import uuid4

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from accounts import actions
from accounts.api_tokens import tokens
from accounts.models import ApiToken, AuditEvent, Role
from medportal.common.errors import DomainError
from tests.factories import (
    PASSWORD,
    ApiTokenFactory,
    OrganisationFactory,
    administrator_at,
    clinician_at,
    person_at,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def doctor():
    return clinician_at(OrganisationFactory())


def test_a_token_opens_for_its_user_and_is_kept_only_as_a_hash(doctor):
    issued = actions.issue_token(actor=doctor, user=doctor, name="notebook")

    assert tokens.holder_of(issued.secret) == issued.token
    assert issued.secret.startswith("mp_")
    assert issued.secret not in str(ApiToken.objects.values().get())
    assert issued.secret not in str(AuditEvent.objects.values().get())


def test_a_token_ends_by_itself_within_a_year(doctor):
    issued = actions.issue_token(actor=doctor, user=doctor)
    assert issued.token.expires_at < timezone.now() + timedelta(days=91)

    with pytest.raises(DomainError) as refused:
        actions.issue_token(
            actor=doctor, user=doctor, expires_at=timezone.now() + timedelta(days=400)
        )
    assert refused.value.code == "token_expiry"


def test_an_expired_token_opens_nothing(doctor):
    ApiTokenFactory(user=doctor, name="old", expires_at=timezone.now() - timedelta(seconds=1))

    assert tokens.holder_of("mp_old") is None


def test_a_revoked_token_opens_nothing(doctor):
    issued = actions.issue_token(actor=doctor, user=doctor)

    actions.revoke_token(actor=doctor, token=issued.token)

    assert tokens.holder_of(issued.secret) is None
    assert [e.act for e in AuditEvent.objects.all()] == ["token.revoke", "token.issue"]


def test_the_token_of_an_inactive_user_opens_nothing(doctor):
    ApiTokenFactory(user=doctor, name="mine")
    doctor.is_active = False
    doctor.save()

    assert tokens.holder_of("mp_mine") is None


def test_nobody_issues_or_revokes_for_a_colleague(doctor):
    colleague = clinician_at(doctor.organisation)
    token = ApiTokenFactory(user=doctor)

    with pytest.raises(DomainError):
        actions.issue_token(actor=colleague, user=doctor)
    with pytest.raises(DomainError):
        actions.revoke_token(actor=colleague, token=token)


def test_an_administrator_issues_and_revokes_inside_the_organisation_alone(doctor):
    administrator = administrator_at(doctor.organisation)
    program = person_at(doctor.organisation, Role.SERVICE_CLIENT)
    issued = actions.issue_token(actor=administrator, user=program)
    actions.revoke_token(actor=administrator, token=issued.token)

    with pytest.raises(DomainError):
        actions.issue_token(actor=administrator_at(OrganisationFactory()), user=program)


@pytest.mark.parametrize("role", [r for r in Role if r != Role.SERVICE_CLIENT])
def test_no_administrator_gets_a_token_that_acts_as_a_person(doctor, role):
    administrator = administrator_at(doctor.organisation)
    person = person_at(doctor.organisation, role)

    with pytest.raises(DomainError) as refused:
        actions.issue_token(actor=administrator, user=person)

    assert refused.value.code == "token_of_a_person"
    assert not ApiToken.objects.exists()


def test_no_form_of_the_administration_offers_a_person_for_a_token(client_for, doctor):
    administrator = administrator_at(doctor.organisation)
    program = person_at(doctor.organisation, Role.SERVICE_CLIENT)
    browser = client_for(administrator)
    page = reverse("admin:accounts_apitoken_add")
    new = {"user": doctor.pk, "name": "mine now", "scopes": ["read"]}

    offered = browser.get(page).context["adminform"].form.fields["user"].queryset
    answer = browser.post(page, new)

    assert list(offered) == [program]
    assert answer.status_code == 200
    assert answer.context["adminform"].form.errors["user"]
    assert not ApiToken.objects.exists()


@pytest.fixture
def own_page(client_for, doctor):
    browser = client_for(doctor)

    def ask(**given):
        new = {"name": "notebook", "days": 30, "scopes": ["read"], "password": PASSWORD}
        return browser.post(reverse("accounts:token-issue"), new | given)

    return ask


def test_an_own_token_asks_for_the_password(own_page):
    assert own_page(password="not the password").status_code == 422
    assert not ApiToken.objects.exists()
    assert own_page().status_code == 200
    assert ApiToken.objects.exists()


def test_a_token_of_a_year_asks_why_and_the_trail_keeps_the_answer(own_page):
    assert own_page(days=365).status_code == 422
    assert not ApiToken.objects.exists()

    assert own_page(days=365, reason="Nightly report of the ward").status_code == 200
    assert AuditEvent.objects.get(act="token.issue").why == "Nightly report of the ward"


def test_the_action_asks_why_as_well(doctor):
    ends = timezone.now() + timedelta(days=91)

    with pytest.raises(DomainError) as refused:
        actions.issue_token(actor=doctor, user=doctor, expires_at=ends)

    assert refused.value.code == "token_reason"


def test_what_was_done_with_a_token_names_it_and_who_issued_it(client, doctor):
    program = person_at(doctor.organisation, Role.SERVICE_CLIENT)
    administrator = administrator_at(doctor.organisation, display_name="A. Berg")
    issued = actions.issue_token(actor=administrator, user=program)
    bearer = {"Authorization": f"Bearer {issued.secret}"}

    client.get("/api/v1/patients", headers=bearer)
    client.get(f"/api/v1/patients/{uuid4()}", headers=bearer)

    events = AuditEvent.objects.filter(actor_id=program.pk)
    assert {e.act for e in events} == {"patient.list", "patient.read"}
    assert {(e.token_id, e.token_issuer) for e in events} == {(issued.token.pk, "A. Berg")}


def test_the_next_request_without_a_token_names_none(client, doctor, client_for):
    issued = actions.issue_token(actor=doctor, user=doctor)
    client.get("/api/v1/patients", headers={"Authorization": f"Bearer {issued.secret}"})

    client_for(doctor).get("/patients/")

    assert AuditEvent.objects.filter(channel="web").latest("sequence").token_id is None


def test_use_is_noted_once_a_minute(doctor):
    token = ApiTokenFactory(user=doctor)

    tokens.note_use(token)
    first = ApiToken.objects.get(pk=token.pk).last_used_at
    tokens.note_use(token)

    assert first is not None
    assert ApiToken.objects.get(pk=token.pk).last_used_at == first


def test_the_command_prints_a_token_that_opens_as_its_last_word(doctor):
    out = StringIO()

    call_command("issue_token", doctor.username, stdout=out)

    assert tokens.holder_of(out.getvalue().split()[-1]).user == doctor
    event = AuditEvent.objects.get()
    assert event.channel == "command"
    assert event.source == f"os:{getpass.getuser()}"
    assert event.detail["command"] == "issue_token"
    assert ApiToken.objects.get().issued_by == event.source


def test_the_command_refuses_a_name_that_nobody_has():
    with pytest.raises(CommandError):
        call_command("issue_token", "nobody")


def test_a_new_organisation_comes_with_its_administrator():
    out = StringIO()

    call_command("create_organisation", name="St. Mary", administrator="root.admin", stdout=out)

    from accounts.models import User

    made = User.objects.get(username="root.admin")
    assert made.is_staff
    assert made.must_change_password
    assert made.organisation.name == "St. Mary"
    password = next(w for w in out.getvalue().split() if w.count("-") == 4)
    assert made.check_password(password)


def test_a_second_organisation_of_the_same_name_is_refused():
    organisation = OrganisationFactory()

    with pytest.raises(CommandError):
        call_command("create_organisation", name=organisation.name, administrator="someone")


def test_a_token_may_do_what_it_says_and_something_it_must_say(doctor):
    issued = actions.issue_token(actor=doctor, user=doctor, scopes=["export", "read"])

    assert ApiToken.objects.get(pk=issued.token.pk).scopes == ["read", "export"]
    for wrong in ([], ["everything"]):
        with pytest.raises(DomainError) as refused:
            actions.issue_token(actor=doctor, user=doctor, scopes=wrong)
        assert refused.value.code == "token_scope"


def test_at_the_command_line_nothing_leaves_or_comes_in_unless_asked_for(doctor):
    call_command("issue_token", doctor.username, stdout=StringIO())
    call_command("issue_token", doctor.username, scope=["import", "read"], stdout=StringIO())

    asked, everyday = ApiToken.objects.all()
    assert asked.scopes == ["read", "import"]
    assert everyday.scopes == ["read", "write", "predict", "explain"]


def test_tokens_of_before_go_on_doing_what_they_could_do(doctor):
    """The migration, on a row as it was written until then."""
    migration = import_module("accounts.migrations.0003_token_scopes")
    old = ApiTokenFactory(user=doctor, scopes=[])
    new = ApiTokenFactory(user=doctor, scopes=["export"])

    migration.keep_what_they_could_do(apps, None)

    old.refresh_from_db()
    new.refresh_from_db()
    assert old.scopes == ["read", "write", "predict", "explain"]
    assert new.scopes == ["export"]
