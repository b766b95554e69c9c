"""Every endpoint of REST × the scope that it needs: a new one without a declaration fails."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.test import Client

from accounts.api_tokens.scopes import InScope
from accounts.models import Scope
from tests import factories
from tests.contracts.routes import COMMIT_BY_THEMSELVES, Caller, endpoints, world_of

ENDPOINTS = list(endpoints())
TRIED = [e for e in ENDPOINTS if e.route.name not in COMMIT_BY_THEMSELVES]
"""The one that commits by itself is tried with the others of its kind in test_routes.py."""


@pytest.fixture(autouse=True)
def no_limit_reached_before():
    cache.clear()


def test_every_endpoint_says_what_scope_it_needs_and_asks_for_it():
    silent = [(e.route.name, e.method) for e in ENDPOINTS if e.scope not in Scope.values]
    unguarded = [e.route.name for e in ENDPOINTS if InScope not in e.view.permission_classes]
    acts = {view: {e.act for e in ENDPOINTS if e.view is view} for view in views()}
    stale = {v.__name__: set(v.scopes) - acts[v] for v in views() if set(v.scopes) - acts[v]}

    assert (silent, unguarded, stale) == ([], [], {})
    assert len(ENDPOINTS) > 15


def views():
    return {e.view for e in ENDPOINTS}


@pytest.mark.django_db
def test_a_token_without_the_scope_is_told_which_one_it_lacks():
    """Nothing else decides yet: not the row, not the body."""
    world = world_of()
    doctor = Caller(world, "doctor")
    answers = {}
    for endpoint in TRIED:
        others = set(Scope.values) - {endpoint.scope}
        doctor.headers = factories.bearer_of(world.people["doctor"], *others)
        answer = doctor.ask(endpoint.route, endpoint.method)
        lacking = answer.status == 403 and b"scope_missing" in answer.body
        if not lacking or f"«{endpoint.scope}»".encode() not in answer.body:
            answers[endpoint.route.name, endpoint.method] = (answer.status, answer.body[:200])

    assert answers == {}


@pytest.mark.django_db
def test_its_own_scope_is_enough_for_an_endpoint():
    world = world_of()
    doctor = Caller(world, "doctor")
    refused = []
    for endpoint in TRIED:
        doctor.headers = factories.bearer_of(world.people["doctor"], endpoint.scope)
        if b"scope_missing" in doctor.ask(endpoint.route, endpoint.method).body:
            refused.append((endpoint.route.name, endpoint.method))

    assert refused == []


@pytest.mark.django_db
def test_a_method_that_an_address_has_not_is_no_question_of_scope():
    world = world_of()
    reads_nothing = factories.bearer_of(world.people["doctor"], Scope.EXPORT)

    answer = Client().delete("/api/v1/patients", headers=reads_nothing)

    assert answer.status_code == 405


@pytest.mark.django_db
def test_the_reasons_are_read_with_a_scope_of_their_own():
    """`predict` is not `explain`: numbers with their reasons give a model away."""
    world = world_of()
    address = f"/api/v1/predictions/{world.rows['prediction'].pk}"

    def explanation(*scopes):
        headers = factories.bearer_of(world.people["doctor"], *scopes)
        return Client().get(address, headers=headers).json()["explanation"]

    assert explanation(Scope.READ) is None
    assert explanation(Scope.READ, Scope.EXPLAIN)["attributions"]


@pytest.mark.django_db
def test_no_scope_opens_what_the_person_may_not():
    world = world_of()
    everything = factories.bearer_of(world.people["colleague"])

    answer = Client().get(f"/api/v1/patients/{world.patient.pk}", headers=everything)

    assert answer.status_code == 404
