"""What a list shows to whom, by identifier: a status of 200 does not see a list that leaks."""

from __future__ import annotations

import pytest
from django.core.cache import cache

from tests.contracts.lists import table
from tests.contracts.routes import (
    COLUMNS,
    COMMIT_BY_THEMSELVES,
    Caller,
    reverse_arguments,
    routes,
    world_of,
)

LISTS = table()


@pytest.fixture(autouse=True)
def no_limit_reached_before():
    cache.clear()


def identifiers(world):
    """Whatever a list could name, by what it is here."""
    known = {f"@{name}": person for name, person in world.people.items()}
    known |= world.rows | world.colleagues
    known |= {f"foreign-{name}": row for name, row in world.foreign.items()}
    found = {}
    for word in ("estimate", "foreign-estimate"):  # every service uses the same
        known.pop(word, None)
    for name, row in known.items():
        found.setdefault(row if isinstance(row, str) else str(row.pk), name)
    return found


def listing():
    """Addresses that name no row: what they show is chosen by who asks alone."""
    for route in routes():
        if route.name in COMMIT_BY_THEMSELVES or not route.is_named:
            continue
        if not reverse_arguments(route.name):
            yield from ((route, method) for method in ("GET", "POST"))


@pytest.mark.django_db
@pytest.mark.parametrize("column", COLUMNS)
def test_every_list_shows_everybody_the_rows_of_the_table_and_no_other(column):
    world = world_of()
    caller, known = Caller(world, column), identifiers(world)
    wrong = {}
    for route, method in listing():
        answer = caller.ask(route, method)
        text = answer.body.decode()
        shown = {name for pk, name in known.items() if pk in text} if answer.status < 300 else set()
        if shown != LISTS.get((route.name, method), {}).get(column, set()):
            wrong[route.name, method] = " ".join(sorted(shown))

    assert wrong == {}


def test_no_row_of_the_table_is_of_yesterday():
    assert set(LISTS) <= {(route.name, method) for route, method in listing()}
