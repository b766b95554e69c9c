"""Nobody reads a patient's name, number or result without an event of their own that names them."""

from __future__ import annotations

import re
from types import SimpleNamespace

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEvent
from diagnosis.records import names
from tests import factories
from tests.contracts.doors.records import TYPED
from tests.contracts.routes import (
    COLUMNS,
    COMMIT_BY_THEMSELVES,
    FAMILY_NAME,
    Caller,
    routes,
    world_of,
)
from tests.pages import drawn

NUMBER = "MRN-4417-0093"
READERS = [column for column in COLUMNS if column != "stranger"]


@pytest.fixture(autouse=True)
def no_limit_reached_before():
    cache.clear()


def world_with_number():
    world = world_of()
    factories.PatientIdentifierFactory(patient=world.patient, value=NUMBER)
    names.index(world.patient)
    world.patient.save()
    return world


def forms(world):
    """What a person sends from the pages that take a POST; elsewhere nothing."""
    return {
        "portal:audit": [{"patient": world.patient.pk}, {"query": FAMILY_NAME}, {"form": "csv"}],
        "portal:patients": [{"query": FAMILY_NAME}, {"query": NUMBER}],
        "portal:notes": [{"text": "seen"}],
        "portal:chart-notes": [{"text": "seen"}],
        "portal:service": [{"query": FAMILY_NAME}],
        "portal:observation-add": [{"code": "8480-6"}, TYPED],
        "portal:prediction-try": [{}, {"reset": "1"}],
        "interop:export": [
            {"form": "fhir", "purpose": "care", "reason": "", "password": factories.PASSWORD}
        ],
    }


def shows(body: bytes) -> bool:
    return FAMILY_NAME.encode() in body or NUMBER.encode() in body


def unaudited(world, column, headers=None):
    """(route, method, what was sent) of each answer that shows the patient and left no event."""
    caller, found = Caller(world, column), []
    sent = forms(world)
    for route in routes():
        if route.name in COMMIT_BY_THEMSELVES:
            continue
        for method in ("GET", "POST"):
            for data in sent.get(route.name, [{}]) if method == "POST" else [None]:
                before = set(AuditEvent.objects.values_list("pk", flat=True))
                answer = ask(caller, route, method, data, headers)
                if not (200 <= answer.status < 300 and shows(answer.body)):
                    continue
                new = AuditEvent.objects.exclude(pk__in=before)
                named = {patient for event in new for patient in event.patients}
                actors = {event.actor_id for event in new}
                if world.patient.pk not in named or world.people[column].pk not in actors:
                    found.append((route.name, method, data))
    return found


def ask(caller, route, method, data, headers):
    if route.is_api or data is None:
        return caller.ask_for_good(route, method)
    client = Client(raise_request_exception=False)
    client.cookies.load(caller.cookies)
    answer = client.post(caller.world.address(route), data, headers=headers)
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return SimpleNamespace(status=answer.status_code, body=body)


@pytest.mark.django_db
@pytest.mark.parametrize("column", READERS)
def test_whatever_shows_the_patient_leaves_an_event_that_names_them(column):
    assert unaudited(world_with_number(), column) == []


@pytest.mark.django_db
@pytest.mark.parametrize("column", ["doctor", "nurse"])
def test_so_does_whatever_a_script_asks_for(column):
    assert unaudited(world_with_number(), column, {"HX-Request": "true"}) == []


@pytest.mark.django_db
def test_the_search_would_find_a_page_that_shows_the_patient():
    """The look-out itself sees names: somebody's own pages do show them."""
    world = world_with_number()
    caller = Caller(world, "doctor")
    chart = next(route for route in routes() if route.name == "portal:chart")

    assert shows(caller.ask_for_good(chart, "GET").body)


PERCENT = re.compile(r"\d+(?:\.\d+)? %")


@pytest.mark.django_db
@pytest.mark.parametrize("headers", [None, {"HX-Request": "true"}])
def test_a_try_out_that_begins_with_a_post_is_a_visit(client_for, headers):
    """The result was read there; without having opened the page, nothing told of it."""
    world = world_with_number()
    browser = client_for(world.people["doctor"])
    run = world.rows["prediction"]
    address = reverse("portal:prediction-try", args=[run.pk])

    answers = [browser.post(address, {}, headers=headers) for _ in range(3)]

    assert answers[0].status_code == 200
    assert PERCENT.search(drawn(answers[0]))
    events = AuditEvent.objects.filter(act="prediction.try", patients=[world.patient.pk])
    assert events.count() == (1 if headers else 3)  # a script's visit is one, a page is a visit
