"""Population rules over chart and inputs: fits, does not fit, please confirm."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from diagnosis.inference.before.population import check_population, check_standing
from diagnosis.inference.stored.entry import Entry
from diagnosis.records.models import Condition, Medication, Patient
from diagnosis.registry.models import Service
from tests.factories import (
    ConditionFactory,
    MedicationFactory,
    ModelVersionFactory,
    ObservationFactory,
    OutcomeFactory,
    PatientFactory,
    PredictionFactory,
    ServiceFactory,
)

pytestmark = pytest.mark.django_db
NORMAL = {"glucose_2h": Entry(converted=120.0), "bmi": Entry(converted=30.0)}


def born(years: float):
    return timezone.localdate() - timedelta(days=round(years * 365.25) + 1)


def service(slug: str = "diabetes-onset") -> Service:
    return ServiceFactory(slug=slug)


def woman(age: float = 45, **fields) -> Patient:
    return PatientFactory(sex=Patient.Sex.FEMALE, birth_date=born(age), **fields)


def against(found: Service, patient: Patient | None, inputs=None, confirmed=()) -> set[str]:
    report = check_population(found, patient, NORMAL if inputs is None else inputs, confirmed)
    return {finding.code for finding in report.against}


CONFIRMED = ("population-understood",)


def test_a_woman_of_the_population_fits_once_somebody_confirmed_it():
    found, patient = service(), woman()

    before = check_population(found, patient, NORMAL)
    after = check_population(found, patient, NORMAL, CONFIRMED)

    assert before.verdict == "cannot_tell"
    assert [f.code for f in before.to_confirm] == ["population-understood"]
    assert "Pima" in before.to_confirm[0].message
    assert after.fits


def test_it_is_asked_once_a_patient():
    version = ModelVersionFactory(service=service())
    patient = woman()
    PredictionFactory(version=version, patient=patient, confirmations=list(CONFIRMED))

    assert check_population(version.service, patient, NORMAL).fits
    assert not check_population(version.service, woman(), NORMAL).fits


def test_a_confirmation_of_a_run_on_the_wrong_patient_does_not_count():
    version = ModelVersionFactory(service=service())
    patient = woman()
    PredictionFactory(
        version=version, patient=patient, confirmations=list(CONFIRMED), state="entered-in-error"
    )

    assert not check_population(version.service, patient, NORMAL).fits


@pytest.mark.parametrize(("age", "expected"), [(20, {"age"}), (21, set()), (82, {"age"})])
def test_age(age, expected):
    assert against(service(), woman(age)) == expected


def test_sex():
    man = PatientFactory(sex=Patient.Sex.MALE, birth_date=born(45))

    assert against(service(), man) == {"sex"}


@pytest.mark.parametrize(
    ("code", "expected"),
    [("E11.9", {"known-diabetes"}), ("E14", {"known-diabetes"}), ("O24.4", {"pregnant"}),
     ("Z33", {"pregnant"}), ("E15", set()), ("I10", set())],
)  # fmt: skip
def test_conditions_that_keep_out(code, expected):
    patient = woman()
    ConditionFactory(patient=patient, code=code)

    assert against(service(), patient) == expected


def test_a_problem_entered_in_error_was_never_there():
    patient = woman()
    ConditionFactory(patient=patient, code="E11", status=Condition.Status.ENTERED_IN_ERROR)

    assert against(service(), patient) == set()


def test_a_pregnancy_that_ended_does_not_keep_out_but_an_earlier_cancer_does():
    patient = woman()
    ConditionFactory(patient=patient, code="O80", status=Condition.Status.RESOLVED)
    ConditionFactory(patient=patient, code="C50.9", status=Condition.Status.RESOLVED)

    assert against(service(), patient) == set()
    assert against(service("breast-mass"), patient, {}) == {"earlier-breast-cancer"}


def test_a_suspected_coronary_disease_is_the_question_not_a_reason_to_refuse():
    patient = woman(60)
    known = ConditionFactory(patient=patient, code="I25.1", status=Condition.Status.SUSPECTED)
    found = service("coronary-disease")
    assert against(found, patient, {}) == set()

    known.status = Condition.Status.ACTIVE
    known.save()

    assert against(found, patient, {}) == {"known-coronary-disease"}


def test_medicines_count_while_they_are_taken():
    patient = woman()
    taken = MedicationFactory(patient=patient, code="A10BA02")
    assert against(service(), patient) == {"glucose-lowering-drug"}

    taken.status = Medication.Status.STOPPED
    taken.save()

    assert against(service(), patient) == set()


@pytest.mark.parametrize(("glucose", "expected"), [(199.9, set()), (200.0, {"diabetic-range"})])
def test_a_value_that_makes_the_question_moot(glucose, expected):
    inputs = {**NORMAL, "glucose_2h": Entry(converted=glucose)}

    assert against(service(), woman(), inputs) == expected


def test_a_missing_input_is_not_this_rule_s_business():
    assert against(service(), woman(), {}) == set()


@pytest.mark.parametrize(
    ("days", "value", "expected"), [(10, 6.5, {"hba1c"}), (10, 6.4, set()), (400, 9.0, set())]
)
def test_a_laboratory_value_beside_the_inputs(days, value, expected):
    patient = woman()
    ObservationFactory(
        patient=patient, code="4548-4", value_number=value, unit="%",
        observed_at=timezone.now() - timedelta(days=days),
    )  # fmt: skip

    assert against(service(), patient) == expected


@pytest.mark.parametrize(("kappa", "expected"), [(1.27, set()), (3.0, {"abnormal-ratio"})])
def test_the_ratio_of_the_light_chains(kappa, expected):
    inputs = {"kappa": Entry(converted=kappa), "lambda": Entry(converted=1.5)}

    assert against(service("flc-mortality"), woman(70), inputs) == expected


def test_an_outcome_that_is_known_ends_the_question_and_a_sealed_one_does_not_tell():
    found, patient = service(), woman()
    outcome = OutcomeFactory(service=found, patient=patient, is_sealed=True)
    assert against(found, patient) == set()

    outcome.is_sealed = False
    outcome.save()

    assert against(found, patient) == {"outcome-known"}


def test_a_disease_that_must_be_there_is_recorded_or_confirmed_but_never_guessed():
    found, patient = service("pbc-prognosis"), woman(55)
    report = check_population(found, patient, {})
    assert [f.code for f in report.to_confirm] == ["pbc"]
    assert check_population(found, patient, {}, ("pbc",)).fits

    ConditionFactory(patient=patient, code="K74.3")

    assert check_population(found, patient, {}).fits


def test_a_suspicion_does_not_establish_the_disease():
    patient = woman(55)
    ConditionFactory(patient=patient, code="K74.3", status=Condition.Status.SUSPECTED)

    assert check_population(service("pbc-prognosis"), patient, {}).to_confirm


def test_without_a_patient_what_nobody_can_check_is_said_and_not_refused():
    inputs = {**NORMAL, "age": Entry(converted=45.0)}

    report = check_population(service(), None, inputs)
    too_young = check_population(service(), None, {**NORMAL, "age": Entry(converted=19.0)})

    assert report.fits
    assert {"pregnant", "population-understood", "sex"} <= {f.code for f in report.unchecked}
    assert {f.code for f in too_young.against} == {"age"}


def test_every_finding_says_why_and_what_to_do_in_both_languages():
    (finding,) = check_population(service(), woman(20), NORMAL, CONFIRMED).against

    assert finding.reason["en"]
    assert finding.reason["zh-Hans"]
    assert finding.cure is not None
    assert finding.source


def test_a_rule_that_holds_whatever_the_score_refuses_nothing():
    inputs = {**NORMAL, "glucose_2h": Entry(converted=150.0)}
    found, patient = service(), woman()

    standing = check_standing(found, patient, inputs)

    assert [rule.code for rule in standing] == ["impaired-tolerance"]
    assert against(found, patient, inputs) == set()


NO_PAIN = {"chest_pain": Entry("asymptomatic", converted=4.0)}


def test_no_chest_pain_asks_before_the_run_whether_there_is_another_symptom():
    found, patient = service("coronary-disease"), woman()

    asked = check_population(found, patient, NO_PAIN)
    confirmed = check_population(found, patient, NO_PAIN, ("no-symptoms",))
    typical = {"chest_pain": Entry("typical-angina", converted=1.0)}

    assert [finding.code for finding in asked.to_confirm] == ["no-symptoms"]
    assert "breathlessness" in asked.to_confirm[0].message
    assert confirmed.fits
    assert check_population(found, patient, typical).fits


def test_whether_there_is_a_symptom_today_is_asked_at_every_run():
    version = ModelVersionFactory(service=service("coronary-disease"))
    patient = woman()
    PredictionFactory(version=version, patient=patient, confirmations=["no-symptoms"])

    asked = check_population(version.service, patient, NO_PAIN)

    assert [finding.code for finding in asked.to_confirm] == ["no-symptoms"]
