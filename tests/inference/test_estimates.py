"""An own estimate first: whom it is asked of, once, and that nobody changes or reads another's."""

from __future__ import annotations

from itertools import pairwise

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError

from accounts.models import AuditEvent
from diagnosis.inference import runner
from diagnosis.inference.actions import give_estimate
from diagnosis.inference.before.own_estimate import choices_of, with_own_estimates_first
from diagnosis.inference.models import Job, OwnEstimate, Prediction
from diagnosis.registry.sheet.sheets import Sheet
from medportal.common.errors import DomainError
from tests import runnable
from tests.factories import (
    MembershipFactory,
    ModelVersionFactory,
    OrganisationFactory,
    OwnEstimateFactory,
    PredictionFactory,
    ServiceFactory,
    administrator_at,
    clinician_at,
    nurse_at,
    patient_of,
    service_data,
    team_of,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def doctor(db):
    return clinician_at(OrganisationFactory())


@pytest.fixture
def team(doctor):
    return team_of(doctor)


@pytest.fixture
def waiting(doctor, team):
    """A result of a service that asks first."""
    service = ServiceFactory(organisation=doctor.organisation, ask_own_estimate=True)
    return PredictionFactory(
        version=ModelVersionFactory(service=service),
        patient=patient_of(team=team),
        requested_by=doctor,
        asks_estimate=True,
    )


def number_for(user, prediction):
    """The probability as a page of ``user`` may show it."""
    row = Prediction.objects.visible_to(user).get(pk=prediction.pk)
    return with_own_estimates_first(user, [row])[0].headline


def test_the_number_comes_after_the_tap(doctor, waiting):
    assert number_for(doctor, waiting) is None

    row = give_estimate(actor=doctor, prediction=waiting, choice="10-15")

    assert (row.lower, row.upper, row.value) == (0.10, 0.15, 0.125)
    assert number_for(doctor, waiting) == waiting.headline


def test_whoever_cannot_judge_goes_on_and_that_is_kept(doctor, waiting):
    row = give_estimate(actor=doctor, prediction=waiting, choice="skip")

    assert row.is_skipped
    assert number_for(doctor, waiting) == waiting.headline
    assert AuditEvent.objects.get(act="estimate.give").detail == {"skipped": True}


def test_a_second_tap_changes_nothing(doctor, waiting):
    give_estimate(actor=doctor, prediction=waiting, choice="10-15")

    with pytest.raises(DomainError, match="estimate_not_asked"):
        give_estimate(actor=doctor, prediction=waiting, choice="50-70")
    assert OwnEstimate.unscoped.get().value == 0.125


@pytest.mark.parametrize("choice", ["", "12", "0-100", "-1-5"])
def test_only_the_ranges_of_the_service_can_be_tapped(doctor, waiting, choice):
    with pytest.raises(DomainError, match="estimate_invalid"):
        give_estimate(actor=doctor, prediction=waiting, choice=choice)
    assert number_for(doctor, waiting) is None


def test_each_clinician_who_may_decide_is_asked(doctor, team, waiting):
    colleague = clinician_at(doctor.organisation)
    MembershipFactory(team=team, user=colleague)
    give_estimate(actor=doctor, prediction=waiting, choice="10-15")

    assert number_for(colleague, waiting) is None
    give_estimate(actor=colleague, prediction=waiting, choice="50-70")
    assert OwnEstimate.unscoped.count() == 2


def test_a_nurse_decides_nothing_and_is_not_asked(doctor, team, waiting):
    nurse = nurse_at(doctor.organisation)
    MembershipFactory(team=team, user=nurse)

    assert number_for(nurse, waiting) == waiting.headline
    with pytest.raises(DomainError) as refused:
        give_estimate(actor=nurse, prediction=waiting, choice="skip")
    assert refused.value.status == 403


def test_a_doctor_of_another_team_finds_no_such_prediction(doctor, waiting):
    stranger = clinician_at(doctor.organisation)
    with pytest.raises(DomainError) as refused:
        give_estimate(actor=stranger, prediction=waiting, choice="skip")
    assert refused.value.status == 404


@pytest.mark.parametrize(
    "change",
    [
        {"decided_at": "2026-05-06T07:08:09Z"},
        {"asks_estimate": False},
        {"state": Job.State.ENTERED_IN_ERROR},
    ],
)
def test_nobody_is_asked_for_what_is_decided_withdrawn_or_was_shown_before(doctor, waiting, change):
    Prediction.unscoped.filter(pk=waiting.pk).update(**change)

    assert number_for(doctor, waiting) == waiting.headline
    with pytest.raises(DomainError):
        give_estimate(actor=doctor, prediction=waiting, choice="skip")


def test_a_service_that_asks_no_longer_withholds_nothing(doctor, waiting):
    waiting.service.ask_own_estimate = False
    waiting.service.save()

    assert number_for(doctor, waiting) == waiting.headline


@pytest.mark.parametrize(
    "statement",
    ["UPDATE inference_ownestimate SET value = 0.9", "DELETE FROM inference_ownestimate"],
)
def test_the_database_lets_nobody_change_an_estimate(doctor, waiting, statement):
    give_estimate(actor=doctor, prediction=waiting, choice="10-15")

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_nobody_reads_the_estimate_of_somebody_else(doctor, team, waiting):
    colleague, administrator = (
        clinician_at(doctor.organisation),
        administrator_at(doctor.organisation, is_superuser=True),
    )
    MembershipFactory(team=team, user=colleague)
    row = OwnEstimateFactory(prediction=waiting, by=doctor)

    assert list(OwnEstimate.objects.visible_to(doctor)) == [row]
    assert not OwnEstimate.objects.visible_to(colleague).exists()
    assert not OwnEstimate.objects.visible_to(administrator).exists()


def test_an_estimate_that_came_with_the_request_is_kept_and_not_asked_again(db):
    here = runnable.ward()
    here.version.service.ask_own_estimate = True
    here.version.service.save()
    prediction = here.ask(own_estimate=0.3)
    runner.run_prediction(prediction.pk)

    assert OwnEstimate.unscoped.get().value == 0.3
    assert number_for(here.doctor, prediction) is not None


def test_changed_inputs_are_no_way_around_the_question(db):
    here = runnable.ward()
    here.version.service.ask_own_estimate = True
    here.version.service.save()
    tried = here.ask(origin=Prediction.Origin.WHAT_IF, inputs={"systolic_bp": 133})
    runner.run_prediction(tried.pk)

    assert number_for(here.doctor, tried) is None


def test_a_copy_without_its_number_cannot_be_stored(doctor, waiting):
    with_own_estimates_first(doctor, [waiting])

    with pytest.raises(ValueError, match="for reading"):
        waiting.save()


@pytest.mark.parametrize(
    "slug",
    ["coronary-disease", "diabetes-onset", "pbc-prognosis", "flc-mortality", "breast-mass"],
)
def test_the_ranges_cover_everything_and_end_at_every_limit_of_a_band(slug):
    sheet = Sheet.from_dict(service_data(slug, "service"))
    choices = choices_of(sheet)

    assert (choices[0].lower, choices[-1].upper) == (0.0, 1.0)
    assert all(a.upper == b.lower for a, b in pairwise(choices))
    assert {band.upper for band in sheet.bands} <= {c.upper for c in choices}
    assert 6 <= len(choices) <= 12
    assert len({c.code for c in choices}) == len(choices)
