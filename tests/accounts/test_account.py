"""A person's own account: password, sessions, language, tokens."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.urls import reverse

from accounts.api_tokens import tokens
from accounts.models import ApiToken, AuditEvent
from tests.factories import (
    PASSWORD,
    ApiTokenFactory,
    OrganisationFactory,
    clinician_at,
    team_of,
)
from tests.pages import drawn

pytestmark = pytest.mark.django_db

NEW = "marmalade otter quartz lantern"


@pytest.fixture
def doctor():
    return clinician_at(OrganisationFactory())


@pytest.fixture
def browser(client_for, doctor):
    return client_for(doctor)


def change(client, old=PASSWORD, new=NEW, again=None):
    data = {"password": old, "new_password": new, "again": again or new}
    return client.post(reverse("account_change_password"), data)


def test_the_page_says_who_one_is(browser, doctor):
    team = team_of(doctor)

    page = drawn(browser.get(reverse("accounts:account")))

    for words in (doctor.username, doctor.organisation.name, team.name, "clinician"):
        assert words in page


def test_a_new_password_keeps_this_session_and_ends_the_others(browser, client_for, doctor):
    elsewhere = client_for(doctor)

    answer = change(browser)

    assert answer.status_code == 302
    doctor.refresh_from_db()
    assert doctor.check_password(NEW)
    assert browser.get(reverse("accounts:account")).status_code == 200
    assert elsewhere.get(reverse("accounts:account")).status_code == 302


@pytest.mark.parametrize(
    "words",
    [
        {"old": "not my password"},
        {"new": "short"},
        {"new": PASSWORD},
        {"again": NEW + "r"},
        {"new": "passwordpassword"},
    ],
)
def test_a_password_is_not_changed_by_half(browser, doctor, words):
    answer = change(browser, **words)

    assert answer.status_code == 422
    doctor.refresh_from_db()
    assert doctor.check_password(PASSWORD)


def test_a_one_time_password_opens_nothing_but_its_change(browser, doctor):
    doctor.must_change_password = True
    doctor.save()

    for page in ("accounts:account", "portal:worklist", "portal:patients"):
        assert browser.get(reverse(page))["Location"] == reverse("account_change_password")
    assert browser.post(
        reverse("accounts:token-issue"), {"name": "x", "days": 30, "scopes": ["read"]}
    )["Location"] == reverse("account_change_password")

    assert change(browser).status_code == 302
    assert browser.get(reverse("accounts:account")).status_code == 200


def test_ending_the_other_sessions_asks_for_the_password(browser, client_for, doctor):
    elsewhere = client_for(doctor)

    wrong = browser.post(reverse("accounts:sessions-end"), {"password": "guess"})
    assert wrong.status_code == 422
    assert elsewhere.get(reverse("accounts:account")).status_code == 200

    browser.post(reverse("accounts:sessions-end"), {"password": PASSWORD})
    assert elsewhere.get(reverse("accounts:account")).status_code == 302
    assert browser.get(reverse("accounts:account")).status_code == 200


def test_a_token_is_shown_once(browser, doctor):
    page = browser.post(
        reverse("accounts:token-issue"),
        {"name": "notebook", "days": 30, "scopes": ["read"], "password": PASSWORD},
    )

    secret = page.context["issued"].secret
    assert secret in drawn(page)
    assert tokens.holder_of(secret).user == doctor
    again = drawn(browser.get(reverse("accounts:account")))
    assert "notebook" in again
    assert secret not in again


@pytest.mark.parametrize("wrong", [{"name": "", "days": 30}, {"name": "x", "days": 4000}])
def test_a_token_needs_a_purpose_and_an_end(browser, wrong):
    assert browser.post(reverse("accounts:token-issue"), wrong).status_code == 422
    assert not ApiToken.objects.exists()


def test_one_revokes_one_s_own_tokens_and_finds_no_other(browser, doctor):
    own, foreign = ApiTokenFactory(user=doctor), ApiTokenFactory()

    assert browser.post(reverse("accounts:token-revoke", args=[own.pk])).status_code == 302
    assert browser.post(reverse("accounts:token-revoke", args=[foreign.pk])).status_code == 404

    own.refresh_from_db()
    foreign.refresh_from_db()
    assert own.revoked_at
    assert foreign.revoked_at is None


def test_the_language_is_kept_for_the_next_computer(browser, client_for, doctor):
    account = reverse("accounts:account")
    browser.post(reverse("set_language"), {"language": "zh-hans", "next": account})

    doctor.refresh_from_db()
    assert doctor.language == "zh-hans"
    assert 'lang="zh-Hans"' in drawn(client_for(doctor).get(account))


def test_a_stranger_chooses_a_language_too(client):
    client.post(reverse("set_language"), {"language": "zh-hans", "next": "/"})

    page = drawn(client.get(reverse("account_login")))
    assert 'lang="zh-Hans"' in page


def test_a_language_chosen_at_the_login_becomes_one_s_own(client, doctor):
    doctor.language = "en"
    doctor.save()
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "zh-hans"

    client.post(reverse("account_login"), {"login": doctor.username, "password": PASSWORD})

    doctor.refresh_from_db()
    assert doctor.language == "zh-hans"


def test_a_language_that_nobody_speaks_here_is_not_kept(browser, doctor):
    browser.post(reverse("set_language"), {"language": "xx", "next": "/"})

    doctor.refresh_from_db()
    assert doctor.language == ""


def test_one_sees_the_failed_logins_with_one_s_name(client, browser, doctor):
    client.post(reverse("account_login"), {"login": doctor.username, "password": "a guess"})

    page = drawn(browser.get(reverse("accounts:account")))

    assert AuditEvent.objects.filter(act="login.failed").count() == 1
    assert "wrong password" in page
