"""How many statements each page and list costs: a baseline that shows in the diff.

``RECORD_QUERY_COUNTS=1 pytest tests/contracts/test_query_counts.py`` writes it anew, on purpose.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from django.core.cache import cache

from tests import factories
from tests.contracts.routes import Caller, routes, world_of
from tests.portal.results import finished, version_of

BASELINE = Path(__file__).with_name("query_counts.json")
COLUMNS = ("doctor", "nurse", "system", "scientist", "reviewer", "officer", "administrator")
ASKS = ("SELECT", "INSERT", "UPDATE", "DELETE")
MORE = 4
pytestmark = pytest.mark.django_db


def grow(world):
    """More of everything that a page or a list may show."""
    doctor, version = world.people["doctor"], world.rows["version"]
    team = world.rows["accounts_careteam"]
    for _ in range(MORE):
        patient = factories.patient_of(team=team)
        for holder in (patient, world.patient):
            factories.ObservationFactory(patient=holder)
            finished(version, doctor, holder)
            factories.NoteFactory(patient=holder)
            factories.ConditionFactory(patient=holder)
        factories.DecisionFactory(prediction=finished(version, doctor, patient))
        factories.ApiTokenFactory(user=doctor)
        factories.nurse_at(world.house)
        factories.team_of(doctor)
    for slug in ("coronary-disease", "diabetes-onset", "pbc-prognosis"):
        version_of(world.house, slug)


def costs_of(world):
    """{address: {column: statements}} of every page and list that answers."""
    found = {}
    for column in COLUMNS:
        caller = Caller(world, column)
        for route in routes():
            cache.clear()
            answer = caller.ask(route, "GET")
            if answer.status == 200:
                asked = [s for s in answer.statements if s.startswith(ASKS)]
                found.setdefault(route.name, {})[column] = len(asked)
    return found


def test_pages_cost_what_they_did_however_much_they_show():
    world = world_of()
    few = costs_of(world)
    grow(world)
    many = costs_of(world)

    if os.environ.get("RECORD_QUERY_COUNTS"):
        BASELINE.write_text(json.dumps(many, indent=1, sort_keys=True) + "\n")
    baseline = json.loads(BASELINE.read_text())
    dearer = {
        (name, column): (baseline.get(name, {}).get(column), cost)
        for name, by_column in many.items()
        for column, cost in by_column.items()
        if baseline.get(name, {}).get(column) != cost
    }
    growing = {
        (name, column): (cost, many[name][column])
        for name, by_column in few.items()
        for column, cost in by_column.items()
        if many[name].get(column, 0) >= cost + MORE  # a first row of a kind may add its question
    }

    assert (dearer, growing) == ({}, {})
