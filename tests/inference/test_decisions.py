"""What the clinician made of a result: complete, amended, never overwritten."""

from __future__ import annotations

import pytest

from accounts.models import AuditEvent
from diagnosis.inference.actions import DecisionInput, OutcomeInput, record_decision, record_outcome
from diagnosis.inference.lists.worklist import OTHER, UNSETTLED, worklist_for
from diagnosis.inference.models import Decision, Outcome
from diagnosis.records.models import Patient
from medportal.common.errors import DomainError
from tests.factories import (
    CareAssignmentFactory,
    ModelVersionFactory,
    OrganisationFactory,
    OutcomeFactory,
    OwnEstimateFactory,
    PredictionFactory,
    ServiceFactory,
    clinician_at,
    nurse_at,
    patient_of,
    reviewer_at,
    team_of,
)

pytestmark = pytest.mark.django_db
BAND = {"code": "intermediate", "action_code": "coronary-ct", "label": {}, "action": {}}
USUAL = DecisionInput(assessment="about-right", action="coronary-ct")


@pytest.fixture
def doctor(db):
    return clinician_at(OrganisationFactory())


def result_of(doctor, **fields):
    """A finished run in the band whose usual action is a coronary CT."""
    version = ModelVersionFactory(service=ServiceFactory(organisation=doctor.organisation))
    result = {"kind": "binary", "probability": 0.3, "band": BAND, "imputed": []}
    made = {"patient": patient_of(doctor), "requested_by": doctor, "result": result, **fields}
    return PredictionFactory(version=version, band="intermediate", **made)


def decide(doctor, prediction, **given):
    wanted = DecisionInput(**{"assessment": "about-right", "action": "coronary-ct", **given})
    return record_decision(actor=doctor, prediction=prediction, decision=wanted)


def complaints(doctor, prediction, **given) -> set[str]:
    with pytest.raises(DomainError) as caught:
        decide(doctor, prediction, **given)
    return {pointer.pointer for pointer in caught.value.pointers}


def test_the_usual_action_needs_no_reason(doctor):
    prediction = result_of(doctor)

    decision = decide(doctor, prediction)

    prediction.refresh_from_db()
    assert prediction.decided_at is not None
    assert (decision.usual_action, decision.is_override) == ("coronary-ct", False)
    assert AuditEvent.objects.get(act="decision.record").patients == [prediction.patient_id]


@pytest.mark.parametrize("given", [{"action": "defer"}, {"assessment": "too-high"}])
def test_departing_from_the_result_needs_a_reason(doctor, given):
    prediction = result_of(doctor)

    assert complaints(doctor, prediction, **given) == {"/reason"}
    assert decide(doctor, prediction, reason="patient-wish", **given).reason == "patient-wish"


def test_another_action_is_an_override(doctor):
    assert decide(doctor, result_of(doctor), action="defer", reason="resources").is_override


@pytest.mark.parametrize(
    ("given", "pointer"),
    [
        ({"action": "dance"}, "/action"),
        ({"assessment": ""}, "/assessment"),
        ({"action": "other", "reason": "other"}, "/action_text"),
        ({"reason": "mood"}, "/reason"),
        ({"action": "other", "action_text": "x" * 201, "reason": "other"}, "/action_text"),
    ],
)
def test_what_is_not_complete_is_refused_at_its_field(doctor, given, pointer):
    prediction = result_of(doctor)

    assert pointer in complaints(doctor, prediction, **given)
    assert not Decision.unscoped.exists()


def test_without_bands_no_action_is_usual(doctor):
    prediction = result_of(doctor, result={"kind": "binary", "probability": 0.3, "band": None})

    decision = decide(doctor, prediction, action="defer")

    assert (decision.usual_action, decision.is_override) == ("", False)


def test_a_decision_is_amended_by_a_new_row(doctor):
    prediction = result_of(doctor)
    first = decide(doctor, prediction)

    second = decide(doctor, prediction, action="defer", reason="patient-wish")

    first.refresh_from_db()
    assert (first.action, second.amends) == ("coronary-ct", first)
    assert Decision.unscoped.filter(prediction=prediction).current().get() == second
    assert AuditEvent.objects.filter(act="decision.amend").exists()


def test_the_own_estimate_is_the_one_given_before_the_result(doctor):
    prediction = result_of(doctor)
    OwnEstimateFactory(prediction=prediction, by=doctor, value=0.6)

    assert decide(doctor, prediction).own_estimate == 0.6


def test_a_decision_opens_what_was_sealed_for_this_patient_and_service_alone(doctor):
    prediction = result_of(doctor)
    mine = OutcomeFactory(service=prediction.service, patient=prediction.patient, is_sealed=True)
    other = OutcomeFactory(service=prediction.service, patient=patient_of(doctor), is_sealed=True)

    decide(doctor, prediction)

    mine.refresh_from_db()
    other.refresh_from_db()
    assert (mine.is_sealed, other.is_sealed) == (False, True)


@pytest.mark.parametrize("state", ["queued", "running", "failed", "entered-in-error"])
def test_there_is_nothing_to_decide_without_a_result(doctor, state):
    prediction = result_of(doctor, state=state)

    with pytest.raises(DomainError, match="prediction_not_settled"):
        decide(doctor, prediction)


def test_changed_inputs_are_never_part_of_a_decision(doctor):
    with pytest.raises(DomainError, match="what_if"):
        decide(doctor, result_of(doctor, origin="what_if"))


@pytest.mark.parametrize("make", [nurse_at, reviewer_at])
def test_only_clinicians_decide(doctor, make):
    with pytest.raises(DomainError) as caught:
        decide(make(doctor.organisation), result_of(doctor))

    assert (caught.value.code, caught.value.status) == ("role_missing", 403)


def test_a_result_of_others_does_not_exist(doctor):
    with pytest.raises(DomainError) as caught:
        decide(clinician_at(doctor.organisation), result_of(doctor))

    assert (caught.value.code, caught.value.status) == ("prediction_not_found", 404)


def outcome(patient: Patient, **given) -> OutcomeInput:
    return OutcomeInput(
        **{
            "service": "coronary-disease",
            "patient": patient.pk,
            "event": True,
            "occurred_on": patient.birth_date.replace(year=2020),
            "source": "angiography",
            **given,
        }
    )


@pytest.fixture
def patient(doctor):
    ServiceFactory(organisation=doctor.organisation)
    return patient_of(doctor)


def test_an_outcome_is_recorded_once_a_day(doctor, patient):
    row = record_outcome(actor=doctor, outcome=outcome(patient))

    with pytest.raises(DomainError) as caught:
        record_outcome(actor=doctor, outcome=outcome(patient, event=False))

    assert (row.event, caught.value.status) == (True, 409)
    assert AuditEvent.objects.get(act="outcome.record").patients == [patient.pk]


@pytest.mark.parametrize(
    ("given", "pointer"),
    [
        ({"source": " "}, "/source"),
        ({"year": 1900}, "/occurred_on"),
        ({"year": 2999}, "/occurred_on"),
    ],
)
def test_an_outcome_that_cannot_be_is_refused(doctor, patient, given, pointer):
    year = given.pop("year", None)
    if year:
        given["occurred_on"] = patient.birth_date.replace(year=year)

    with pytest.raises(DomainError) as caught:
        record_outcome(actor=doctor, outcome=outcome(patient, **given))

    assert [p.pointer for p in caught.value.pointers] == [pointer]
    assert not Outcome.unscoped.exists()


def test_the_outcome_of_a_stranger_s_patient_is_not_recorded(doctor, patient):
    with pytest.raises(DomainError) as caught:
        record_outcome(actor=clinician_at(doctor.organisation), outcome=outcome(patient))

    assert caught.value.status == 404


def test_a_colleague_of_the_care_team_decides_too(doctor):
    prediction = result_of(doctor)
    colleague = clinician_at(doctor.organisation)
    CareAssignmentFactory(patient=prediction.patient, team=team_of(colleague))

    assert decide(colleague, prediction).decided_by == colleague


def refused_run(doctor):
    refusal = {"code": "unlike_training", "message": {"en": "Unlike."}, "features": []}
    fields = {"state": "refused", "refusal": refusal, "result": None, "headline": None}
    return result_of(doctor, **fields)


def test_a_refusal_is_decided_on_without_an_estimate_to_judge(doctor):
    """The patient for whom there is no number needs a decision most of all."""
    prediction = refused_run(doctor)

    decision = decide(doctor, prediction, assessment="", action="invasive-angiography")

    prediction.refresh_from_db()
    assert (decision.assessment, decision.usual_action, decision.is_override) == ("", "", False)
    assert prediction.decided_at is not None
    assert AuditEvent.objects.get(act="decision.record").patients == [prediction.patient_id]


def test_nobody_judges_an_estimate_that_was_not_made(doctor):
    assert complaints(doctor, refused_run(doctor), assessment="about-right") == {"/assessment"}


def test_a_decided_refusal_leaves_those_that_wait(doctor):
    prediction = refused_run(doctor)
    before = worklist_for(doctor).get().rank

    decide(doctor, prediction, assessment="")

    assert (before, worklist_for(doctor).get().rank) == (UNSETTLED, OTHER)
