"""The interface's own description, turned against it as every role: no 500, nothing undescribed.

In the suite a few examples an address, always the same, each sent by everybody; ``make fuzz`` takes
hundreds, and others each time (``MEDPORTAL_FUZZ`` is how many).
"""

from __future__ import annotations

import json
import os
from functools import cache
from typing import Any

import pytest
import requests
import schemathesis
from django.core.cache import cache as limits
from django.test import Client
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from rest_framework.throttling import SimpleRateThrottle
from schemathesis import GenerationMode
from schemathesis.schemas import APIOperation

from diagnosis.inference.models import Prediction
from diagnosis.records.models import ImportRun
from medportal.common.web.http import PROBLEM_TYPE
from tests.contracts.routes import COLUMNS, World, world_of
from tests.factories import bearer_of

DEEP = int(os.environ.get("MEDPORTAL_FUZZ", "0"))
USUALLY = 4
"""Examples an address."""
MODES = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]
STRANGERS = (401, 404, 405, 406, 411, 413)
NAMES_ROWS = ("patient", "prediction", "observation", "import_run", "team", "service", "slug")

pytestmark = pytest.mark.django_db(transaction=True)


@cache
def description() -> dict[str, Any]:
    found: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
    return json.loads(json.dumps(found, default=str))


@cache
def operations() -> dict[str, APIOperation]:
    schema = schemathesis.openapi.from_dict(description())
    found = [result.ok() for result in schema.get_all_operations()]
    return {operation.label: operation for operation in found}


@pytest.fixture
def world(monkeypatch) -> Any:
    """The world of the routes' tests; afterwards nothing of it waits for a worker."""
    monkeypatch.setattr(SimpleRateThrottle, "allow_request", lambda *_args: True)
    limits.clear()
    yield world_of()
    Prediction.unscoped.filter(state="queued").update(state="cancelled")
    ImportRun.unscoped.all().delete()


def known(world: World) -> dict[str, str]:
    """Names as they stand in addresses and bodies, and the row of the world that has it."""
    rows = {**world.rows, "team": world.rows["accounts_careteam"], "service": world.rows["slug"]}
    return {n: r if isinstance(r := rows[n], str) else str(r.pk) for n in NAMES_ROWS}


def with_rows(data: st.DataObject, sent: Any, rows: dict[str, str]) -> Any:
    """The same with identifiers that lead somewhere, mostly; else every answer is a 404."""
    if not isinstance(sent, dict):
        return sent
    swapped = {n for n in sent if n in rows and data.draw(st.integers(0, 3)) > 0}
    return {n: rows[n] if n in swapped else with_rows(data, v, rows) for n, v in sent.items()}


def as_bytes(case: schemathesis.Case, data: st.DataObject, rows: dict[str, str]) -> Any:
    """The request as the wire would carry it, with identifiers of the world."""
    case.path_parameters = with_rows(data, case.path_parameters, rows)
    case.query = with_rows(data, case.query, rows)
    case.body = with_rows(data, case.body, rows)
    asked = case.as_transport_kwargs(base_url="http://testserver")
    named = ("method", "url", "headers", "params", "data", "json", "files")
    return requests.Request(**{n: asked[n] for n in named if n in asked}).prepare()


def send(request: requests.PreparedRequest, bearer: dict[str, str]) -> Any:
    headers = {n: v for n, v in request.headers.items() if n.lower() in ("prefer", "accept")}
    return Client(raise_request_exception=False).generic(
        str(request.method),
        request.path_url,
        request.body or b"",
        content_type=request.headers.get("Content-Type", ""),
        headers=headers | bearer,
    )


def complaints(operation: APIOperation, answer: Any) -> list[str]:
    """Where the answer is none of those that the description names."""
    if answer.status_code == 405:  # the generator also tries methods that nobody described
        return []
    told = description()["paths"][operation.path][operation.method]["responses"]
    promised = told.get(str(answer.status_code))
    if promised is None:
        return [f"{answer.status_code} is not described: {answer.content[:300]!r}"]
    kind = answer.headers.get("Content-Type", "").split(";")[0]
    if answer.status_code >= 400 and kind != PROBLEM_TYPE:
        return [f"{answer.status_code} is no problem but {kind}"]
    if kind not in promised.get("content", {kind: None}):
        return [f"{kind} is not described"]
    if "json" not in kind:
        return []
    schema = {**promised["content"][kind]["schema"], "components": description()["components"]}
    errors = Draft202012Validator(schema).iter_errors(answer.json())
    return [f"{answer.status_code} {e.json_path}: {e.message[:200]}" for e in errors]


def test_whatever_anybody_sends_the_answer_is_one_that_is_described(world):
    bearers = {c: bearer_of(world.people[c]) if c in world.people else {} for c in COLUMNS}
    found: dict[str, str] = {}
    for label, operation in operations().items():
        try:
            hammer(operation, known(world), bearers)
        except AssertionError as error:
            found[label] = str(error)[:600]

    assert found == {}


def hammer(
    operation: APIOperation, rows: dict[str, str], bearers: dict[str, dict[str, str]]
) -> None:
    kinds = st.one_of([operation.as_strategy(generation_mode=mode) for mode in MODES])

    @settings(
        max_examples=DEEP or USUALLY,
        deadline=None,
        derandomize=not DEEP,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=kinds, data=st.data())
    def one(case: schemathesis.Case, data: st.DataObject) -> None:
        request = as_bytes(case, data, rows)
        for column, bearer in bearers.items():
            answer = send(request, bearer)
            wrong = complaints(operation, answer)
            assert not wrong, f"{column}: {wrong} after {case.as_curl_command()[:400]}"
            if not bearer:
                assert answer.status_code in STRANGERS, answer.status_code

    one()


def test_every_operation_is_described_with_its_refusals():
    told = description()["paths"]
    lacking = [
        f"{method} {path}"
        for path, methods in told.items()
        for method, operation in methods.items()
        if PROBLEM_TYPE not in operation["responses"]["400"].get("content", {})
    ]

    assert len(operations()) > 20
    assert lacking == []
