"""Asking for a prediction: what is queued, what leaves no row, who may ask."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts.models import AuditEvent
from diagnosis.inference.actions import PredictionRequest, request_prediction, run_again
from diagnosis.inference.models import Prediction
from diagnosis.records.models import Observation
from diagnosis.registry import actions as registry
from medportal.common.errors import DomainError
from tests.factories import (
    ObservationFactory,
    clinician_at,
    data_scientist_at,
    nurse_at,
    patient_of,
    person_at,
    reviewer_at,
)
from tests.runnable import Ward, ward

pytestmark = pytest.mark.django_db


@pytest.fixture
def heart(db) -> Ward:
    return ward()


def refused(here: Ward, **asked) -> DomainError:
    with pytest.raises(DomainError) as caught:
        here.ask(**asked)
    return caught.value


def test_a_request_is_one_row_with_its_inputs_and_one_event(heart):
    prediction = heart.ask()

    cholesterol = prediction.inputs["cholesterol"]
    assert (prediction.state, prediction.origin) == ("queued", "portal")
    assert (cholesterol["value"], cholesterol["unit"]) == (240.0, "mg/dL")
    assert cholesterol["source"] == "chart"
    assert cholesterol["observed_at"]
    event = AuditEvent.objects.get(act="prediction.request")
    assert event.patients == [heart.patient.pk]


def test_what_cannot_be_read_leaves_no_row(heart):
    error = refused(heart, inputs={"systolic_bp": float("nan"), "resting_ecg": "odd"})

    assert {p.pointer for p in error.pointers} == {"/inputs/systolic_bp", "/inputs/resting_ecg"}
    assert not Prediction.unscoped.exists()


def test_what_was_given_wins_over_the_chart(heart):
    inputs = heart.ask(inputs={"systolic_bp": {"value": 20, "unit": "kPa"}}).inputs

    assert inputs["systolic_bp"]["source"] == "given"
    assert inputs["systolic_bp"]["converted"] == pytest.approx(150.0, abs=0.1)


def test_what_the_form_sends_back_unchanged_stays_the_chart_s(heart):
    inputs = heart.ask(inputs={"systolic_bp": 132, "chest_pain": "atypical-angina"}).inputs

    assert inputs["systolic_bp"]["source"] == "chart"
    assert inputs["chest_pain"]["source"] == "chart"


def test_nobody_makes_the_patient_younger(heart):
    error = refused(heart, inputs={"age": 30}, origin="what_if")

    assert [(p.pointer, p.code) for p in error.pointers] == [("/inputs/age", "fixed")]


def test_an_input_left_out_on_purpose_is_missing_although_the_chart_has_it(heart):
    assert heart.ask(inputs={"cholesterol": None}).inputs["cholesterol"]["status"] == "missing"


def test_a_stale_value_is_used_only_where_that_was_asked_for(heart):
    old = timezone.now() - timedelta(days=200)
    Observation.unscoped.filter(patient=heart.patient, code="8480-6").update(observed_at=old)

    left = heart.ask().inputs["systolic_bp"]
    used = heart.ask(include_stale=("systolic_bp",)).inputs["systolic_bp"]

    assert (left["status"], left["value"], left["converted"]) == ("stale", 132.0, None)
    assert (used["status"], used["converted"]) == ("stale", 132.0)


def test_an_answer_on_the_form_is_stored_so_that_nobody_asks_twice(heart):
    Observation.unscoped.filter(patient=heart.patient, code="chest-pain-type").delete()

    first = heart.ask(inputs={"chest_pain": "typical-angina"}, store_answers=True)
    second = heart.ask()

    row = Observation.unscoped.get(patient=heart.patient, code="chest-pain-type")
    assert (row.value_code, row.recorded_by) == ("typical-angina", heart.doctor)
    assert first.inputs["chest_pain"]["observation"] == str(row.pk)
    assert second.inputs["chest_pain"]["converted"] == 1.0


def test_changed_inputs_are_never_stored_in_the_chart(heart):
    heart.ask(inputs={"systolic_bp": 180}, origin="what_if", store_answers=True)

    newest = Observation.unscoped.filter(patient=heart.patient, code="8480-6").get()
    assert newest.value_number == 132.0


def test_the_newest_of_mass_and_molar_counts(heart):
    ObservationFactory(
        patient=heart.patient, code="14647-2", value_number=7.0, unit="mmol/L",
        observed_at=timezone.now() - timedelta(hours=1),
    )  # fmt: skip

    entry = heart.ask().inputs["cholesterol"]

    assert (entry["value"], entry["unit"]) == (7.0, "mmol/L")
    assert entry["converted"] == pytest.approx(270.7, abs=0.1)


def test_the_same_key_and_request_return_the_first(heart):
    first = heart.ask(idempotency_key="abc")

    assert heart.ask(idempotency_key="abc").pk == first.pk
    assert Prediction.unscoped.count() == 1
    assert AuditEvent.objects.filter(act="prediction.request").count() == 1


def test_the_same_key_for_another_request_is_a_mistake(heart):
    heart.ask(idempotency_key="abc")

    error = refused(heart, idempotency_key="abc", inputs={"systolic_bp": 150})

    assert (error.code, error.status) == ("idempotency_key_reused", 422)


def test_a_key_belongs_to_its_owner(heart):
    heart.ask(idempotency_key="abc")
    colleague = clinician_at(heart.organisation)
    theirs = patient_of(colleague)

    other = request_prediction(
        actor=colleague,
        request=heart.request(patient=theirs.pk, idempotency_key="abc"),
    )

    assert other.patient == theirs


def test_a_patient_of_others_does_not_exist(heart):
    stranger = clinician_at(heart.organisation)
    errors = []
    for patient in (heart.patient.pk, uuid4(), "nonsense"):
        with pytest.raises(DomainError) as caught:
            request_prediction(actor=stranger, request=heart.request(patient=patient))
        errors.append((caught.value.code, caught.value.status, str(caught.value.message)))

    assert len(set(errors)) == 1
    assert errors[0][1] == 404


@pytest.mark.parametrize("make", [nurse_at, reviewer_at, data_scientist_at])
def test_only_clinicians_and_service_clients_run(heart, make):
    with pytest.raises(DomainError) as caught:
        request_prediction(actor=make(heart.organisation), request=heart.request())

    assert (caught.value.code, caught.value.status) == ("role_missing", 403)


def test_a_service_client_of_the_care_team_runs(heart):
    client = person_at(heart.organisation, "service-client")
    theirs = patient_of(client)

    prediction = request_prediction(
        actor=client, request=heart.request(patient=theirs.pk, origin="api")
    )

    assert prediction.owner is None


def test_a_service_of_another_hospital_does_not_exist(heart):
    elsewhere = ward("diabetes-onset")

    error = refused(heart, service=elsewhere.service.slug)

    assert (error.code, error.status) == ("service_not_found", 404)


def test_a_stopped_service_takes_no_more_requests(heart):
    reviewer = reviewer_at(heart.organisation)
    registry.stop_version(actor=reviewer, version=heart.version, reason="Look at it.")

    assert (refused(heart).code, refused(heart).status) == ("service_stopped", 409)


def test_words_that_nobody_knows_are_refused_at_their_place(heart):
    error = refused(
        heart, confirmations=("age", "sure"), include_stale=("shoes",), own_estimate=1.5
    )

    assert [p.pointer for p in error.pointers] == [
        "/confirmations/1", "/include_stale/0", "/own_estimate",
    ]  # fmt: skip


def test_a_run_without_a_patient_is_its_owner_s_alone(heart):
    inputs = {"age": 55, "sex": "male"}
    prediction = heart.ask(patient=None, inputs=inputs)
    colleague = clinician_at(heart.organisation)

    assert prediction.patient is None
    assert Prediction.objects.visible_to(heart.doctor).filter(pk=prediction.pk).exists()
    assert not Prediction.objects.visible_to(colleague).filter(pk=prediction.pk).exists()


def test_again_asks_the_chart_anew_and_keeps_what_was_given_by_hand(heart):
    first = heart.ask(inputs={"st_depression": 2.5})
    ObservationFactory(patient=heart.patient, value_number=170.0, observed_at=timezone.now())

    second = run_again(actor=heart.doctor, prediction=first)

    assert second.run_again_of == first
    assert second.inputs["systolic_bp"]["value"] == 170.0
    assert second.inputs["st_depression"]["value"] == 2.5


def test_again_prefers_what_the_chart_has_heard_since(heart):
    first = heart.ask(inputs={"st_depression": 2.5})
    ObservationFactory(
        patient=heart.patient, system="urn:medportal:codes", code="st-depression",
        value_number=0.5, unit="mm", observed_at=timezone.now(),
    )  # fmt: skip

    second = run_again(actor=heart.doctor, prediction=first)

    assert second.inputs["st_depression"]["value"] == 0.5


def test_a_stranger_does_not_run_again_what_is_not_theirs(heart):
    first = heart.ask()

    with pytest.raises(DomainError) as caught:
        run_again(actor=clinician_at(heart.organisation), prediction=first)

    assert (caught.value.code, caught.value.status) == ("prediction_not_found", 404)


def test_the_digest_of_a_request_does_not_depend_on_the_order_of_what_was_sent():
    one = PredictionRequest("s", inputs={"a": 1, "b": 2}, confirmations=("x", "y"))
    other = PredictionRequest("s", inputs={"b": 2, "a": 1}, confirmations=("y", "x"))

    assert one.digest == other.digest
    assert one.digest != PredictionRequest("s", inputs={"a": 1, "b": 3}).digest
