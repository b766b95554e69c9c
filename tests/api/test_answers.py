"""What the schema promises is what comes: real answers against the published description."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pytest
from drf_spectacular.generators import SchemaGenerator
from jsonschema import Draft202012Validator

from tests.api.client import Caller
from tests.factories import ObservationFactory, OutcomeFactory
from tests.runnable import Ward, ward

pytestmark = pytest.mark.django_db
WRITTEN = {"event": True, "occurred_on": "2024-05-06", "source": "registry"}


@cache
def description() -> dict[str, Any]:
    found: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
    return json.loads(json.dumps(found, default=str))


def complaints(answer, address: str, method: str = "get") -> list[str]:
    """Where an answer is not what the description says, or says more than it does."""
    whole = description()
    promised = whole["paths"][f"/api/v1/{address}"][method]["responses"][str(answer.status_code)]
    schema = promised["content"]["application/json"]["schema"] | {"components": whole["components"]}
    found = Draft202012Validator(schema).iter_errors(answer.json())
    return [f"{error.json_path}: {error.message[:200]}" for error in found]


@pytest.fixture
def heart(db) -> Ward:
    return ward()


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_services(heart, language):
    caller = Caller(heart.doctor, language)
    heart.run()
    ObservationFactory(patient=heart.patient, value_number=170.0)

    assert not complaints(caller.get("services"), "services")
    assert not complaints(caller.get("services/coronary-disease"), "services/{slug}")
    fits = caller.get(f"patients/{heart.patient.pk}/services")
    assert not complaints(fits, "patients/{patient}/services")
    assert fits.json()["results"][0]["newer_data"]


def test_predictions_in_every_state(heart):
    caller = Caller(heart.doctor)
    done = heart.run()
    refused = heart.run(inputs={"cholesterol": 720})
    queued = heart.ask()

    for prediction in (done, refused, queued):
        answer = caller.get(f"predictions/{prediction.pk}")
        assert not complaints(answer, "predictions/{prediction}")
    assert not complaints(caller.get("predictions"), "predictions")
    cancelled = caller.post(f"predictions/{queued.pk}/cancel")
    assert not complaints(cancelled, "predictions/{prediction}/cancel", "post")


def test_a_new_prediction_a_decision_and_an_outcome(heart):
    caller = Caller(heart.doctor)
    created = caller.post(
        "services/coronary-disease/predictions", {"patient": str(heart.patient.pk)}
    )
    assert not complaints(created, "services/{slug}/predictions", "post")

    done = heart.run()
    wanted = {"assessment": "too-high", "reason": "other", "action": "other", "action_text": "x"}
    decided = caller.post(f"predictions/{done.pk}/decisions", wanted)
    assert not complaints(decided, "predictions/{prediction}/decisions", "post")
    happened = caller.post(f"predictions/{done.pk}/outcomes", WRITTEN)
    assert not complaints(happened, "predictions/{prediction}/outcomes", "post")


def test_a_missing_input_filled_in():
    sugar = ward("diabetes-onset")
    done = sugar.run(confirmations=("population-understood",))

    answer = Caller(sugar.doctor).get(f"predictions/{done.pk}")

    assert not complaints(answer, "predictions/{prediction}")
    assert answer.json()["result"]["filled"]


def test_a_service_that_does_not_fit_and_one_that_asks():
    sugar = ward("diabetes-onset")
    caller = Caller(sugar.doctor)
    address = f"patients/{sugar.patient.pk}/services"
    asks = caller.get(address)
    OutcomeFactory(service=sugar.service, patient=sugar.patient)
    no_more = caller.get(address)

    for answer in (asks, no_more):
        assert not complaints(answer, "patients/{patient}/services")
    assert asks.json()["results"][0]["questions"]
    assert no_more.json()["results"][0]["reasons"]


def test_the_check_itself_can_fail(heart):
    answer = Caller(heart.doctor).get("services")
    broken = {**answer.json(), "count": "many"}
    answer.json = lambda: broken

    assert complaints(answer, "services")
