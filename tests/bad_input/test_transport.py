"""What is wrong before anybody looks at a field: the body, its type, its size, the address."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from medportal.common.web.http import PROBLEM_TYPE
from tests.contracts.routes import COMMIT_BY_THEMSELVES, Caller, Route, World, routes, world_of
from tests.factories import bearer_of
from tests.pages import drawn

pytestmark = pytest.mark.django_db
RECORD = "/api/v1/observations"
SEARCH = "/api/v1/patients/search"
JSON = "application/json"
OURS = [
    pytest.param(
        route,
        id=route.name,
        marks=[pytest.mark.django_db(transaction=True)]
        if route.name in COMMIT_BY_THEMSELVES
        else [],
    )
    for route in routes()
    if route.name.startswith("api:")
]
LISTS = ["patients", "predictions", "services", "codes"]
TAKES_FILES = ("api:import-list",)
"""Addresses whose body is no JSON object."""


@pytest.fixture
def world() -> World:
    return world_of()


def send(world: World, address: str, body: bytes | str, kind: str = JSON, **more: Any) -> Any:
    client = Client(raise_request_exception=False)
    headers = bearer_of(world.people["doctor"])
    return client.post(address, body, content_type=kind, headers=headers, **more)


def ask(world: World, address: str, query: str) -> Any:
    client = Client(raise_request_exception=False)
    return client.get(f"{address}?{query}", headers=bearer_of(world.people["doctor"]))


def problem(answer: Any, status: int) -> dict[str, Any]:
    assert answer.status_code == status, answer.content[:400]
    assert answer["Content-Type"] == PROBLEM_TYPE
    found: dict[str, Any] = answer.json()
    assert found["detail"]
    return found


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        (b"{", "", "broken_json"),
        (b'{"patient": }', "", "broken_json"),
        (b"not json", "", "broken_json"),
        (b'{"patient": "\xff\xfe"}', "", "not_utf8"),
        (b"[" * 100_000, "", "nested_too_deeply"),
        (b"[" * 40 + b"]" * 40, "/0" * 32, "nested_too_deeply"),
        (b'{"code": "2093-3", "code": "2160-0"}', "/code", "duplicate_name"),
        (b'{"a": [{"x": {"b/c": 1, "b/c": 2}}]}', "/a/0/x/b~1c", "duplicate_name"),
        (b'{"code": "\\u0000"}', "/code", "forbidden_character"),
        (b'{"code": "\\ud800"}', "/code", "forbidden_character"),
        (b'{"\\udfff": 1}', "/?", "forbidden_character"),
        (b'["8480-6"]', "", "invalid"),
        (b"1200", "", "invalid"),
        (b'"8480-6"', "", "invalid"),
    ],
)
def test_a_body_that_can_not_be_read_is_refused_where_it_breaks(world, body, pointer, code):
    found = problem(send(world, RECORD, body), 400)

    assert (found["errors"][0]["pointer"], found["errors"][0]["code"]) == (pointer, code)
    assert len(found["errors"]) <= 20


def test_the_place_of_the_fault_is_said(world):
    found = problem(send(world, RECORD, b'{"code": "2093-3",\n "value": 1,}'), 400)

    assert "line 2, column 13" in found["detail"]


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1E999999", "9" * 5000])
def test_a_number_that_never_ends_is_refused_at_its_field(world, number):
    value = world.body(Route("api:observation-list", ""))
    body = json.dumps({**value, "value": 0}).replace('"value": 0', f'"value": {number}')

    found = problem(send(world, RECORD, body), 400)

    assert [(e["pointer"], e["code"]) for e in found["errors"]] == [("/value", "not_finite")]


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/xml", "multipart/form-data; boundary=x"]
)
def test_another_content_type_is_not_guessed(world, kind):
    assert (
        problem(send(world, RECORD, b"code=2093-3", kind), 415)["code"] == "unsupported_media_type"
    )


def test_a_huge_body_is_refused_before_it_is_read(world):
    class Unreadable:
        def read(self, *_size: int) -> bytes:
            raise AssertionError("the body was read")

        readline = read

    answer = send(world, RECORD, b"", CONTENT_LENGTH="50000000", **{"wsgi.input": Unreadable()})

    assert problem(answer, 413)["code"] == "too_large"


def test_a_huge_form_gets_a_page_that_says_so(world, client_for):
    limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    browser = client_for(world.people["doctor"])

    answer = browser.post("/patients/", {"query": "x" * limit})

    assert answer.status_code == 413
    assert "at most 2.5 MB" in drawn(answer)


def test_ten_thousand_fields_get_a_page_that_says_so(world, client_for):
    browser = client_for(world.people["doctor"])

    answer = browser.post("/patients/", {f"field{n}": "1" for n in range(1_100)})

    assert answer.status_code == 400
    assert "Nothing was saved" in drawn(answer)


def test_a_body_of_unknown_length_is_asked_for_its_length(world):
    answer = send(world, RECORD, b"", CONTENT_LENGTH="", HTTP_TRANSFER_ENCODING="chunked")

    assert problem(answer, 411)["code"] == "length_required"


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_another_method_is_refused_as_a_problem(world, method):
    client = Client(raise_request_exception=False)
    answer = getattr(client, method)(RECORD, headers=bearer_of(world.people["doctor"]))

    assert problem(answer, 405)["code"] == "method_not_allowed"


@pytest.mark.parametrize("route", OURS)
def test_no_address_passes_over_a_parameter_that_it_does_not_know(world, route):
    address = world.address(route)
    answers = [ask(world, address, "surname=x"), send(world, f"{address}?surname=x", "{}")]
    understood = [answer for answer in answers if answer.status_code != 405]

    assert understood
    for answer in understood:
        (error,) = problem(answer, 400)["errors"]
        assert (error["parameter"], error["code"]) == ("surname", "unknown_parameter")


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("page=0", "page"),
        ("page=-1", "page"),
        ("page=two", "page"),
        ("page=1e3", "page"),
        ("page=99999999999999999999", "page"),
        ("page_size=0", "page_size"),
        ("page_size=101", "page_size"),
        ("page_size=all", "page_size"),
        ("page=1&page=2", "page"),
        ("pagesize=5", "pagesize"),
        ("page=%00", "page"),
        ("limit=5", "limit"),
        ("format=csv", "format"),
    ],
)
def test_a_page_that_can_not_be_is_refused_by_its_parameter(world, name, query, parameter):
    found = problem(ask(world, f"/api/v1/{name}", query), 400)

    assert [error["parameter"] for error in found["errors"]] == [parameter]


@pytest.mark.parametrize("name", [*LISTS, "patients/{}/observations"])
def test_a_page_beyond_the_last_is_missing(world, name):
    found = problem(ask(world, f"/api/v1/{name.format(world.patient.pk)}", "page=999"), 404)

    assert found["errors"][0]["parameter"] == "page"


@pytest.mark.parametrize(
    ("query", "parameter", "hint"),
    [
        ("patient=nobody", "patient", ""),
        ("patient=%00", "patient", ""),
        ("state=finished", "state", ""),
        ("service=a%2Fb", "service", ""),
        ("service=" + "x" * 500, "service", ""),
        ("patiant=1", "patiant", "«patient»"),
        ("State=done", "State", "«state»"),
    ],
)
def test_a_filter_that_can_not_be_is_refused_and_not_passed_over(world, query, parameter, hint):
    (error,) = problem(ask(world, "/api/v1/predictions", query), 400)["errors"]

    assert error["parameter"] == parameter
    assert hint in error["detail"]


PROTECTED = {
    "id", "organisation", "recorded_by", "is_current", "replaces", "panel", "label", "origin",
    "requested_by", "owner", "result", "probability", "headline", "is_sealed", "decided_by",
    "amended_by", "usual_action", "created_at", "is_superuser", "roles",
}  # fmt: skip
"""Columns of the rows that REST writes; none of them is the caller's to set."""


@pytest.mark.parametrize("route", [route for route in OURS if route.id not in TAKES_FILES])
def test_no_address_takes_a_field_that_is_not_its_own(world, route):
    """Each is named, and none of them is set behind the back of whoever owns the column."""
    body = world.body(route)
    answer = send(world, world.address(route), json.dumps({**dict.fromkeys(PROTECTED, 1), **body}))
    if answer.status_code == 405:
        return

    found = problem(answer, 400)

    unknown = {e["pointer"].strip("/") for e in found["errors"] if e["code"] == "unknown_field"}
    assert unknown == PROTECTED - set(body)


def texts_of(body: Any, at: str = "") -> list[str]:
    """Where the texts of a body stand."""
    if isinstance(body, str):
        return [at]
    held = (
        body.items()
        if isinstance(body, dict)
        else enumerate(body)
        if isinstance(body, list)
        else ()
    )
    return [found for name, inner in held for found in texts_of(inner, f"{at}/{name}")]


def changed(body: Any, at: str, value: object) -> Any:
    name, _slash, rest = at.lstrip("/").partition("/")
    if isinstance(body, list):
        return [changed(one, rest, value) for one in body]
    return {**body, name: changed(body[name], rest, value) if rest else value}


@pytest.mark.parametrize("value", [0, 4711, 1.5, True, False])
@pytest.mark.parametrize("route", [one for one in OURS if one.values[0].name not in TAKES_FILES])
def test_a_number_is_not_taken_for_a_text(world, route, value):
    """«0» is no number of a patient, and no reason: refused at that field, at every address."""
    for at in texts_of(world.body(route)):
        body = json.dumps(changed(world.body(route), at, value))
        found = problem(send(world, world.address(route), body), 400)
        assert [(e["pointer"], e["code"]) for e in found["errors"]] == [(at, "not_a_text")]


@pytest.mark.parametrize("body", [{"identifier": 0}, {"name": 1}, {"birth_date": 19610314}])
def test_a_search_takes_no_number_for_a_text(world, body):
    found = problem(send(world, SEARCH, json.dumps(body)), 400)

    assert [(e["pointer"], e["code"]) for e in found["errors"]] == [
        (f"/{next(iter(body))}", "not_a_text")
    ]


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [("reference_low", True, "not_a_number"), ("unit", ["mm[Hg]"], "invalid")],
)
def test_yes_is_no_number_and_a_list_no_text(world, field, value, code):
    body = {**world.body(Route("api:observation-list", "")), field: value}

    (error,) = problem(send(world, RECORD, json.dumps(body)), 400)["errors"]

    assert (error["pointer"], error["code"]) == (f"/{field}", code)


def test_a_field_that_is_nearly_right_is_guessed(world):
    value = world.body(Route("api:observation-list", ""))
    moved = {("obsreved_at" if n == "observed_at" else n): v for n, v in value.items()}

    (error,) = problem(send(world, RECORD, json.dumps(moved)), 400)["errors"]

    assert error["pointer"] == "/obsreved_at"
    assert "«observed_at»" in error["detail"]


@pytest.mark.parametrize("where", ["patients", "predictions", "observations"])
@pytest.mark.parametrize("pk", ["1", "nobody", "5e3aa94a-0000-4000-8000", "..", "%00", "x" * 900])
def test_an_identifier_that_can_not_be_is_missing_as_a_problem(world, where, pk):
    assert problem(ask(world, f"/api/v1/{where}/{pk}", ""), 404)["code"] == "not_found"


@pytest.mark.parametrize("column", ["stranger", "colleague", "elsewhere"])
def test_whoever_may_not_is_told_no_more_by_a_wrong_parameter(world, column):
    """A stranger hears 401 first; a colleague the same for a foreign chart as for a missing one."""
    caller = Caller(world, column)
    theirs = f"/api/v1/patients/{world.patient.pk}"
    nobodys = f"{theirs[:-4]}0000"
    client = Client(raise_request_exception=False)

    answers = [client.get(f"{a}?surname=x", headers=caller.headers) for a in (theirs, nobodys)]

    assert {a.status_code for a in answers} == {401 if column == "stranger" else 400}
    assert answers[0].json() == answers[1].json()


PAGES = [route for route in routes() if not route.is_api]
HOSTILE = {
    "a NUL": "%00",
    "no UTF-8": "%FF",
    "a huge number": "9" * 400,
    "a list": "1&{0}=2",
}
ASKED_OF_PAGES = (
    "show", "service", "page", "risk", "code", "next", "note", "seen", "part", "month", "by",
    "query", "q", "p", "o", "e", "id__exact", "is_active__exact", "organisation__id__exact",
)  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_no_page_breaks_at_what_stands_behind_its_address(world, client_for, name):
    """What cannot be is passed over on a page, where the filter that holds is shown."""
    value = HOSTILE[name]
    query = "&".join(f"{n}={value.format(n)}" for n in ASKED_OF_PAGES)
    broken = {}
    for column in ("doctor", "administrator", "officer"):
        browser = client_for(world.people[column], raise_request_exception=False)
        for route in PAGES:
            status = browser.get(f"{world.address(route)}?{query}").status_code
            if status >= 500 and (route.name, status) not in ALWAYS_BROKEN:
                broken[column, route.name] = status

    assert broken == {}


ALWAYS_BROKEN = {("ready", 503)}
"""Without the processes of a portal it says that they are not there."""


@pytest.mark.parametrize("value", ["finished", "%00", "x" * 500])
def test_the_worklist_shows_which_filter_holds(world, client_for, value):
    page = client_for(world.people["doctor"]).get(f"/?show={value}")

    assert page.status_code == 200
    assert [chip.code for chip in page.context["chips"] if chip.is_on] == [""]


MANY = [["x"] * 1001, {f"n{i}": 1 for i in range(1001)}, {"a": [[1] * 1001]}]


@pytest.mark.parametrize("route", OURS)
@pytest.mark.parametrize("many", MANY, ids=["list", "object", "inside"])
def test_no_address_reads_more_than_a_thousand_members_of_anything(world, route, many):
    """Before any field is looked at, wherever the list stands."""
    if route.name in TAKES_FILES:
        return
    answer = send(world, world.address(route), json.dumps({"any": many} | {"observations": many}))
    if answer.status_code == 405:
        return

    (first, *_) = problem(answer, 400)["errors"]
    assert first["code"] == "too_many"


def faulty(count: int) -> str:
    item = {f"name that nobody reads, number {n:02}": 1 for n in range(30)}
    return json.dumps({"source": "lab", "observations": [item] * count})


def test_of_many_faults_twenty_are_named_and_the_rest_costs_nothing(world):
    """160 kB of items that each had to be compared with every name once cost 53 seconds."""
    before = time.process_time()
    found = problem(send(world, f"{RECORD}/bulk", faulty(1000)), 400)
    took = time.process_time() - before

    assert len(found["errors"]) == 20
    assert found["errors_left_out"] > 0
    assert took < 2


def test_a_thousand_observations_are_taken_at_a_time_and_one_more_is_not(world):
    item = {
        "patient": str(world.patient.pk), "code": "2160-0", "value": 88, "unit": "umol/L",
        "observed_at": "2026-01-05T08:00:00Z",
    }  # fmt: skip
    items = [item | {"source_identifier": str(n)} for n in range(1001)]

    taken = send(world, f"{RECORD}/bulk", json.dumps({"source": "l", "observations": items[1:]}))
    refused = send(world, f"{RECORD}/bulk", json.dumps({"source": "l", "observations": items}))

    assert (taken.status_code, taken.json()["created"]) == (200, 1000)
    assert problem(refused, 400)["errors"][0]["pointer"] == "/observations"


@pytest.mark.parametrize("route", OURS)
def test_options_say_the_methods_and_nothing_of_the_code(world, route):
    client = Client(raise_request_exception=False)
    answer = client.options(world.address(route), headers=bearer_of(world.people["doctor"]))

    assert answer.status_code == 200
    assert set(answer.json()) == {"methods", "documentation"}
    assert {"GET", "POST"} & set(answer.json()["methods"])
