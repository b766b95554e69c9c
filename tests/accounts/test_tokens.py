"""The life of an API token."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module
from io import StringIO

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts import actions, tokens
from accounts.models import ApiToken, AuditEvent
from medportal.common.errors import DomainError
from tests.factories import ApiTokenFactory, OrganisationFactory, administrator_at, clinician_at

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
    issued = actions.issue_token(actor=administrator, user=doctor)
    actions.revoke_token(actor=administrator, token=issued.token)

    with pytest.raises(DomainError):
        actions.issue_token(actor=administrator_at(OrganisationFactory()), user=doctor)


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
    assert AuditEvent.objects.get().channel == "command"


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
