"""Identifiers of somebody else in every place that takes one, and fields that nobody asked for."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.urls import reverse

from accounts.models import ApiToken, AuditEvent, User
from diagnosis.inference.models import Decision, Outcome, Prediction
from diagnosis.records.models import Observation, Patient
from tests import factories
from tests.contracts.doors.predictions import DECIDED
from tests.contracts.doors.records import TYPED
from tests.contracts.routes import (
    COMMIT_BY_THEMSELVES,
    Caller,
    reverse_arguments,
    routes,
    world_of,
)
from tests.contracts.test_routes import MATRIX
from tests.pages import drawn

pytestmark = pytest.mark.django_db

METHODS = ("GET", "POST")
OURS = ("accounts", "records", "registry", "inference")


@pytest.fixture(autouse=True)
def no_limit_reached_before():
    cache.clear()


@pytest.fixture
def world():
    return world_of()


def contents() -> dict[str, int]:
    """How many rows each table of ours has, the trail and the uses of tokens apart."""
    models = [m for name in OURS for m in apps.get_app_config(name).get_models()]
    return {m.__name__: m._base_manager.count() for m in models if m is not AuditEvent}


def places(world):
    """(address, method, names): each name that an address or its body takes, one at a time."""
    for route in routes():
        if not route.is_named or route.name.startswith("admin:"):
            continue
        # the name of an estimate is a word that every service uses
        names = set(reverse_arguments(route.name)) & set(world.foreign) - {"estimate"}
        for method in METHODS:
            said = json.dumps(world.body(route)) if method == "POST" else ""
            inside = {n for n in ("patient", "slug") if said and own(world, n) in said}
            for name in sorted(names | inside):
                yield route, method, name


def own(world, name):
    row = world.rows[name]
    return f'"{row}"' if isinstance(row, str) else str(row.pk)


def test_an_identifier_of_another_house_opens_nothing_wherever_it_stands(world):
    """In the place of one's own, everything else being right: never done, and nothing written."""
    doctor, before = Caller(world, "doctor"), contents()
    theirs = world.foreign["patient"].family_name.encode()
    opened, tried = {}, 0
    for route, method, name in places(world):
        if route.name in COMMIT_BY_THEMSELVES:
            continue
        tried += 1
        mark = transaction.savepoint()
        answer = doctor.ask_for_good(route, method, world.with_foreign(name))
        transaction.set_rollback(False)
        written = {n: c for n, c in contents().items() if c != before[n]}
        transaction.savepoint_rollback(mark)
        refused = answer.status in (404, 405) or is_not_for_doctors(route, method, answer)
        if not refused or theirs in answer.body or written:
            opened[route.name, method, name] = (answer.status, written)

    assert opened == {}
    assert tried > 40


def is_not_for_doctors(route, method, answer):
    """The role is refused before anybody looks at the row."""
    return answer.status == 403 == MATRIX[route.name, method]["doctor"]


@pytest.mark.parametrize(
    "question",
    ["patient={patient}", "service={slug}", "state=done&patient={patient}",
     "patient__organisation={house}", "organisation={house}", "requested_by={user}",
     "owner={user}", "id={prediction}", "search=Testperson", "include=patient",
     "expand=patient,version", "fields=*", "_include=Prediction:subject",
     "ordering=patient__family_name", "order_by=patient__organisation__name", "page_size=1000"],
)  # fmt: skip
@pytest.mark.parametrize(
    "address", ["predictions", "patients", "services", "patients/{own}/observations"]
)
def test_no_filter_ordering_or_include_shows_more(world, address, question):
    named = {name: getattr(row, "pk", row) for name, row in world.foreign.items()}
    house = world.foreign["patient"].organisation_id
    url = f"/api/v1/{address.format(own=world.patient.pk)}"
    headers = factories.bearer_of(world.people["doctor"])
    plain = Client().get(url, headers=headers).json()

    answer = Client().get(f"{url}?{question.format(house=house, **named)}", headers=headers)

    assert answer.status_code in (200, 400)  # what an address does not know it may refuse
    found = answer.json() if answer.status_code == 200 else {"results": [], "count": 0}
    rows = [json.dumps(row, sort_keys=True) for row in plain["results"]]
    assert {json.dumps(row, sort_keys=True) for row in found["results"]} <= set(rows)
    assert found["count"] <= plain["count"]


@pytest.mark.parametrize(
    ("route", "sent"),
    [
        ("portal:audit", {"patient": "patient"}),
        ("portal:audit", {"person": "user"}),
        ("portal:worklist", {"service": "slug"}),
    ],
)
def test_a_page_asked_for_what_is_of_another_house_shows_none_of_it(world, route, sent):
    column = "officer" if route == "portal:audit" else "doctor"
    browser = Client()
    browser.cookies.load(Caller(world, column).cookies)
    theirs = world.foreign["patient"]
    factories.AuditEventFactory(patients=[theirs.pk], organisation_id=theirs.organisation_id)
    values = {
        key: getattr(world.foreign[name], "pk", world.foreign[name]) for key, name in sent.items()
    }
    ask = browser.post if column == "officer" else browser.get

    answer = ask(reverse(route), values)

    assert theirs.family_name not in drawn(answer)
    assert str(world.foreign["prediction"].pk) not in drawn(answer)


def test_a_result_is_handed_over_to_nobody_of_another_house(world):
    browser = Client()
    browser.cookies.load(Caller(world, "doctor").cookies)
    prediction = world.rows["prediction"]

    browser.post(
        reverse("portal:prediction-hand-over", args=[prediction.pk]),
        {"to": world.people["elsewhere"].pk},
    )

    assert Prediction.unscoped.get(pk=prediction.pk).owner == world.people["doctor"]


# --- mass assignment


def hostile(field: Any, world: Any) -> Any:
    """A value that would matter if somebody stored it."""
    related = field.related_model
    known = {Patient: "patient", Prediction: "prediction", User: "user", Observation: "observation"}
    if related is not None:
        return str(world.foreign[known.get(related, "version")].pk)
    kind = field.get_internal_type()
    values: dict[str, Any] = {
        "BooleanField": True,
        "FloatField": 0.987,
        "IntegerField": 77,
        "PositiveSmallIntegerField": 77,
        "DateField": "1999-01-02",
        "DateTimeField": "1999-01-02T03:04:05Z",
        "UUIDField": str(world.foreign["prediction"].pk),
        "JSONField": {"probability": 0.987},
        "ArrayField": ["administrator"],
    }
    return values.get(kind, "hostile")


STORED = {
    "api:observation-list": Observation,
    "api:observation-correct": Observation,
    "api:observation-withdraw": Observation,
    "api:prediction-decisions": Decision,
    "api:prediction-outcomes": Outcome,
    "api:outcome-list": Outcome,
    "api:prediction-cancel": Prediction,
    "api:prediction-wrong-patient": Prediction,
    "api:prediction-wrong-patient-undo": Prediction,
}
PAGES = {
    "portal:observation-add": (Observation, "doctor", TYPED),
    "portal:prediction-decide": (Decision, "doctor", DECIDED),
    "portal:prediction-wrong-patient": (Prediction, "doctor", {"reason": "x"}),
    "accounts:token-issue": (
        ApiToken,
        "doctor",
        {"name": "x", "days": 30, "scopes": ["read"], "password": factories.PASSWORD},
    ),
    "admin:accounts_user_change": (User, "administrator", {"username": "x", "is_active": "on"}),
}
ASKED_FOR = {
    "value", "unit", "code", "observed_at", "assessment", "action", "action_text", "reason",
    "comment", "name", "days", "scopes", "username", "display_name", "language", "roles",
    "is_active",
    "source", "source_identifier", }  # fmt: skip
"""What a form or an endpoint takes from its caller, and may store."""

PASSING = re.compile(r"_at$|^id$|^digest$|^password$|_on$")
"""What differs from one row to the next by itself."""


def stored(model: Any) -> list[dict[str, Any]]:
    rows = model._base_manager.values()
    return sorted(
        ({k: str(v) for k, v in row.items() if not PASSING.search(k)} for row in rows), key=str
    )


def after(world: Any, model: Any, act: Callable[[], Any]) -> tuple[int, list[dict[str, Any]]]:
    mark = transaction.savepoint()
    status = act().status_code
    transaction.set_rollback(False)
    found = stored(model)
    transaction.savepoint_rollback(mark)
    return status, found


@pytest.mark.parametrize("name", STORED)
def test_a_program_cannot_store_a_field_that_nobody_asked_it_for(world, name):
    model = STORED[name]
    route = next(route for route in routes() if route.name == name)
    headers = factories.bearer_of(world.people["doctor"])
    body = world.body(route)
    taken = set(body) | ASKED_FOR
    extra = {
        field.name: hostile(field, world)
        for field in model._meta.concrete_fields
        if field.name not in taken and field.name != "id"
    } | {"id": str(world.foreign["prediction"].pk), "is_staff": True, "role": "administrator"}

    def send(sent: dict[str, Any]) -> Any:
        return Client().post(
            world.address(route), json.dumps(sent), content_type="application/json", headers=headers
        )

    before = stored(model)
    plain = after(world, model, lambda: send(body))
    stuffed = after(world, model, lambda: send(body | extra))

    assert stuffed in (plain, (400, before))


@pytest.mark.parametrize("name", PAGES)
def test_a_page_stores_no_field_that_is_not_on_it(world, name):
    model, column, body = PAGES[name]
    route = next(route for route in routes() if route.name == name)
    browser = Client()
    browser.cookies.load(Caller(world, column).cookies)
    hidden = {"user", "patient", "organisation", "is_staff", "is_superuser", "recorded_by"}
    extra = {
        field.name: json.dumps(hostile(field, world)).strip('"')
        for field in model._meta.concrete_fields
        if field.name in hidden or field.name not in ASKED_FOR
    }

    before = stored(model)
    plain = after(world, model, lambda: browser.post(world.address(route), body))
    stuffed = after(world, model, lambda: browser.post(world.address(route), extra | body))

    assert stuffed in (plain, (409, before))  # a field of that name may tell a stale form
    assert plain[1] != before
