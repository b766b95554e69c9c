"""Coming in, staying out, going away."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.test import Client
from django.urls import NoReverseMatch, reverse

from accounts import actions
from accounts.models import AuditEvent, Role, User
from tests.factories import (
    PASSWORD,
    OrganisationFactory,
    administrator_at,
    bearer_of,
    clinician_at,
    person_at,
)
from tests.pages import drawn

pytestmark = pytest.mark.django_db

HERE, THERE = "192.0.2.10", "192.0.2.77"
WRONG = "not the password at all"


@pytest.fixture
def doctor():
    return clinician_at(OrganisationFactory(), username="dr.li")


def log_in(client, username, password=PASSWORD, address=HERE, **extra):
    data = {"login": username, "password": password}
    return client.post(reverse("account_login"), data, REMOTE_ADDR=address, **extra)


def is_in(client):
    return client.get(reverse("accounts:account")).status_code == 200


def test_a_stranger_is_sent_to_the_login_and_comes_back(client, doctor):
    wanted = reverse("accounts:account")

    answer = client.get(wanted)

    assert answer.status_code == 302
    assert answer["Location"] == f"{reverse('account_login')}?next={wanted}"
    assert client.get(answer["Location"]).status_code == 200
    data = {"login": doctor.username, "password": PASSWORD, "next": wanted}
    assert client.post(reverse("account_login"), data)["Location"] == wanted


@pytest.mark.parametrize(
    ("role", "page"),
    [
        (Role.CLINICIAN, "portal:worklist"),
        (Role.NURSE, "portal:worklist"),
        (Role.REVIEWER, "portal:reviews"),
        (Role.DATA_SCIENTIST, "portal:services"),
        (Role.PRIVACY_OFFICER, "portal:audit"),
        (Role.ADMINISTRATOR, "admin:index"),
        (Role.SERVICE_CLIENT, "accounts:account"),
    ],
)
def test_everybody_starts_where_their_work_is(client, doctor, role, page):
    person = person_at(doctor.organisation, role)

    assert log_in(client, person.username)["Location"] == reverse(page)


def test_a_login_is_in_the_trail_and_begins_a_visit(client, doctor):
    log_in(client, doctor.username)
    first = User.objects.get(pk=doctor.pk).last_visit_at
    client.post(reverse("account_logout"))
    log_in(client, doctor.username)

    event = AuditEvent.objects.first()
    assert (event.act, event.actor_id, event.source) == ("login", doctor.pk, HERE)
    assert event.channel == "web"
    assert len(event.request_id) == 32
    doctor.refresh_from_db()
    assert doctor.previous_visit_at == first


def test_a_login_leads_to_no_other_site(client, doctor):
    data = {"login": doctor.username, "password": PASSWORD, "next": "https://evil.example/"}

    assert client.post(reverse("account_login"), data)["Location"] == "/"


def test_known_and_unknown_names_are_refused_alike(client, doctor):
    known = log_in(client, doctor.username, WRONG)
    unknown = log_in(client, "nobody", WRONG)

    def words(answer):
        return [str(e) for e in answer.context["form"].non_field_errors()]

    assert known.status_code == unknown.status_code == 200
    assert words(known) == words(unknown) != []
    by_name = {e.actor_id: e for e in AuditEvent.objects.filter(act="login.failed")}
    assert set(by_name) == {doctor.pk, None}
    assert {e.outcome for e in by_name.values()} == {"refused"}
    assert "nobody" not in str(by_name[None].__dict__)


def test_an_inactive_person_stays_out(client, doctor):
    doctor.is_active = False
    doctor.save()

    log_in(client, doctor.username)

    assert not is_in(client)


@pytest.fixture
def locked(client, doctor):
    for _ in range(settings.AXES_FAILURE_LIMIT):
        last = log_in(client, doctor.username, WRONG)
    return last


def test_ten_wrong_passwords_lock_the_name_at_that_place(client, doctor, locked):
    answer = log_in(client, doctor.username)

    assert locked.status_code == answer.status_code == 429
    assert "account/locked.html" in [t.name for t in answer.templates]
    assert not is_in(client)
    assert AuditEvent.objects.filter(act="login.failed", actor_id=doctor.pk).count() > 9


@pytest.mark.usefixtures("locked")
def test_a_forwarded_address_that_nobody_counts_opens_no_lock(client, doctor):
    answer = log_in(client, doctor.username, headers={"X-Forwarded-For": THERE})

    assert answer.status_code == 429


@pytest.mark.usefixtures("locked")
def test_a_lock_touches_neither_colleagues_nor_other_places(doctor):
    colleague = clinician_at(doctor.organisation)

    assert log_in(Client(), colleague.username).status_code == 302
    assert log_in(Client(), doctor.username, address=THERE).status_code == 302


def test_the_lock_page_speaks_chinese(client, doctor, locked):
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "zh-hans"

    answer = log_in(client, doctor.username)

    assert 'lang="zh-Hans"' in drawn(answer)


def test_a_logout_ends_the_session_and_empties_the_browser(client_for, doctor):
    client = client_for(doctor)
    kept = client.cookies[settings.SESSION_COOKIE_NAME].value

    answer = client.post(reverse("account_logout"))

    assert answer["Clear-Site-Data"] == '"cache", "cookies", "storage"'
    assert AuditEvent.objects.first().act == "logout"
    client.cookies[settings.SESSION_COOKIE_NAME] = kept
    assert not is_in(client)


def test_a_link_alone_logs_nobody_out(client_for, doctor):
    client = client_for(doctor)

    assert client.get(reverse("account_logout")).status_code == 200
    assert is_in(client)


def test_every_answer_to_a_person_forbids_keeping_it(client_for, doctor):
    answer = client_for(doctor).get(reverse("accounts:account"))

    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize(
    "name",
    ["account_signup", "account_email", "account_reset_password", "account_set_password"],
)
def test_nobody_signs_up_and_nothing_is_mailed(name):
    with pytest.raises(NoReverseMatch):
        reverse(name)


def test_the_admin_asks_for_the_same_login(client):
    answer = client.get(reverse("admin:index"), follow=True)

    assert answer.redirect_chain[-1][0].startswith(reverse("account_login"))


def ended_by(change, administrator, person):
    if change == "reset":
        actions.reset_password(actor=administrator, user=person)
    elif change == "roles":
        actions.set_roles(actor=administrator, user=person, roles=[Role.CLINICIAN, Role.REVIEWER])
    elif change == "own password":
        actions.change_password(actor=person, password="marmalade otter quartz lantern")
    else:
        person.is_active = False
        actions.change_user(actor=administrator, user=person, changed=["is_active"])


@pytest.mark.parametrize("change", ["reset", "roles", "own password", "inactive"])
def test_a_new_password_or_role_ends_every_session_and_token_at_once(client_for, doctor, change):
    browsers = [client_for(doctor), client_for(doctor)]
    bearer = bearer_of(doctor)
    colleague = client_for(clinician_at(doctor.organisation))
    codes = "/api/v1/codes"
    assert [is_in(browser) for browser in browsers] == [True, True]
    assert Client().get(codes, headers=bearer).status_code == 200

    ended_by(change, administrator_at(doctor.organisation), User.objects.get(pk=doctor.pk))

    assert [is_in(browser) for browser in browsers] == [False, False]
    assert Client().get(codes, headers=bearer).status_code == 401
    assert is_in(colleague)
    User.objects.filter(pk=doctor.pk).update(is_active=True)
    assert Client().get(codes, headers=bearer).status_code == 401  # nor ever again


def test_another_name_or_language_ends_nothing(client_for, doctor):
    browser, bearer = client_for(doctor), bearer_of(doctor)
    doctor.display_name = "Dr Li, M.D."

    actions.change_user(
        actor=administrator_at(doctor.organisation), user=doctor, changed=["display_name"]
    )

    assert is_in(browser)
    assert Client().get("/api/v1/codes", headers=bearer).status_code == 200


def test_over_a_page_that_stayed_open_the_same_login_counts(doctor):
    browser = Client(enforce_csrf_checks=True)
    token = browser.get("/session/").json()["csrf"]

    def again(password, **more):
        sent = {"login": doctor.username, "password": password}
        headers = {"X-CSRFToken": token}
        return browser.post(reverse("account_again"), sent, headers=headers, **more)

    wrong = again(WRONG)
    assert (wrong.status_code, set(wrong.json())) == (422, {"error"})
    right = again(PASSWORD).json()
    assert right["user"] == doctor.username
    assert right["seconds"] == settings.SESSION_IDLE_SECONDS
    assert right["csrf"] != token
    assert is_in(browser)
    assert AuditEvent.objects.filter(act="login", actor_id=doctor.pk).count() == 1


@pytest.mark.usefixtures("locked")
def test_a_lock_holds_over_an_open_page_too(client, doctor):
    sent = {"login": doctor.username, "password": PASSWORD}

    answer = client.post(reverse("account_again"), sent, REMOTE_ADDR=HERE)

    assert answer.status_code == 429
    assert not is_in(client)


def test_the_login_page_names_the_demonstration_accounts_only_there(client, settings):
    assert b"scientist" not in client.get(reverse("account_login")).content

    settings.DEMONSTRATION = True
    assert b"scientist" in client.get(reverse("account_login")).content
