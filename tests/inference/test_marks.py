"""Cancelled, put aside, handed over, marked as of the wrong patient."""

from __future__ import annotations

import pytest

from accounts.models import AuditEvent
from diagnosis.inference.actions import (
    cancel_prediction,
    dismiss_refusal,
    hand_over,
    mark_wrong_patient,
)
from diagnosis.inference.models import Prediction
from medportal.common.errors import DomainError
from tests.factories import (
    ModelVersionFactory,
    OrganisationFactory,
    PredictionFactory,
    ServiceFactory,
    clinician_at,
    nurse_at,
    patient_of,
    team_of,
)

pytestmark = pytest.mark.django_db
REFUSAL = {"code": "age", "message": {}, "features": [], "cure": None}


@pytest.fixture
def doctor(db):
    return clinician_at(OrganisationFactory())


def run_of(doctor, state="done", **fields):
    version = ModelVersionFactory(service=ServiceFactory(organisation=doctor.organisation))
    made = {"patient": patient_of(doctor), "requested_by": doctor, **fields}
    if state == "refused":
        made["refusal"] = REFUSAL
    return PredictionFactory(version=version, state=state, **made)


def refused(act, **arguments) -> DomainError:
    with pytest.raises(DomainError) as caught:
        act(**arguments)
    return caught.value


def test_what_no_worker_has_begun_is_taken_back(doctor):
    prediction = run_of(doctor, "queued")

    cancelled = cancel_prediction(actor=doctor, prediction=prediction)

    assert cancelled.state == "cancelled"
    assert Prediction.unscoped.claim(prediction.pk) is None
    assert AuditEvent.objects.get(act="prediction.cancel").patients == [prediction.patient_id]


@pytest.mark.parametrize("state", ["running", "done", "refused", "failed", "cancelled"])
def test_what_has_begun_is_not(doctor, state):
    error = refused(cancel_prediction, actor=doctor, prediction=run_of(doctor, state))

    assert (error.code, error.status) == ("prediction_state", 409)


@pytest.mark.parametrize("state", ["done", "refused", "failed"])
def test_one_click_says_that_it_was_the_wrong_patient(doctor, state):
    prediction = mark_wrong_patient(actor=doctor, prediction=run_of(doctor, state))

    assert prediction.state == "entered-in-error"
    assert prediction.entered_in_error_by == doctor
    assert not Prediction.unscoped.countable().exists()


def test_a_run_under_way_cannot_be_of_the_wrong_patient_yet(doctor):
    error = refused(mark_wrong_patient, actor=doctor, prediction=run_of(doctor, "running"))

    assert error.status == 409


def test_a_result_is_handed_to_a_colleague_who_looks_after_the_patient(doctor):
    colleague = clinician_at(doctor.organisation)
    prediction = run_of(doctor, patient=patient_of(doctor, colleague))

    assert hand_over(actor=doctor, prediction=prediction, to=colleague).owner == colleague


def test_nobody_else_can_take_it_over(doctor):
    prediction = run_of(doctor)
    stranger, nurse = clinician_at(doctor.organisation), nurse_at(doctor.organisation)
    team = team_of(nurse)

    for person in (stranger, nurse):
        error = refused(hand_over, actor=doctor, prediction=prediction, to=person)
        assert error.code == "cannot_take_over"
    assert team


def test_a_refusal_that_needs_no_cure_is_put_aside_once(doctor):
    prediction = run_of(doctor, "refused")

    first = dismiss_refusal(actor=doctor, prediction=prediction).dismissed_at
    second = dismiss_refusal(actor=doctor, prediction=prediction).dismissed_at

    assert first == second is not None


def test_a_result_is_decided_on_and_not_put_aside(doctor):
    assert refused(dismiss_refusal, actor=doctor, prediction=run_of(doctor)).status == 409


ACTS = [
    (cancel_prediction, "queued"),
    (mark_wrong_patient, "done"),
    (dismiss_refusal, "refused"),
]


@pytest.mark.parametrize(("act", "state"), ACTS)
def test_what_belongs_to_others_does_not_exist(doctor, act, state):
    outsider = clinician_at(doctor.organisation)

    error = refused(act, actor=outsider, prediction=run_of(doctor, state))

    assert (error.code, error.status) == ("prediction_not_found", 404)


@pytest.mark.parametrize(("act", "state"), ACTS)
def test_a_nurse_of_the_team_changes_nothing(doctor, act, state):
    nurse = nurse_at(doctor.organisation)
    prediction = run_of(doctor, state, patient=patient_of(doctor, nurse))

    error = refused(act, actor=nurse, prediction=prediction)

    assert (error.code, error.status) == ("role_missing", 403)
