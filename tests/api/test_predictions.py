"""Predictions over REST: 202 and Location, Prefer: wait, idempotency, problems with pointers."""

from __future__ import annotations

from uuid import uuid4

import pytest

from accounts.models import AuditEvent
from diagnosis.inference.models import Prediction
from tests.api.client import Caller
from tests.factories import patient_of, person_at
from tests.runnable import DIABETES, Ward, eventually, quiet, settled, ward

RUN = "services/coronary-disease/predictions"


@pytest.fixture
def heart(db) -> Ward:
    return ward()


@pytest.fixture
def live(worker):
    """A ward whose runs a live worker computes."""
    yield ward()
    eventually(quiet, 60)


def body_of(here: Ward, **more):
    return {"patient": str(here.patient.pk), **more}


def test_a_request_is_accepted_and_says_where_its_answer_will_be(heart):
    answer = Caller(heart.doctor).post(RUN, body_of(heart))

    shape = answer.json()
    assert answer.status_code == 202
    assert answer["Location"] == f"/api/v1/predictions/{shape['id']}" == shape["links"]["self"]
    assert (shape["state"], shape["origin"], shape["result"]) == ("queued", "api", None)
    assert shape["inputs"]["cholesterol"]["value"] == 240.0
    assert shape["inputs"]["cholesterol"]["unit"] == "mg/dL"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("slash", ["", "/"])
def test_whoever_prefers_to_wait_gets_the_result(live, slash):
    answer = Caller(live.doctor).post(RUN + slash, body_of(live), Prefer="wait=10")

    shape = answer.json()
    assert answer.status_code == 200
    assert answer["Preference-Applied"] == "wait=10"
    assert shape["state"] == "done"
    low, high = shape["result"]["interval"]
    assert 0 < low <= shape["result"]["probability"] <= high < 1
    assert shape["result"]["band"]["label"]
    assert shape["result"]["band"]["action"] == "Request coronary CT"
    assert shape["result"]["kind"] == "binary"


@pytest.mark.django_db(transaction=True)
def test_the_explanation_follows_and_adds_up(live):
    caller = Caller(live.doctor)
    first = caller.post(RUN, body_of(live), Prefer="wait=10").json()
    address = first["links"]["self"].removeprefix("/api/v1/")

    shape = eventually(
        lambda: (s := caller.get(address).json())["explanation"]["state"] == "done" and s
    )

    explanation = shape["explanation"]
    total = explanation["base_value"] + sum(
        entry["contribution"] for entry in explanation["attributions"]
    )
    assert total == pytest.approx(shape["result"]["probability"], abs=1e-4)
    assert (explanation["method"], explanation["scale"]) == ("exact", "probability")
    assert explanation["background"]["rows"] == 100
    assert all(abs(pair["effect"]) >= 0.01 for pair in explanation["interactions"])
    assert explanation["attributions"][0]["label"] == "Age"
    assert shape["inputs"]["systolic_bp"]["source"] == "chart"


@pytest.mark.django_db(transaction=True)
def test_the_reader_s_language_decides(live):
    settled(live.ask())

    (line,) = Caller(live.doctor, "zh-hans").get("predictions").json()["results"]
    shape = Caller(live.doctor, "zh-hans").get(f"predictions/{line['id']}").json()

    assert shape["result"]["band"]["label"] == "中等"


@pytest.mark.django_db(transaction=True)
def test_inputs_without_a_patient_are_scored(worker):
    here = ward("diabetes-onset")
    inputs = {n: {"value": v, "unit": u} for n, (_s, _c, v, u) in DIABETES.items()}
    caller = Caller(here.doctor)

    answer = caller.post(
        "services/diabetes-onset/predictions", {"inputs": {**inputs, "age": 45}}, Prefer="wait=10"
    )
    eventually(quiet, 60)

    shape = answer.json()
    assert (answer.status_code, shape["patient"], shape["state"]) == (200, None, "done")
    assert shape["result"]["imputed"] == ["insulin_2h", "skinfold"]


@pytest.mark.django_db(transaction=True)
def test_a_refusal_is_an_answer_with_its_cure(worker):
    here = ward("diabetes-onset")

    shape = Caller(here.doctor).post(
        "services/diabetes-onset/predictions", body_of(here), Prefer="respond-async, wait=10"
    ).json()  # fmt: skip

    assert (shape["state"], shape["result"]) == ("refused", None)
    assert shape["refusal"]["code"] == "confirmation_needed"
    assert shape["refusal"]["cure"]
    assert shape["refusal"]["features"] == []
    assert shape["refusal"]["confirmation"] == "population-understood"


def pointers_of(answer) -> dict[str, str]:
    assert answer.status_code == 400, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    return {error["pointer"]: error["code"] for error in answer.json()["errors"]}


@pytest.mark.django_db(transaction=True)  # the view commits by itself
@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        ('{"systolic_bp": NaN}', {"/inputs/systolic_bp": "infinite"}),
        ('{"systolic_bp": -Infinity}', {"/inputs/systolic_bp": "infinite"}),
        ('{"systolic_bp": {"value": 1e999}}', {"/inputs/systolic_bp": "infinite"}),
        ('{"systolic_bp": {"value": 120, "unit": "psi"}}', {"/inputs/systolic_bp": "unknown_unit"}),
        ('{"systolic_bp": 9000}', {"/inputs/systolic_bp": "out_of_bounds"}),
        ('{"shoe_size": 42}', {"/inputs/shoe_size": "unknown_feature"}),
        ('{"chest_pain": "stabbing"}', {"/inputs/chest_pain": "unseen_category"}),
        (
            '{"chest_pain": [], "systolic_bp": {}, "cholesterol": "much"}',
            {"/inputs/chest_pain": "unseen_category", "/inputs/cholesterol": "not_a_number"},
        ),
    ],
)
def test_what_cannot_be_read_is_a_problem_at_its_field_and_leaves_no_row(heart, inputs, expected):
    text = f'{{"patient": "{heart.patient.pk}", "inputs": {inputs}}}'

    assert pointers_of(Caller(heart.doctor).post(RUN, text)) == expected
    assert not Prediction.unscoped.exists()


@pytest.mark.django_db(transaction=True)  # the view commits by itself
@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, ""),
        ({"patient": None}, ""),
        ({"inputs": [1]}, "/inputs"),
        ({"input": {"age": 50}, "patient": "x"}, "/input"),
        ({"patient": "x", "confirmations": "yes"}, "/confirmations"),
        ({"patient": {"id": 1}}, "/patient"),
    ],
)
def test_a_body_of_another_shape_is_a_problem(heart, body, pointer):
    assert pointer in pointers_of(Caller(heart.doctor).post(RUN, body))


@pytest.mark.django_db(transaction=True)  # the view commits by itself
@pytest.mark.parametrize("text", ["", "[]", "nonsense", '{"patient": '])
def test_what_is_no_object_at_all_is_a_problem(heart, text):
    answer = Caller(heart.doctor).post(RUN, text or " ")

    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.django_db(transaction=True)  # the view commits by itself
def test_a_repeat_with_the_same_key_returns_the_first(live):
    caller = Caller(live.doctor)
    first = caller.post(RUN, body_of(live), Idempotency_Key="k1")
    second = caller.post(RUN, body_of(live), Idempotency_Key="k1")
    other = caller.post(RUN, body_of(live, inputs={"systolic_bp": 150}), Idempotency_Key="k1")

    assert first.json()["id"] == second.json()["id"]
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert Prediction.unscoped.count() == 1


def test_a_what_if_stays_one(heart):
    body = body_of(heart, inputs={"systolic_bp": 180}, what_if=True)

    assert Caller(heart.doctor).post(RUN, body).json()["origin"] == "what_if"


def test_the_list_shows_what_the_caller_may_see_in_the_common_shape(heart):
    done = [heart.run() for _ in range(3)]
    answer = Caller(heart.doctor).get("predictions", page_size=2).json()

    assert set(answer) == {"count", "next", "previous", "results"}
    assert (answer["count"], len(answer["results"])) == (3, 2)
    assert answer["results"][0]["id"] == str(done[-1].pk)
    event = AuditEvent.objects.get(act="prediction.list")
    assert event.patients == [heart.patient.pk]


def test_the_list_is_narrowed_by_opaque_ids(heart):
    heart.run()
    caller = Caller(heart.doctor)

    assert caller.get("predictions", patient=str(heart.patient.pk)).json()["count"] == 1
    assert caller.get("predictions", patient=str(uuid4())).json()["count"] == 0
    assert caller.get("predictions", state="failed").json()["count"] == 0
    assert caller.get("predictions", service="coronary-disease").json()["count"] == 1


def test_a_number_has_six_decimals_and_no_more(heart):
    shape = Caller(heart.doctor).get(f"predictions/{heart.run().pk}").json()

    assert shape["result"]["probability"] == round(shape["result"]["probability"], 6)
    for entry in shape["explanation"]["attributions"]:
        assert entry["contribution"] == round(entry["contribution"], 6)


def test_cancel_decide_and_wrong_patient(heart):
    caller = Caller(heart.doctor)
    queued, done = heart.ask(), heart.run()
    decision = {"assessment": "about-right", "action": done.result["band"]["action_code"]}

    cancelled = caller.post(f"predictions/{queued.pk}/cancel")
    too_late = caller.post(f"predictions/{queued.pk}/cancel")
    decided = caller.post(f"predictions/{done.pk}/decisions", decision)
    incomplete = caller.post(
        f"predictions/{done.pk}/decisions", {**decision, "assessment": "too-high"}
    )
    wrong = caller.post(f"predictions/{done.pk}/wrong-patient")

    assert cancelled.json()["state"] == "cancelled"
    assert (too_late.status_code, too_late.json()["code"]) == (409, "prediction_state")
    assert (decided.status_code, decided.json()["is_override"]) == (201, False)
    assert pointers_of(incomplete) == {"/reason": "required"}
    assert (wrong.json()["state"], wrong.json()["result"]) == ("entered-in-error", None)


def test_outcomes_come_in_by_patient_or_by_prediction(heart):
    caller = Caller(person_at(heart.organisation, "service-client"))
    client_patient = patient_of(heart.doctor)
    happened = {"event": True, "occurred_on": "2024-05-06", "source": "registry"}

    by_prediction = Caller(heart.doctor).post(f"predictions/{heart.run().pk}/outcomes", happened)
    by_patient = Caller(heart.doctor).post(
        "outcomes",
        {"service": "coronary-disease", "patient": str(client_patient.pk), **happened},
    )
    foreign = caller.post(
        "outcomes",
        {"service": "coronary-disease", "patient": str(client_patient.pk), **happened},
    )

    assert (by_prediction.status_code, by_patient.status_code) == (201, 201)
    assert by_patient.json()["event"] is True
    assert foreign.status_code == 404


def test_one_user_scores_a_hundred_patients_in_a_row(heart):
    caller = Caller(heart.doctor)

    codes = {caller.post(RUN, body_of(heart)).status_code for _ in range(100)}

    assert codes == {202}


def test_reading_leaves_one_event(heart):
    done = heart.run()
    Caller(heart.doctor).get(f"predictions/{done.pk}")

    event = AuditEvent.objects.get(act="prediction.read")
    assert (event.patients, event.channel) == ([heart.patient.pk], "api")


@pytest.mark.django_db(transaction=True)  # the view commits by itself
def test_a_body_that_names_the_server_s_fields_changes_none_of_them(heart):
    answer = Caller(heart.doctor).post(RUN, body_of(heart, state="done", probability=0.01))

    assert set(pointers_of(answer)) == {"/state", "/probability"}
