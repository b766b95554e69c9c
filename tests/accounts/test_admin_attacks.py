"""What an administrator could try with an address or two clicks at once."""

from __future__ import annotations

from threading import Barrier, Thread

import pytest
from django.contrib import admin
from django.db import connection
from django.urls import reverse

from accounts import actions
from accounts.models import AuditEvent, CareTeam, Membership, Role, User
from medportal.common.errors import DomainError
from tests.factories import (
    ApiTokenFactory,
    OrganisationFactory,
    administrator_at,
    clinician_at,
    privacy_officer_at,
    team_of,
)

LOOKS = ("exact", "startswith", "contains", "regex", "gt", "isnull", "in", "range", "len")


@pytest.fixture
def administrator():
    return administrator_at(OrganisationFactory())


def changelist(model):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


def asked_by_filters(page):
    return {f"{name}__exact" for name in page.list_filter if isinstance(name, str)} | {"role"}


@pytest.mark.django_db
def test_no_list_answers_a_look_up_that_an_address_makes_up(client_for, administrator):
    browser = client_for(administrator)
    browser.raise_request_exception = False
    ApiTokenFactory(user=administrator)
    answered = []
    for model, page in admin.site._registry.items():
        fields = [field.name for field in model._meta.get_fields()]
        paths = [*fields, "user__password", "organisation__name", "memberships__user__password"]
        for path in paths:
            for look in LOOKS:
                if f"{path}__{look}" in asked_by_filters(page) or (
                    look == "isnull" and (path in page.list_filter)
                ):
                    continue
                answer = browser.get(changelist(model), {f"{path}__{look}": "a"})
                if answer.status_code != 400:
                    answered.append((model.__name__, path, look, answer.status_code))
            if browser.get(changelist(model), {path: "a"}).status_code not in (400,):
                answered.append((model.__name__, path))

    assert answered == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    "question",
    [
        {"role": "clinician"},
        {"role": "no such role"},
        {"is_active__exact": "1"},
        {"q": "li"},
        {"q": "a\0b"},
        {"o": "1.-2"},
        {"o": "999"},
        {"o": "password"},
        {"p": "-1"},
        {"p": "x"},
        {"all": ""},
        {"is_active__exact": "not a truth"},
        {"_to_field": "password"},
        {"_popup": "1", "_to_field": "username"},
        {"e": "1"},
    ],
)
def test_what_the_lists_ask_themselves_is_answered_and_nothing_breaks(
    client_for, administrator, question
):
    answer = client_for(administrator).get(reverse("admin:accounts_user_changelist"), question)

    assert answer.status_code in (200, 302, 400)


@pytest.mark.django_db
def test_no_order_of_a_list_follows_a_secret(client_for, administrator):
    secret = {"password", "digest"}
    for model, page in admin.site._registry.items():
        shown = {str(name) for name in page.list_display}
        assert not secret & shown, model
        assert not secret & {name.split("__")[-1] for name in page.search_fields}, model
        assert not secret & set(page.list_filter), model


@pytest.mark.django_db
def test_a_page_is_found_by_its_key_alone(client_for, administrator):
    found = reverse("admin:accounts_user_change", args=[administrator.username])

    answer = client_for(administrator).get(found, {"_to_field": "username"})

    assert answer.status_code in (302, 400)


def at_once(*calls):
    """Each in a thread and a connection of its own; what they raised."""
    barrier, raised = Barrier(len(calls)), []

    def run(call):
        barrier.wait(5)
        try:
            call()
        except DomainError as error:
            raised.append(error)
        finally:
            connection.close()

    threads = [Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    return raised


def both(act, **given):
    return [lambda: act(**given) for _ in range(2)]


@pytest.mark.django_db(transaction=True)
def test_the_same_team_twice_at_once_is_one_team_and_a_reason(administrator):
    house = administrator.organisation
    given = {"actor": administrator, "organisation": house, "name": "Ward of the north"}

    (refused,) = at_once(*both(actions.create_team, **given))

    assert isinstance(refused, DomainError)
    assert refused.code == "team_name"
    assert CareTeam.objects.count() == 1
    assert AuditEvent.objects.filter(act="team.create").count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_same_person_twice_at_once_is_one_person(administrator):
    person = actions.NewPerson(username="new.nurse", organisation=administrator.organisation)

    (refused,) = at_once(*both(actions.create_user, actor=administrator, person=person))

    assert isinstance(refused, DomainError)
    assert User.objects.filter(username="new.nurse").count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_same_membership_twice_at_once_is_one(administrator):
    doctor = clinician_at(administrator.organisation)
    team = team_of(administrator)
    Membership.objects.all().delete()

    (refused,) = at_once(*both(actions.add_to_team, actor=administrator, team=team, user=doctor))

    assert isinstance(refused, DomainError)
    assert Membership.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_on_the_page_of_a_team_answer_in_words(client_for, administrator):
    answers = []

    def click():
        browser = client_for(administrator)
        answers.append(browser.post(reverse("admin:accounts_careteam_add"), {"name": "Ward"}))

    assert at_once(click, click) == []
    assert {answer.status_code for answer in answers} <= {302, 200, 409, 400}
    assert CareTeam.objects.count() == 1


@pytest.mark.django_db
def test_every_way_to_open_charts_to_oneself_is_shown_to_the_privacy_officer(
    client_for, administrator
):
    """Roles, a team, a one-time password of a doctor, a person who does not exist."""
    officer = privacy_officer_at(administrator.organisation)
    doctor = clinician_at(administrator.organisation)
    team = team_of(doctor)
    actions.set_roles(
        actor=administrator, user=administrator, roles=[Role.ADMINISTRATOR, Role.CLINICIAN]
    )
    actions.add_to_team(actor=administrator, team=team, user=administrator)
    actions.reset_password(actor=administrator, user=doctor)
    invented = actions.NewPerson(
        username="dr.nobody", organisation=administrator.organisation, roles=(Role.CLINICIAN,)
    )
    actions.create_user(actor=administrator, person=invented)
    actions.set_roles(actor=administrator, user=doctor, roles=[Role.NURSE])
    User.objects.filter(pk=doctor.pk).update(language="en")
    doctor.refresh_from_db()
    doctor.display_name = "Another name"
    actions.change_user(actor=administrator, user=doctor, changed=["display_name"])

    page = client_for(officer).post(reverse("portal:audit"), {"aim": "granted"})

    shown = [line.event for line in page.context["page"].lines]
    assert [event.act for event in reversed(shown)] == [
        "user.change", "team.change", "password.reset", "user.create", "user.change",
    ]  # fmt: skip
    assert {event.actor_id for event in shown} == {administrator.pk}
    own = [event for event in shown if event.detail.get("of_themselves")]
    assert {event.act for event in own} == {"user.change", "team.change"}
    assert "Another name" not in str([event.detail for event in shown])


@pytest.mark.django_db
def test_a_login_with_a_password_that_somebody_gave_out_is_marked(client, administrator):
    doctor = clinician_at(administrator.organisation)
    password = actions.reset_password(actor=administrator, user=doctor)

    client.post(reverse("account_login"), {"login": doctor.username, "password": password})

    login = AuditEvent.objects.get(act="login")
    assert login.detail == {"one_time_password": True}
