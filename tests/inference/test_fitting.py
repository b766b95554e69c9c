"""«Can the machine help here?», and «newer data since»."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from diagnosis.inference.before import fitting
from diagnosis.inference.before.fitting import services_for
from diagnosis.inference.before.newer import newer_data_since
from diagnosis.records.actions import withdraw_observation
from diagnosis.records.models import Observation
from diagnosis.registry import actions as registry
from tests.factories import (
    ConditionFactory,
    ObservationFactory,
    clinician_at,
    nurse_at,
    patient_of,
    reviewer_at,
)
from tests.runnable import Ward, observed, running, ward

pytestmark = pytest.mark.django_db
SLUGS = ("breast-mass", "diabetes-onset", "flc-mortality", "pbc-prognosis")


@pytest.fixture
def heart(db) -> Ward:
    return ward()


def fit_of(here: Ward, slug: str = "coronary-disease", user=None) -> fitting.ServiceFit:
    found = {f.service.slug: f for f in services_for(user or here.doctor, here.patient)}
    return found[slug]


def test_a_service_whose_inputs_are_all_there_is_ready(heart):
    fit = fit_of(heart)

    assert (fit.status, fit.missing, fit.findings, fit.last) == ("ready", (), (), None)


def test_one_missing_input_is_named_with_its_units(heart):
    Observation.unscoped.filter(patient=heart.patient, code="8480-6").delete()

    fit = fit_of(heart)

    assert fit.status == "nearly"
    (missing,) = fit.missing
    assert (missing.feature.name, missing.status) == ("systolic_bp", "missing")


def test_many_missing_inputs_are_not_nearly(heart):
    Observation.unscoped.filter(patient=heart.patient).delete()

    assert fit_of(heart).status == "lacking"


def test_a_stale_input_is_missing_until_somebody_measures_again(heart):
    old = timezone.now() - timedelta(days=120)
    Observation.unscoped.filter(patient=heart.patient, code="8480-6").update(observed_at=old)

    (missing,) = fit_of(heart).missing

    assert missing.status == "stale"
    assert missing.reading.value == 132.0


def test_a_patient_outside_the_population_hears_why(heart):
    ConditionFactory(patient=heart.patient, code="I21")

    fit = fit_of(heart)

    assert fit.status == "does_not_fit"
    assert [rule.code for rule in fit.reasons] == ["known-coronary-disease"]


def test_what_a_person_must_say_is_asked_first():
    here = ward("diabetes-onset")

    fit = fit_of(here, "diabetes-onset")

    assert fit.status == "confirm"
    assert [rule.code for rule in fit.questions] == ["population-understood"]


def test_a_patient_of_whom_the_chart_knows_too_little_hears_it():
    here = ward("diabetes-onset", sex="unknown")

    fit = fit_of(here, "diabetes-onset")

    assert fit.status == "does_not_fit"
    assert [rule.code for rule in fit.reasons] == ["sex"]
    assert here.run(confirmations=("population-understood",)).refusal["code"] == "sex"


def test_the_most_helpful_comes_first_and_research_last(heart):
    for slug in SLUGS:
        running(heart.organisation, slug)

    fits = services_for(heart.doctor, heart.patient)

    assert fits[0].service.slug == "coronary-disease"
    assert (fits[-1].service.slug, fits[-1].status) == ("flc-mortality", "not_offered")
    assert len(fits) == 5


def test_five_services_cost_as_many_questions_as_one(heart):
    with CaptureQueriesContext(
        connection,
    ) as one:
        services_for(heart.doctor, heart.patient)
    for slug in SLUGS:
        running(heart.organisation, slug)
    with CaptureQueriesContext(connection) as five:
        services_for(heart.doctor, heart.patient)

    assert len(five) <= len(one) + 1  # one more where a rule asks for observations
    assert len(five) <= 12


def test_a_stopped_service_says_so(heart):
    reviewer = reviewer_at(heart.organisation)
    registry.stop_version(actor=reviewer, version=heart.version, reason="Look at it.")

    assert fit_of(heart).status == "stopped"


def test_mortality_is_hidden_from_nurses(heart):
    running(heart.organisation, "pbc-prognosis")
    nurse = nurse_at(heart.organisation)

    assert {f.service.slug for f in services_for(nurse, heart.patient)} == {"coronary-disease"}


def test_services_of_another_hospital_are_not_offered(heart):
    ward("diabetes-onset")

    assert [f.service.slug for f in services_for(heart.doctor, heart.patient)] == [
        "coronary-disease"
    ]


def test_the_last_result_is_shown_to_those_who_may_see_it(heart):
    done = heart.run()

    assert fit_of(heart).last.pk == done.pk
    assert fit_of(heart, user=clinician_at(heart.organisation)).last is None


def test_a_try_out_is_never_the_last_result(heart):
    heart.run(origin="what_if", inputs={"systolic_bp": 180})

    assert fit_of(heart).last is None


def test_newer_data_are_named_and_nothing_is_run(heart):
    done = heart.run()
    assert newer_data_since(done) == []

    ObservationFactory(patient=heart.patient, value_number=171.0, observed_at=timezone.now())

    (newer,) = newer_data_since(done)
    assert (newer.label, newer.observation.value_number) == ("Systolic blood pressure", 171.0)
    assert fit_of(heart).newer[0].feature.name == "systolic_bp"


def test_a_correction_of_a_used_value_is_newer_data(heart):
    rows = Observation.unscoped.filter(patient=heart.patient, code="8480-6")
    done = heart.run()
    used = rows.get()
    rows.update(is_current=False)
    ObservationFactory(
        patient=heart.patient, value_number=142.0, observed_at=used.observed_at, replaces=used,
        status="corrected",
    )  # fmt: skip

    assert [n.observation.value_number for n in newer_data_since(done)] == [142.0]


def test_a_used_value_that_was_withdrawn_is_newer_data_and_is_not_scored(heart):
    done = heart.run()
    used = Observation.unscoped.get(patient=heart.patient, code="8480-6")

    withdraw_observation(actor=heart.doctor, observation=used, reason="haemolysed")

    (newer,) = newer_data_since(done)
    assert (newer.label, newer.is_withdrawn) == ("Systolic blood pressure", True)
    fit = fit_of(heart)
    assert [one.is_withdrawn for one in fit.newer] == [True]
    assert "systolic_bp" in [lacking.feature.name for lacking in fit.missing]


@pytest.mark.parametrize(
    "fields",
    [
        {"code": "718-7"},
        {"status": "preliminary"},
        {"observed_at": timezone.now() - timedelta(days=3)},
    ],
    ids=["not an input", "preliminary", "older than what was used"],
)
def test_what_changes_nothing_is_not_newer_data(heart, fields):
    done = heart.run()

    ObservationFactory(**{"patient": heart.patient, "observed_at": timezone.now(), **fields})

    assert newer_data_since(done) == []


def test_another_patient_s_data_are_not_newer_data(heart):
    done = heart.run()
    observed(patient_of(heart.doctor), "coronary-disease", at=timezone.now())

    assert newer_data_since(done) == []
