"""The cohort of a service: whose results stand in it, and what is counted instead."""

from __future__ import annotations

from datetime import timedelta
from math import isnan
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import AuditEvent
from diagnosis.inference.lists import cohort as cohorts
from diagnosis.inference.lists.cohort import Wanted, cohort_of, read_cohort
from diagnosis.inference.models import Job, Prediction
from diagnosis.records.models import CareAssignment
from diagnosis.registry.models import ModelVersion
from tests import factories
from tests.portal import cohorts as series
from tests.portal.results import finished, version_of

pytestmark = pytest.mark.django_db
State = Job.State


@pytest.fixture
def here():
    """A doctor with three patients who have a result each."""
    doctor = factories.clinician_at(factories.OrganisationFactory())
    team = factories.team_of(doctor)
    version = version_of(doctor.organisation)
    results = series.cohort_of(version, doctor, team, 3)
    return SimpleNamespace(doctor=doctor, team=team, version=version, results=results)


def seen(here, by=None, **asked):
    return cohort_of(by or here.doctor, here.version.service, here.version, Wanted(**asked))


def ids(rows):
    return {row.pk for row in rows}


def test_values_and_attributions_are_those_that_were_stored(here):
    cohort = seen(here)

    for prediction in here.results:
        row = cohort.predictions.index(prediction.pk)
        for j, stored in enumerate(series.reasons_of(prediction).content["attributions"]):
            assert cohort.features[j].name == stored["feature"]
            assert cohort.contributions[row, j] == stored["contribution"]
            value = cohort.values[row, j]
            assert value == stored["converted"] or (isnan(value) and stored["converted"] is None)
        assert cohort.estimates[row] == prediction.headline
        assert cohort.bands[row] == prediction.band


def test_what_was_not_measured_is_missing_and_not_nought(here):
    cohort = seen(here)
    row = cohort.predictions.index(here.results[2].pk)

    assert isnan(cohort.values[row, [f.name for f in cohort.features].index("shape")])


def test_nobody_sees_results_of_another_teams_patients(here):
    colleague = factories.clinician_at(here.doctor.organisation)
    theirs = series.cohort_of(here.version, colleague, factories.team_of(colleague), 2)

    assert set(seen(here).predictions) == ids(here.results)
    assert set(seen(here, by=colleague).predictions) == ids(theirs)


@pytest.mark.parametrize("role", ["data-scientist", "reviewer", "administrator", "privacy-officer"])
def test_roles_without_charts_see_nobody_even_in_the_team(here, role):
    person = factories.person_at(here.doctor.organisation, role)
    factories.MembershipFactory(team=here.team, user=person)

    assert len(seen(here, by=person)) == 0


def test_a_patient_leaves_the_cohort_when_the_care_ends(here):
    gone = here.results[0]
    now = timezone.now()
    CareAssignment.unscoped.filter(patient=gone.patient).update(
        starts_at=now - timedelta(days=2), ends_at=now - timedelta(days=1)
    )

    assert set(seen(here).predictions) == ids(here.results[1:])


def test_a_nurse_sees_no_cohort_of_a_service_that_is_hidden_from_nurses(here):
    nurse = factories.nurse_at(here.doctor.organisation)
    factories.MembershipFactory(team=here.team, user=nurse)

    assert len(seen(here, by=nurse)) == 3
    type(here.version.service).objects.update(hidden_from_nurses=True)
    assert len(seen(here, by=nurse)) == 0


def test_a_patient_counts_once_with_the_newest_result(here):
    patient = here.results[0].patient
    newer = finished(here.version, here.doctor, patient, series.mass(9))

    assert set(seen(here).predictions) == {newer.pk, *ids(here.results[1:])}


@pytest.mark.parametrize(
    "fields", [{"origin": "what_if"}, {"state": State.ENTERED_IN_ERROR}, {"state": State.CANCELLED}]
)
def test_what_does_not_count_neither_stands_in_it_nor_hides_the_result_before(here, fields):
    patient = here.results[0].patient
    finished(here.version, here.doctor, patient, series.mass(9), **fields)

    assert set(seen(here).predictions) == ids(here.results)


def test_results_of_another_version_are_counted_by_its_number_and_never_mixed(here):
    service = here.version.service
    older = version_of(service=service, number=70, state=ModelVersion.State.RETIRED)
    series.cohort_of(older, here.doctor, here.team, 2)

    cohort = seen(here)

    assert set(cohort.predictions) == ids(here.results)
    assert cohort.left_out.other_versions == {70: 2}


def test_an_expired_result_is_counted_and_comes_without_a_band_if_asked_for(here):
    old = timezone.now() - timedelta(days=here.version.service.validity_days + 1)
    Prediction.unscoped.filter(pk=here.results[0].pk).update(index_at=old)

    cohort, whole = seen(here), seen(here, expired=True)

    assert set(cohort.predictions) == ids(here.results[1:])
    assert (cohort.left_out.expired, whole.left_out.expired) == (1, 0)
    assert whole.bands[whole.predictions.index(here.results[0].pk)] == ""


def test_results_without_sound_reasons_are_counted(here):
    late, broken, swapped = map(series.reasons_of, here.results)
    late.state, late.content = State.QUEUED, None
    broken.content["attributions"][0]["contribution"] += 0.01
    swapped.content["attributions"].reverse()
    for reasons in (late, broken, swapped):
        reasons.save()

    cohort = seen(here)

    assert len(cohort) == 0
    assert cohort.values.shape == (0, len(cohort.features))
    assert (cohort.left_out.unexplained, cohort.left_out.unsound) == (1, 2)


def test_a_result_whose_number_waits_for_the_readers_estimate_is_counted(here):
    service = here.version.service
    service.ask_own_estimate = True
    service.save()
    Prediction.unscoped.filter(pk=here.results[0].pk).update(asks_estimate=True)
    nurse = factories.nurse_at(here.doctor.organisation)  # nurses decide nothing: nobody asks them
    factories.MembershipFactory(team=here.team, user=nurse)

    assert set(seen(here).predictions) == ids(here.results[1:])
    assert seen(here).left_out.owed == 1
    assert len(seen(here, by=nurse)) == len(seen(here, is_person=False)) == 3


def test_a_refusal_as_the_newest_is_counted(here):
    refused = {"code": "age", "message": {}, "features": [], "cure": None}
    factories.PredictionFactory(
        version=here.version,
        patient=here.results[0].patient,
        requested_by=here.doctor,
        state=State.REFUSED,
        refusal=refused,
        result=None,
        headline=None,
        band="",
    )

    assert seen(here).left_out.unsettled == 1
    assert set(seen(here).predictions) == ids(here.results[1:])


def test_the_newest_are_taken_and_the_older_counted(here, monkeypatch):
    monkeypatch.setattr(cohorts, "MOST", 2)
    cohort = seen(here)

    assert cohort.predictions == tuple(p.pk for p in reversed(here.results[1:]))
    assert cohort.left_out.older == 1


def test_whoever_looks_is_noted_with_every_patient(here):
    read_cohort(
        actor=here.doctor, service=here.version.service, version=here.version, wanted=Wanted()
    )

    event = AuditEvent.objects.get(act="cohort.read")
    assert set(event.patients) == {p.patient_id for p in here.results}
    assert event.what == "services/breast-mass/cohort"
    assert event.detail == {"version": here.version.number, "results": 3}


def test_a_larger_cohort_asks_no_more_questions(here):
    def questions():
        with CaptureQueriesContext(connection) as asked:
            seen(here)
        return len(asked)

    before = questions()
    series.cohort_of(here.version, here.doctor, here.team, 8)

    assert questions() == before == 4
