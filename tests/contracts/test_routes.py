"""Every address × everybody: what it answers, what it shows, and what a question may change."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.core.cache import cache
from django.test import Client

from accounts.models import AuditEvent, Scope
from tests import factories
from tests.contracts.routes import (
    COLUMNS,
    COMMIT_BY_THEMSELVES,
    FAMILY_NAME,
    SEES_THE_PATIENT,
    Caller,
    routes,
    world_of,
)

TABLE = Path(__file__).with_name("route_table.txt")
METHODS = ("GET", "POST")
WRITES = re.compile(r'^\s*(?:INSERT INTO|UPDATE|DELETE FROM) "(\w+)"')
WRITTEN_BY_READING = {
    "accounts_auditevent",  # that it was read
    "accounts_apitoken",  # when a token was used last
    "django_session",  # that somebody was there
}


def table():
    """(route, method) → status by column."""
    found = {}
    for line in TABLE.read_text().splitlines():
        if line and not line.startswith("#"):
            name, method, *statuses = line.split()
            assert (name, method) not in found, f"{name} {method} stands there twice"
            found[name, method] = dict(zip(COLUMNS, map(int, statuses), strict=True))
    return found


MATRIX = table()


@pytest.fixture(autouse=True)
def no_limit_reached_before():
    cache.clear()


def in_a_session(world, column):
    client = Client(raise_request_exception=False)
    client.cookies.load(Caller(world, column).cookies)
    return client


def test_every_address_has_its_rows_and_no_row_is_of_yesterday():
    assert {(route.name, method) for route in routes() for method in METHODS} == set(MATRIX)


@pytest.mark.django_db
@pytest.mark.parametrize("column", COLUMNS)
def test_every_address_answers_everybody_as_the_table_says(column):
    """In one world, three things of each answer: its status, whom it names, what it wrote."""
    caller = Caller(world_of(), column)
    tried = [(r, m) for r in routes() for m in METHODS if r.name not in COMMIT_BY_THEMSELVES]
    astonishing, leaks, writes = {}, [], []
    for route, method in tried:
        answer = caller.ask(route, method)
        if answer.status != MATRIX[route.name, method][column]:
            astonishing[route.name, method] = answer.status
        if FAMILY_NAME.encode() in answer.body and not may_name(column, route):
            leaks.append((route.name, method))
        tables = {t for s in answer.statements for t in WRITES.findall(s)}
        if method == "GET" and tables - WRITTEN_BY_READING:
            writes.append((route.name, tables))

    assert (astonishing, leaks, writes) == ({}, [], [])


OTHER_METHODS = ("PUT", "PATCH", "DELETE")
REFUSED = {302, 401, 403, 404, 405}
READ_ALIKE = {200, 204, 422, 400}
"""Of a page that asks for no method: it does what it does for GET, or what an empty form gets."""


@pytest.mark.django_db
@pytest.mark.parametrize("column", ["stranger", "doctor", "administrator"])
def test_no_address_takes_another_unsafe_method(column):
    """PUT, PATCH and DELETE change nothing anywhere, whoever sends them; REST has none of them."""
    caller = Caller(world_of(), column)
    taken = {}
    tried = [route for route in routes() if route.name not in COMMIT_BY_THEMSELVES]
    for route in tried:
        for method in OTHER_METHODS:
            answer = caller.ask(route, method)
            tables = {t for s in answer.statements for t in WRITES.findall(s)}
            fine = REFUSED if route.is_api else REFUSED | READ_ALIKE
            if answer.status not in fine or tables - WRITTEN_BY_READING:
                taken[route.name, method] = (answer.status, tables)

    assert taken == {}


VOLATILE = re.compile(r"\b[A-Za-z0-9]{64}\b|\b[0-9a-f]{32}\b|\d\d:\d\d")
"""Tokens of one answer, its request id, the time at which it is shown."""


OF_A_TEAM = ("patient", "observation", "prediction", "token", "import_run")
OF_A_HOUSE = (*OF_A_TEAM, "slug", "version", "user", "accounts_user", "accounts_careteam",
              "accounts_apitoken", "accounts_organisation", "registry_service",
              "registry_modelversion", "registry_quota", "registry_sheetversion")  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("column", "not_theirs"),
    [("colleague", OF_A_TEAM), ("scientist", OF_A_TEAM), ("elsewhere", OF_A_HOUSE),
     ("mighty", OF_A_HOUSE)],
)  # fmt: skip
def test_what_is_not_ones_own_and_what_is_missing_look_the_same_byte_for_byte(column, not_theirs):
    world = world_of()
    caller, nothing = Caller(world, column), world.without(*not_theirs)
    differing, compared = {}, 0
    for (name, method), statuses in MATRIX.items():
        route = NAMED[name]
        is_hidden = statuses[column] == 404 or ("admin" in name and statuses[column] == 302)
        if not is_hidden or name in COMMIT_BY_THEMSELVES:
            continue
        compared += 1
        said = [as_compared(caller.ask(route, method, w), w, route) for w in (world, nothing)]
        if said[0] != said[1]:
            differing[name, method] = said

    assert differing == {}
    assert compared > 20


NAMED = {route.name: route for route in routes()}


def as_compared(answer, world, route):
    """Status and body, without what belongs to this one answer and the address itself."""
    body = answer.body.decode().replace(world.address(route), "")
    return answer.status, VOLATILE.sub("", body)


def may_name(column, route):
    """The care team does; the privacy officer does on the page of the audit trail."""
    return column in SEES_THE_PATIENT or (column, route.name) == ("officer", "portal:audit")


@pytest.mark.usefixtures("unrung")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", COMMIT_BY_THEMSELVES)
def test_an_address_that_commits_by_itself_answers_as_the_table_says(name):
    world = world_of()
    route = next(route for route in routes() if route.name == name)

    for method in METHODS:
        found = {c: Caller(world, c).ask_for_good(route, method).status for c in COLUMNS}
        assert found == MATRIX[route.name, method]
    assert in_a_session(world, "doctor").post(world.address(route)).status_code == 401
    reader = factories.bearer_of(world.people["doctor"], Scope.READ, Scope.EXPLAIN)
    lacking = Client().post(world.address(route), headers=reader)
    assert (lacking.status_code, lacking.json()["code"]) == (403, "scope_missing")
    doctor = Caller(world, "doctor")
    others = {doctor.ask_for_good(route, method).status for method in OTHER_METHODS}
    assert others == {405}


@pytest.mark.django_db
def test_no_page_takes_a_post_that_was_not_written_on_it():
    world = world_of()
    caller = Caller(world, "doctor")
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    client.cookies.load(caller.cookies)

    taken = [
        route.name
        for route in routes()
        if not route.is_api and client.post(world.address(route)).status_code != 403
    ]

    assert taken == []


@pytest.mark.django_db
def test_a_session_opens_nothing_of_rest():
    world = world_of()
    client = in_a_session(world, "doctor")
    asked = [
        r for r in routes() if r.name.startswith("api:") and r.name not in COMMIT_BY_THEMSELVES
    ]

    opened = [r.name for r in asked if client.get(world.address(r)).status_code != 401]

    assert opened == []


@pytest.mark.django_db
@pytest.mark.parametrize("column", ["colleague", "scientist", "administrator"])
def test_every_refusal_leaves_exactly_one_event(column):
    world = world_of()
    client = in_a_session(world, column)
    refused = [
        (route, method)
        for route in routes()
        for method in METHODS
        if not route.is_api and MATRIX[route.name, method][column] in (403, 404)
    ]
    left = {}
    for route, method in refused:
        before = AuditEvent.objects.filter(outcome="refused").count()
        getattr(client, method.lower())(world.address(route))
        after = AuditEvent.objects.filter(outcome="refused").count()
        left[route.name, method] = after - before

    assert set(left.values()) == {1}
    assert AuditEvent.objects.filter(outcome="success").exclude(act="login").count() == 0
