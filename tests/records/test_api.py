"""Charts over REST: the same gate, the same actions, problems with pointers."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEvent, Role, User
from diagnosis.records.models import Observation
from tests.factories import (
    MembershipFactory,
    PatientIdentifierFactory,
    bearer_of,
    patient_of,
    person_at,
)
from tests.records.conftest import Ward

AT = (timezone.now() - timedelta(days=1)).replace(microsecond=0)


class Caller:
    """Another system, with a token of its user."""

    def __init__(self, user: User) -> None:
        self._client = Client(headers=bearer_of(user))

    def get(self, path: str) -> Any:
        return self._client.get(f"/api/v1/{path}")

    def post(self, path: str, body: Any) -> Any:
        return self._client.post(f"/api/v1/{path}", body, content_type="application/json")


@pytest.fixture
def system(ward: Ward) -> Caller:
    client = person_at(ward.organisation, Role.SERVICE_CLIENT)
    MembershipFactory(team=ward.team, user=client)
    return Caller(client)


def creatinine(ward: Ward, **fields: Any) -> dict[str, Any]:
    return {
        "patient": str(ward.patient.pk),
        "code": "2160-0",
        "value": 1.1,
        "unit": "mg/dL",
        "observed_at": AT.isoformat(),
        **fields,
    }


def pointers(response: Any) -> dict[str, str]:
    return {error["pointer"]: error["code"] for error in response.json()["errors"]}


def test_the_list_holds_whom_the_caller_may_see_and_nobody_else(ward: Ward, system: Caller):
    PatientIdentifierFactory(patient=ward.patient, value="A-1")
    patient_of(ward.elsewhere)

    body = system.get("patients").json()

    assert (body["count"], body["next"], body["previous"]) == (1, None, None)
    (shown,) = body["results"]
    assert shown["id"] == str(ward.patient.pk)
    assert shown["identifiers"] == [{"system": "urn:medportal:mrn", "value": "A-1"}]
    assert AuditEvent.objects.get(act="patient.list").patients == [ward.patient.pk]


def test_a_search_is_a_post_and_leaves_an_event(ward: Ward, system: Caller):
    body = system.post("patients/search", {"text": ward.patient.family_name}).json()

    assert [shown["id"] for shown in body["results"]] == [str(ward.patient.pk)]
    assert body["count"] == 1
    assert AuditEvent.objects.filter(act="patient.search").exists()


@pytest.mark.parametrize("question", [{}, {"text": " "}, {"q": "Silva"}])
def test_a_search_for_nothing_is_a_mistake_and_not_an_empty_answer(system: Caller, question):
    assert system.post("patients/search", question).status_code == 400


def test_a_value_that_is_no_number_is_a_problem_at_its_field(ward: Ward, system: Caller):
    response = system.post("observations", json.dumps(creatinine(ward, value=float("nan"))))

    assert response.status_code == 400
    assert list(pointers(response)) == ["/value"]


def test_a_date_that_is_none_is_a_problem_at_its_field(system: Caller):
    response = system.post("patients/search", {"birth_date": "soon"})

    assert response.status_code == 400
    assert pointers(response) == {"/birth_date": "date_not_understood"}


def test_the_chart(ward: Ward, system: Caller, observed):
    observed("2160-0", 1.0, "mg/dL", days=90)
    row = observed("2160-0", 1.4, "mg/dL", days=2, flag="H")

    body = system.get(f"patients/{ward.patient.pk}").json()

    (group,) = body["results"]
    (result,) = group["results"]
    assert (group["family"], result["label"]) == ("kidney", "Creatinine")
    assert result["latest"]["id"] == str(row.pk)
    assert (result["latest"]["value"], result["latest"]["flag"]) == (1.4, "H")
    assert result["previous"]["value"] == 1.0
    assert result["delta"] == pytest.approx(0.4)
    assert body["derived"][0]["inputs"] == [str(row.pk)]
    assert body["patient"]["links"]["services"].endswith("/services")
    assert AuditEvent.objects.get(act="patient.read").patients == [ward.patient.pk]


@pytest.mark.parametrize("part", ["", "/observations"])
def test_a_foreign_patient_can_not_be_told_from_a_missing_one(ward: Ward, part: str):
    outsider = Caller(ward.elsewhere)

    foreign = outsider.get(f"patients/{ward.patient.pk}{part}")
    missing = outsider.get(f"patients/{uuid4()}{part}")

    assert foreign.status_code == 404
    assert foreign.json() == missing.json()
    assert not AuditEvent.objects.filter(outcome="success").exists()


def test_the_list_of_observations_leaves_out_what_no_longer_holds(
    ward: Ward, system: Caller, observed
):
    kept = observed("2160-0", 1.0, "mg/dL", days=90)
    early = observed("2160-0", 1.2, "mg/dL", days=1, status="preliminary")
    observed("2160-0", 9.0, "mg/dL", is_current=False)
    observed("2160-0", 9.0, "mg/dL", status="entered-in-error")

    body = system.get(f"patients/{ward.patient.pk}/observations").json()

    assert [shown["id"] for shown in body["results"]] == [str(early.pk), str(kept.pk)]


def test_one_observation_is_written(ward: Ward, system: Caller):
    response = system.post("observations", creatinine(ward))

    assert response.status_code == 201
    row = Observation.unscoped.get()
    assert response.json()["id"] == str(row.pk)
    assert (row.value_number, row.observed_at, row.source) == (1.1, AT, "api")


def test_an_answer_is_written(ward: Ward, system: Caller):
    sent = creatinine(ward, code="exercise-angina", value="yes", unit="")

    assert system.post("observations", sent).json()["value"] == "yes"


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"unit": ""}, {"/unit": "unit_missing"}),
        ({"value": 95}, {"/value": "out_of_bounds"}),
        ({"value": "high"}, {"/value": "not_a_number"}),
        ({"value": True}, {"/value": "not_a_value"}),
        ({"code": "1-1"}, {"/code": "unknown_code"}),
        ({"observed_at": "yesterday"}, {"/observed_at": "invalid"}),
        ({"status": "maybe"}, {"/status": "invalid_choice"}),
    ],
)
def test_what_can_not_be_read_is_a_problem_at_its_field(ward, system, fields, expected):
    response = system.post("observations", creatinine(ward, **fields))

    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"
    assert pointers(response) == expected
    assert not Observation.unscoped.exists()


def test_a_stranger_writes_nothing_and_learns_nothing(ward: Ward):
    outsider = Caller(ward.elsewhere)

    foreign = outsider.post("observations", creatinine(ward))
    missing = outsider.post("observations", creatinine(ward, patient=str(uuid4())))

    assert foreign.status_code == 404
    assert foreign.json() == missing.json()


def test_a_reviewer_may_not_write(ward: Ward):
    response = Caller(person_at(ward.organisation, Role.REVIEWER)).post(
        "observations", creatinine(ward)
    )

    assert (response.status_code, response.json()["code"]) == (403, "not_permitted")


def test_bulk_again_writes_nothing_twice(ward: Ward, system: Caller):
    sent = {
        "source": "lab",
        "observations": [
            creatinine(ward, source_identifier="a"),
            creatinine(ward, source_identifier="b", value=1.3),
        ],
    }

    first, second = system.post("observations/bulk", sent), system.post("observations/bulk", sent)

    assert (first.status_code, first.json()["created"]) == (200, 2)
    assert (second.json()["unchanged"], second.json()["created"]) == (2, 0)
    assert [one["id"] for one in first.json()["observations"]] == [
        one["id"] for one in second.json()["observations"]
    ]
    assert Observation.unscoped.count() == 2


def test_bulk_points_at_each_bad_item_and_writes_none(ward: Ward, system: Caller):
    sent = {
        "source": "lab",
        "observations": [
            creatinine(ward, source_identifier="a"),
            creatinine(ward, source_identifier="b", unit=""),
        ],
    }
    response = system.post("observations/bulk", sent)

    assert response.status_code == 400
    assert pointers(response) == {"/observations/1/unit": "unit_missing"}
    assert not Observation.unscoped.exists()


def test_a_value_is_corrected_and_withdrawn(ward: Ward, system: Caller, observed):
    row = observed("2160-0", 11.0, "mg/dL", days=2)

    corrected = system.post(
        f"observations/{row.pk}/correct", {"value": 1.1, "unit": "mg/dL", "reason": "slip"}
    ).json()
    assert (corrected["value"], corrected["replaces"]) == (1.1, str(row.pk))

    withdrawn = system.post(f"observations/{corrected['id']}/withdraw", {"reason": "other tube"})
    assert withdrawn.json()["status"] == "entered-in-error"
    assert system.get(f"observations/{row.pk}").json()["value"] == 11.0
    assert AuditEvent.objects.filter(act="observation.read").count() == 1


def test_the_dictionary_is_published(system: Caller):
    body = system.get("codes?page_size=100").json()

    glucose = next(code for code in body["results"] if code["code"] == "14995-5")
    assert glucose["units"] == ["mmol/L", "mg/dL"]
    assert body["count"] == len(body["results"])


@pytest.mark.parametrize("path", ["patients", "patients/search", "observations", "codes"])
def test_nobody_without_a_token(db, client, path: str):
    assert client.post(f"/api/v1/{path}").status_code == 401


def test_the_number_of_queries_of_the_list_does_not_grow(
    ward: Ward, system: Caller, django_assert_max_num_queries
):
    for _ in range(20):
        PatientIdentifierFactory(patient=patient_of(ward.doctor, team=ward.team))

    with django_assert_max_num_queries(9):
        assert system.get("patients").json()["count"] == 21


@pytest.mark.parametrize("odd", ["\ud800", "\x00", 10**400, [], {}, None, "NaN", "王" * 5000])
@pytest.mark.parametrize("name", ["status", "value", "code", "patient", "observed_at"])
def test_whatever_is_sent_is_answered(ward: Ward, system: Caller, name: str, odd: Any):
    response = system.post("observations", json.dumps(creatinine(ward, **{name: odd})))

    assert response.status_code in (400, 404)
