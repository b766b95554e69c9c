"""A patient's risk over time by REST: shape, who may ask, and what adds up."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.test import Client

from accounts.models import Scope
from diagnosis.records.models import Observation
from tests.api.client import Caller
from tests.api.test_answers import complaints
from tests.factories import bearer_of, clinician_at
from tests.runnable import Ward, ward

pytestmark = pytest.mark.django_db
POPULATION = ("population-understood",)
ROUTE = "patients/{patient}/services/{slug}/trend"


@pytest.fixture
def sugar(db) -> Ward:
    return ward("diabetes-onset")


@pytest.fixture
def two(sugar):
    before = sugar.run(confirmations=POPULATION)
    Observation.unscoped.filter(patient=sugar.patient, code="1518-0").update(value_number=185)
    return before, sugar.run()


def address(sugar: Ward, **asked) -> str:
    query = "&".join(f"{name}={value}" for name, value in asked.items())
    return f"patients/{sugar.patient.pk}/services/diabetes-onset/trend" + (query and f"?{query}")


def test_results_and_the_change_between_the_last_two_in_the_published_shape(sugar, two):
    answer = Caller(sugar.doctor).get(address(sugar))
    body = answer.json()

    assert not complaints(answer, ROUTE)
    assert [one["id"] for one in body["results"]] == [str(one.pk) for one in two]
    change = body["change"]
    assert (change["method"], change["reason"]) == ("exact", None)
    moved = change["of_version"] + sum(part["contribution"] for part in change["contributions"])
    first, last = (one["probability"] for one in body["results"])
    assert first + moved == pytest.approx(last, abs=1e-5)
    glucose = next(p for p in change["contributions"] if p["feature"] == "glucose_2h")
    assert (glucose["before"]["converted"], glucose["now"]["converted"]) == (151.0, 185.0)


def test_two_are_chosen_by_their_ids(sugar, two):
    third = sugar.run()

    body = Caller(sugar.doctor).get(address(sugar, earlier=third.pk, later=two[0].pk)).json()

    assert body["change"]["earlier"] == str(two[0].pk)
    assert body["change"]["later"] == str(third.pk)


def test_one_result_has_no_change(sugar):
    sugar.run(confirmations=POPULATION)

    answer = Caller(sugar.doctor).get(address(sugar))

    assert not complaints(answer, ROUTE)
    assert answer.json()["change"] is None


def test_a_foreign_and_a_missing_patient_or_result_look_the_same(sugar, two):
    stranger = Caller(clinician_at(sugar.organisation))
    foreign = stranger.get(address(sugar))
    missing = stranger.get(f"patients/{uuid4()}/services/diabetes-onset/trend")
    assert (foreign.status_code, foreign.json()) == (missing.status_code, missing.json())
    assert foreign.status_code == 404

    unknown = Caller(sugar.doctor).get(address(sugar, earlier=uuid4()))
    assert unknown.status_code == 404


def test_the_change_is_read_with_the_scope_of_explanations(sugar, two):
    headers = bearer_of(sugar.doctor, Scope.READ)

    body = Client().get(f"/api/v1/{address(sugar)}", headers=headers).json()

    assert len(body["results"]) == 2
    assert body["change"] is None


def test_an_address_that_asks_nonsense_is_told_where(sugar, two):
    answer = Caller(sugar.doctor).get(address(sugar, earlier="nobody"))

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["parameter"] == "earlier"
