"""A double click on a button that stores, stores once: on every page that takes a POST."""

from __future__ import annotations

import re
from threading import Barrier, Thread

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.models import ApiToken, AuditEvent, CareTeam, Submission
from diagnosis.records.models import Observation
from tests.contracts.doors.records import TYPED
from tests.contracts.routes import routes
from tests.contracts.test_routes import MATRIX
from tests.factories import (
    PASSWORD,
    OrganisationFactory,
    administrator_at,
    clinician_at,
    patient_of,
    team_of,
)
from tests.pages import drawn

READS = {
    "portal:audit": "a question; each asking is an event",
    "portal:chart-notes": "a search",
    "portal:notes": "a search",
    "portal:patients": "a search",
    "portal:prediction-copied": "each copying is an event",
    "portal:prediction-try": "a try-out stores nothing",
    "portal:service": "finds a patient",
    "portal:session": "a person's act keeps the session",
    "interop:export": "each file that leaves is an event",
}
"""What stores nothing but its event."""
OF_THEMSELVES = {
    "account_again": "a login",
    "account_login": "a login",
    "account_logout": "twice out is out",
    "portal:folds": "the same choice twice is that choice",
    "set_language": "the same language twice is that language",
    "portal:run": "its own key finds the prediction, also after browser back",
}
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')


def test_every_page_that_stores_knows_the_same_sending_again():
    open_ones = [
        route.name
        for route in routes()
        if not route.is_api
        and not route.pattern.startswith("admin/")  # its site knows every page's sending
        and takes_post(route)
        and not getattr(route.view, "is_once", False)
    ]

    assert set(open_ones) == set(READS) | set(OF_THEMSELVES)


def takes_post(route) -> bool:
    """What the route table says: somebody is answered other than 405."""
    answers = MATRIX[route.name, "POST"]
    return any(status != 405 for column, status in answers.items() if column != "stranger")


def page_token(browser, address):
    return TOKEN.search(drawn(browser.get(address)))[1]


def at_once(browser, address, data, times=2):
    """The same sending at the same moment, over connections of their own."""
    barrier, answers = Barrier(times), []
    cookies = {name: morsel.value for name, morsel in browser.cookies.items()}

    def send():
        client = Client(enforce_csrf_checks=True)
        client.cookies.load(cookies)
        barrier.wait(10)
        answers.append(client.post(address, data))
        connection.close()

    threads = [Thread(target=send) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return answers


@pytest.fixture
def doctor():
    return clinician_at(OrganisationFactory())


def chart_form(client_for, doctor):
    patient = patient_of(doctor, team=team_of(doctor))
    browser = client_for(doctor)
    address = reverse("portal:observation-add", args=[patient.pk])
    return browser, address, page_token(browser, address)


def typed(token):
    return {**TYPED, "csrfmiddlewaretoken": token}


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_record_one_value(client_for, doctor):
    browser, address, token = chart_form(client_for, doctor)

    answers = at_once(browser, address, typed(token), times=3)

    assert {answer.status_code for answer in answers} == {302}
    assert len({answer["Location"] for answer in answers}) == 1
    assert Observation.unscoped.count() == 1
    assert AuditEvent.objects.filter(act="observation.record").count() == 1


@pytest.mark.django_db
def test_sent_again_from_the_same_page_it_is_known_and_said(client_for, doctor):
    browser, address, token = chart_form(client_for, doctor)
    browser.post(address, typed(token))

    again = browser.post(address, typed(token), follow=True)

    assert "stored once" in drawn(again)
    assert Observation.unscoped.count() == 1


@pytest.mark.django_db
def test_another_page_or_another_value_is_another_sending(client_for, doctor):
    browser, address, token = chart_form(client_for, doctor)
    browser.post(address, typed(token))

    later = {"observed_at": "2026-05-06 07:09"}
    browser.post(address, typed(token) | later)
    browser.post(address, typed(page_token(browser, address)) | {"observed_at": "2026-05-06 07:10"})

    assert Observation.unscoped.count() == 3


@pytest.mark.django_db
def test_what_was_refused_may_come_again(client_for, doctor):
    browser, address, token = chart_form(client_for, doctor)
    wrong = typed(token) | {"value": "not a number"}

    assert [browser.post(address, wrong).status_code for _ in range(2)] == [422, 422]
    assert not Submission.objects.exists()


@pytest.mark.django_db
def test_the_same_sending_of_somebody_else_is_theirs(client_for, doctor):
    browser, address, token = chart_form(client_for, doctor)
    colleague = clinician_at(doctor.organisation)
    browser.post(address, typed(token))

    answer = client_for(colleague).post(address, typed(token))

    assert answer.status_code == 404
    assert Submission.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_make_one_team(client_for):
    browser = client_for(administrator_at(OrganisationFactory()))
    address = reverse("admin:accounts_careteam_add")
    data = {"name": "Ward", "csrfmiddlewaretoken": page_token(browser, address)}

    answers = at_once(browser, address, data)

    assert {answer.status_code for answer in answers} == {302}
    assert CareTeam.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_make_one_token(client_for, doctor):
    browser = client_for(doctor)
    token = page_token(browser, reverse("accounts:account"))
    data = {
        "name": "notebook", "days": 30, "scopes": ["read"], "password": PASSWORD,
        "csrfmiddlewaretoken": token,
    }  # fmt: skip

    answers = at_once(browser, reverse("accounts:token-issue"), data)

    assert sorted(answer.status_code for answer in answers) == [200, 302]
    assert ApiToken.objects.count() == 1
