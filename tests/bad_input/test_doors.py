"""Every case through every door: said at the right place, and nothing written."""

from __future__ import annotations

import html
import re
from importlib import import_module

import pytest

from tests.bad_input.around import AROUND, Around
from tests.bad_input.cases import CASES, RIGHT, Case
from tests.bad_input.doors import DOORS, Door, scene_for

pytestmark = pytest.mark.django_db
COMMITTING = [pytest.mark.django_db(transaction=True)]
TRIED = [
    pytest.param(
        case,
        door,
        id=f"{case.name} at {door.name}",
        marks=COMMITTING if door.commits_for(case) else [],
    )
    for case in CASES
    for door in DOORS
    if not door.why_not(case)
]
TYPED_IN = re.compile(r'<input[^>]*type="text"[^>]*name="value(?:_\w+)?"[^>]*>')


@pytest.mark.parametrize(("case", "door"), TRIED)
def test_it_is_said_at_the_right_place_and_nothing_is_written(case: Case, door: Door, client_for):
    scene = scene_for(case, client_for)
    if case.twice:
        assert door.send(scene, case).status == door.taken
    before = scene.rows()

    answer = door.send(scene, case)

    at, code = door.where(case)
    here = [found for found in answer.found if found.at == at]
    assert here, answer
    assert any(found.code == code or not code for found in here), here
    assert any(door.says(case) in found.says for found in here), here
    assert answer.status == door.status(case)
    assert scene.rows() == before


@pytest.mark.parametrize(
    "case", [case for case in CASES if case.typed.value], ids=lambda case: case.name
)
def test_what_was_typed_is_kept_on_the_page(case: Case, client_for):
    for door in DOORS:
        if door.name.endswith("page") and not door.why_not(case):
            scene = scene_for(case, client_for)
            page = [door.send(scene, case) for _ in range(1 + case.twice)][-1].page
            kept = TYPED_IN.findall(page)
            typed = f'value="{html.escape(case.typed.value)}"'
            assert "unknown" in case.name or any(typed in field for field in kept), door.name


@pytest.mark.parametrize(
    "door",
    [
        pytest.param(door, id=door.name, marks=COMMITTING if door.commits_for(RIGHT) else [])
        for door in DOORS
    ],
)
def test_what_is_right_is_taken(door: Door, client_for):
    """Else the cases would be refused for something that they all share."""
    assert door.send(scene_for(RIGHT, client_for), RIGHT).status == door.taken


@pytest.mark.parametrize("one", AROUND, ids=lambda one: one.test)
def test_what_the_page_says_around_the_values_is_tried(one: Around):
    assert callable(getattr(import_module(one.module), one.test))
