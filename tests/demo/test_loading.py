"""The loaded demonstration: charts that say what the tables say, work for every role."""

from __future__ import annotations

from copy import copy
from datetime import timedelta

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.models import AuditEvent, User
from diagnosis.inference import actions, runner
from diagnosis.inference.before.population import DOES_NOT_FIT, check_population
from diagnosis.inference.models import Job, Outcome, Prediction
from diagnosis.inference.snapshot.inputs import row_of, take
from diagnosis.records.models import Observation, Patient
from diagnosis.records.reading import feature_values
from diagnosis.registry.models import ModelVersion, Service
from diagnosis.registry.versions.store import load_artifact
from diagnosis.results import RESULT_KINDS
from medportal.demo.loading.advance import advance, days_behind
from medportal.demo.loading.rows import held_out
from medportal.demo.loading.services import SLUGS
from tests.factories import OrganisationFactory

MOLAR_ROUNDING = 0.004
"""A laboratory prints 5.03 mmol/L: the probability moves that little."""
WITHOUT_OUTCOME = ("body-weight", "thyroid-report")
"""What can be measured, and what a laboratory would have printed, happens to nobody."""


def snapshot(patient: Patient, service: Service) -> dict:
    schema = service.sheet.features
    return take(schema, feature_values(patient, schema, timezone.now()), {})


@pytest.mark.parametrize("slug", SLUGS)
def test_the_chart_of_every_patient_predicts_what_the_raw_row_predicts(
    demonstration, services, slug
):
    Observation.unscoped.exclude(recorded_by=None).update(is_current=False)  # the nurse's own
    artifact = load_artifact(services[slug].versions.get(state="published"))
    rows = held_out(slug)
    charts = [
        row_of(snapshot(demonstration[slug, row.key], services[slug]), artifact.schema)
        for row in rows
    ]
    unit = {f.name: f.unit for f in artifact.schema}
    raw = [
        {
            name: {"value": value, "unit": unit[name]}
            if unit[name] and isinstance(value, float)
            else value
            for name, value in {"age": row.age, "sex": row.sex, **row.values}.items()
            if name in unit
        }
        for row in rows
    ]

    assert len(rows) == 60
    np.testing.assert_allclose(artifact.predict(charts), artifact.predict(raw), atol=MOLAR_ROUNDING)


@pytest.mark.parametrize("slug", SLUGS)
def test_each_service_refuses_every_patient_of_an_age_outside_its_data(
    demonstration, services, slug
):
    for key, charted in demonstration.items():
        if key[0] == slug:
            patient = copy(charted)
            for age in (12, 109):
                patient.birth_date = timezone.localdate() - timedelta(days=age * 365.25 + 40)
                report = check_population(
                    services[slug], patient, snapshot(patient, services[slug])
                )
                assert report.verdict == DOES_NOT_FIT, (slug, age)


@pytest.mark.parametrize("slug", ["diabetes-onset", "breast-mass", "breast-recurrence"])
def test_services_for_women_refuse_every_man(demonstration, services, slug):
    for key, charted in demonstration.items():
        if key[0] == slug:
            patient = copy(charted)
            patient.sex = Patient.Sex.MALE
            report = check_population(services[slug], patient, snapshot(patient, services[slug]))
            assert report.verdict == DOES_NOT_FIT


@pytest.mark.parametrize("slug", [slug for slug in SLUGS if slug not in WITHOUT_OUTCOME])
def test_each_service_refuses_every_patient_whose_outcome_is_known(demonstration, services, slug):
    yesterday = timezone.localdate() - timedelta(days=1)
    Outcome.unscoped.filter(service=services[slug]).update(is_sealed=False, occurred_on=yesterday)
    ended = Outcome.unscoped.filter(service=services[slug])
    if RESULT_KINDS[services[slug].definition.kind].censors:  # others were free of it
        ended = ended.filter(event=True)
    known = set(ended.values_list("patient_id", flat=True))
    patients = [p for key, p in demonstration.items() if key[0] == slug and p.pk in known]

    assert len(patients) > 20
    for patient in patients:
        report = check_population(services[slug], patient, snapshot(patient, services[slug]))
        assert report.verdict == DOES_NOT_FIT
        assert "outcome_absent" in {finding.kind for finding in report.findings}


def test_every_role_finds_work(organisation):
    doctor = User.objects.get(username="doctor")
    seen = Prediction.objects.visible_to(doctor)
    submitted = ModelVersion.objects.get(state="submitted")

    assert seen.undecided().count() >= 2
    cohort = seen.filter(service__slug="flc-mortality", explanation__state=Job.State.DONE)
    assert cohort.count() >= 10  # else its page would have no picture
    assert seen.filter(state=Job.State.REFUSED).exists()
    assert seen.filter(state=Job.State.RUNNING).count() == 1
    assert any(row["contradiction"] for row in submitted.manifest["directions"])
    assert ModelVersion.objects.get(state="draft").created_by.username == "scientist"
    assert AuditEvent.objects.filter(act="patient.read", actor_name="Dr P. Haddad").exists()


def test_an_estimated_weight_is_never_stored_as_a_measured_one(demonstration, organisation):
    runs = Prediction.unscoped.filter(service__slug="body-weight", state=Job.State.DONE)
    people = runs.values("patient")

    assert runs.exists()
    assert not Observation.unscoped.filter(patient__in=people, code="29463-7").exists()


def test_what_happened_is_sealed_until_a_decision_is_made(demonstration, organisation):
    doctor = User.objects.get(username="doctor")
    prediction = Prediction.objects.visible_to(doctor).undecided().first()
    sealed = Outcome.unscoped.filter(patient=prediction.patient, service=prediction.service)
    assert set(sealed.values_list("is_sealed", flat=True)) <= {True}

    band = prediction.result["band"]
    action = band["action_code"] if band else "other"
    decision = actions.DecisionInput(assessment="about-right", action=action, action_text="x")
    actions.record_decision(actor=doctor, prediction=prediction, decision=decision)

    assert set(sealed.values_list("is_sealed", flat=True)) <= {False}


def test_a_refusal_is_cured_by_the_value_that_is_missing(organisation):
    doctor = User.objects.get(username="doctor")
    refused = Prediction.objects.visible_to(doctor).get(
        state=Job.State.REFUSED, service__slug="pbc-prognosis"
    )
    request = actions.PredictionRequest(
        service="pbc-prognosis",
        patient=refused.patient_id,
        inputs={"oedema": "none"},
        store_answers=True,
    )

    again = actions.request_prediction(actor=doctor, request=request)
    runner.run_prediction(again.pk)

    again.refresh_from_db()
    assert again.state == Job.State.DONE
    assert Observation.unscoped.filter(patient=refused.patient_id, code="oedema").exists()


def test_the_doctor_of_another_team_sees_none_of_the_doctors_patients(organisation):
    doctor = User.objects.get(username="doctor")
    other = User.objects.get(username="doctor2")
    mine = set(Patient.objects.visible_to(doctor).values_list("pk", flat=True))
    theirs = set(Patient.objects.visible_to(other).values_list("pk", flat=True))

    assert len(mine) > 150
    assert len(theirs) > 50
    assert not mine & theirs


def test_moving_on_keeps_every_age_and_leaves_its_own_event(demonstration, organisation):
    patient = next(iter(demonstration.values()))
    before = Patient.unscoped.get(pk=patient.pk).birth_date
    newest = Observation.unscoped.filter(patient=patient).latest("observed_at")

    advance(organisation, 30)

    assert Patient.unscoped.get(pk=patient.pk).birth_date == before + timedelta(days=30)
    moved = Observation.unscoped.get(pk=newest.pk)
    assert moved.observed_at == newest.observed_at + timedelta(days=30)
    assert AuditEvent.objects.filter(act="demo.advance", detail__days=30).count() == 1


def test_a_fresh_demonstration_is_not_behind(organisation):
    assert days_behind(organisation) == 0


def test_loading_again_changes_nothing(organisation, capsys):
    before = Patient.unscoped.count()

    call_command("load_demo")

    assert "already loaded" in capsys.readouterr().out
    assert Patient.unscoped.count() == before


@pytest.mark.parametrize("command", ["load_demo", "fill_demo"])
def test_the_demonstration_stays_away_from_a_real_organisation(organisation, command):
    OrganisationFactory(is_demonstration=False)

    with pytest.raises(CommandError, match="real organisation"):
        call_command(command)


def test_a_hospital_without_anybody_is_refused(organisation):
    with pytest.raises(CommandError, match="at least one of each"):
        call_command("fill_demo", patients=0)


def test_loading_leaves_one_event_of_nobody_for_the_house(demonstration, organisation):
    event = AuditEvent.objects.get(act="demo.load")

    assert (event.actor_id, event.organisation_id) == (None, organisation.pk)
    assert event.detail == {"patients": len(demonstration)}
