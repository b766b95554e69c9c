"""The cohort of a service over REST: aggregates over the caller's own patients."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest
from django.utils import timezone

from accounts.models import AuditEvent, Role, Scope
from diagnosis.inference.models import Prediction
from diagnosis.registry.models import ModelVersion, Service
from tests import factories
from tests.api.client import Caller
from tests.pages import drawn
from tests.portal.cohorts import cohort_of, reasons_of
from tests.portal.results import version_of

pytestmark = pytest.mark.django_db
ADDRESS = "services/breast-mass/cohort"


@pytest.fixture
def doctor():
    return factories.clinician_at(factories.OrganisationFactory())


@pytest.fixture
def version(doctor):
    return version_of(doctor.organisation)


@pytest.fixture
def results(doctor, version):
    return cohort_of(version, doctor, factories.team_of(doctor), 40)


def test_importance_is_the_mean_size_of_the_stored_contributions(doctor, results):
    answer = Caller(doctor).get(ADDRESS).json()
    stored = [
        {one.feature: one.contribution for one in reasons_of(row).reasons.attributions}
        for row in results
    ]

    assert answer["count"] == 40
    assert {entry["feature"] for entry in answer["importance"]} == set(stored[0])
    for entry in answer["importance"]:
        sizes = [abs(row[entry["feature"]]) for row in stored]
        assert entry["mean"] == pytest.approx(np.mean(sizes), abs=1e-6)
        assert entry["lower"] <= entry["mean"] <= entry["upper"]
    means = [entry["mean"] for entry in answer["importance"]]
    assert means == sorted(means, reverse=True)


def test_groups_hold_everybody_once_and_say_what_sets_them_apart(doctor, results):
    answer = Caller(doctor).get(ADDRESS).json()

    assert len(answer["groups"]) > 1
    assert sum(group["size"] for group in answer["groups"]) == 40
    for group in answer["groups"]:
        assert sum(band["count"] for band in group["bands"]) == group["size"]
        assert group["probability"]["lower"] <= group["probability"]["upper"]
        assert group["characteristic"]


def test_no_patient_and_no_result_is_named_in_the_answer_but_in_the_trail(doctor, results):
    text = drawn(Caller(doctor).get(ADDRESS))

    assert not [row for row in results if str(row.pk) in text or str(row.patient_id) in text]
    event = AuditEvent.objects.get(act="cohort.read")
    assert set(event.patients) == {row.patient_id for row in results}
    assert event.channel == "api"


@pytest.mark.parametrize(
    "role", [Role.DATA_SCIENTIST, Role.REVIEWER, Role.ADMINISTRATOR, Role.CLINICIAN]
)
def test_whoever_has_no_care_relation_gets_an_empty_cohort(doctor, results, role):
    answer = Caller(factories.person_at(doctor.organisation, role)).get(ADDRESS).json()

    assert (answer["count"], answer["importance"], answer["groups"]) == (0, [], [])


def test_a_foreign_service_and_a_missing_one_look_the_same(results):
    caller = Caller(factories.clinician_at(factories.OrganisationFactory()))
    foreign, missing = caller.get(ADDRESS), caller.get("services/none/cohort")

    assert foreign.status_code == missing.status_code == 404
    assert foreign.json()["code"] == missing.json()["code"] == "service_not_found"


def test_a_nurse_gets_none_of_a_service_that_is_hidden_from_nurses(doctor, results):
    Service.objects.update(hidden_from_nurses=True)

    assert Caller(factories.nurse_at(doctor.organisation)).get(ADDRESS).status_code == 404


def test_a_token_that_may_not_explain_gets_no_reasons(doctor, results):
    caller = Caller()
    caller.headers |= factories.bearer_of(doctor, Scope.READ)
    answer = caller.get(ADDRESS)

    assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing")


def test_expired_results_are_asked_for_by_name(doctor, version, results):
    old = timezone.now() - timedelta(days=version.service.validity_days + 1)
    Prediction.unscoped.filter(pk=results[0].pk).update(index_at=old)

    answer, whole = (Caller(doctor).get(ADDRESS, **asked).json() for asked in ({}, {"expired": 1}))

    assert (answer["count"], answer["left_out"]["expired"]) == (39, 1)
    assert (whole["count"], whole["left_out"]["expired"]) == (40, 0)
    assert sum(band["count"] for band in whole["bands"]) == 39


def test_a_few_results_have_no_groups_and_one_has_no_interval(doctor, version):
    cohort_of(version, doctor, factories.team_of(doctor), 1)
    answer = Caller(doctor).get(ADDRESS).json()

    assert answer["groups"] == []
    assert {entry["lower"] for entry in answer["importance"]} == {None}


def test_without_a_version_in_use_there_is_nothing_to_answer(doctor, version):
    ModelVersion.objects.update(state=ModelVersion.State.RETIRED)
    answer = Caller(doctor).get(ADDRESS)

    assert (answer.status_code, answer.json()["code"]) == (409, "service_not_published")


def test_an_unknown_question_is_refused(doctor, results):
    assert Caller(doctor).get(ADDRESS, expird=1).json()["code"] == "parameters_invalid"
