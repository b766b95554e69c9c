"""The training ward: sealed until the estimate, one round that counts, and nobody else's."""

from __future__ import annotations

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError

from accounts.models import AuditEvent, Role
from diagnosis.inference.actions import answer_case, begin_ward
from diagnosis.inference.actions import request_prediction as ask
from diagnosis.inference.before.requests import PredictionRequest
from diagnosis.inference.lists.ward import Ward
from diagnosis.inference.models import WardAnswer, WardRound
from diagnosis.registry.habits import Habits, set_habits
from diagnosis.registry.models import WardCase
from diagnosis.registry.versions.ward_cases import SealedCase, define_ward
from medportal.common.errors import DomainError
from medportal.demo.loading.wards import cases_of
from tests import runnable
from tests.factories import (
    OrganisationFactory,
    administrator_at,
    clinician_at,
    data_scientist_at,
    nurse_at,
    person_at,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def house(db):
    return OrganisationFactory()


@pytest.fixture
def service(house):
    """Published, with the demonstration's twenty cases."""
    service = runnable.running(house).service
    define_ward(actor=data_scientist_at(house), service=service, cases=cases_of(service))
    return service


@pytest.fixture
def doctor(house):
    return clinician_at(house)


def go_through(doctor, service, choice="30-50", last=20):
    begin_ward(actor=doctor, service=service.slug)
    for number in range(1, last + 1):
        answer_case(actor=doctor, service=service.slug, number=number, choice=choice)


def refused(act, *args, **kwargs) -> str:
    with pytest.raises(DomainError) as caught:
        act(*args, **kwargs)
    return caught.value.code


def test_a_case_says_what_happened_only_after_its_estimate(doctor, service):
    begin_ward(actor=doctor, service=service.slug)
    assert {bed.opened for bed in Ward(service, doctor).beds} == {None}

    answer = answer_case(actor=doctor, service=service.slug, number=1, choice="30-50")

    first, *others = Ward(service, doctor).beds
    assert first.opened.happened == WardCase.objects.of(service)[0].happened
    assert {bed.opened for bed in others} == {None}
    assert (answer.value, answer.lower, answer.upper) == (0.4, 0.3, 0.5)


def test_the_model_s_number_is_that_of_the_version_that_answers_now(doctor, service):
    go_through(doctor, service, last=3)
    artifact = runnable.artifact_of(service.slug)
    from diagnosis.ml import Artifact

    loaded = Artifact.load(artifact)
    rows = [dict(case.inputs) for case in WardCase.objects.of(service)[:3]]
    expected = loaded.predict(rows)

    said = WardAnswer.objects.visible_to(doctor).order_by("case__number")
    assert [a.probability for a in said] == pytest.approx([float(p) for p in expected], abs=1e-6)


@pytest.mark.parametrize("number", [0, 2, 20, 21])
def test_no_case_is_opened_out_of_turn(doctor, service, number):
    begin_ward(actor=doctor, service=service.slug)

    code = refused(answer_case, actor=doctor, service=service.slug, number=number, choice="30-50")
    assert code == "ward_case"


def test_an_answer_cannot_be_given_twice_or_changed(doctor, service):
    go_through(doctor, service, last=1)

    code = refused(answer_case, actor=doctor, service=service.slug, number=1, choice="5-10")
    assert code == "ward_case"
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE inference_wardanswer SET value = 0.9")


@pytest.mark.parametrize("choice", ["", "skip", "12", "0-100"])
def test_nobody_passes_over_a_case(doctor, service, choice):
    begin_ward(actor=doctor, service=service.slug)

    code = refused(answer_case, actor=doctor, service=service.slug, number=1, choice=choice)
    assert code == "estimate_invalid"
    assert not WardAnswer.unscoped.exists()


def test_twenty_answers_finish_the_round_and_both_sides_are_measured(doctor, service):
    go_through(doctor, service)
    ward = Ward(service, doctor)

    assert not ward.is_open
    assert ward.first is not None
    assert (ward.tally.n, ward.tally.events) == (20, 10)
    assert ward.tally.own.brier.value == pytest.approx((0.36 * 10 + 0.16 * 10) / 20)
    assert ward.tally.model.auroc.value > 0.7
    assert AuditEvent.objects.filter(act="ward.answer").count() == 20


def test_a_second_round_is_a_repeat_and_counts_nowhere(doctor, service):
    go_through(doctor, service, choice="30-50")
    before = Ward(service, doctor).tally
    go_through(doctor, service, choice="85-90")
    ward = Ward(service, doctor)

    assert [r.is_repeat for r in ward.rounds] == [False, True]
    assert ward.tally == before


def test_beginning_again_goes_on_with_the_open_round(doctor, service):
    go_through(doctor, service, last=2)

    assert begin_ward(actor=doctor, service=service.slug) == Ward(service, doctor).round
    assert WardRound.unscoped.count() == 1
    assert Ward(service, doctor).next_number == 3


def test_nobody_sees_the_answers_of_somebody_else(doctor, house, service):
    go_through(doctor, service, last=1)

    for other in (clinician_at(house), administrator_at(house, is_superuser=True)):
        assert not WardRound.objects.visible_to(other).exists()
        assert not WardAnswer.objects.visible_to(other).exists()


def test_nurses_and_other_houses_do_not_train_here(house, service):
    assert refused(begin_ward, actor=nurse_at(house), service=service.slug) == "role_missing"
    far = clinician_at(OrganisationFactory())
    assert refused(begin_ward, actor=far, service=service.slug) == "service_not_found"
    assert (
        refused(answer_case, actor=far, service=service.slug, number=1, choice="30-50")
        == "service_not_found"
    )


def test_a_new_edition_does_not_move_under_a_round_that_was_begun(doctor, house, service):
    go_through(doctor, service, last=1)
    turned = list(reversed(cases_of(service)))
    define_ward(actor=data_scientist_at(house), service=service, cases=turned)

    assert [bed.inputs for bed in Ward(service, doctor).beds] == [
        dict(case.inputs) for case in cases_of(service)
    ]


def test_a_ward_holds_twenty_cases_of_both_kinds_that_can_be_read(house, service):
    scientist, cases = data_scientist_at(house), cases_of(service)
    same = [SealedCase(case.inputs, happened=True) for case in cases]
    unread = [SealedCase({"age": "old"}, happened=False), *cases[1:]]
    for wrong in (cases[:19], same, unread):
        assert refused(define_ward, actor=scientist, service=service, cases=wrong) == "ward_invalid"
    assert (
        refused(define_ward, actor=clinician_at(house), service=service, cases=cases)
        == "role_missing"
    )


def switched(house, service, **habits):
    wanted = Habits(ask_own_estimate=False, **habits)
    return set_habits(actor=administrator_at(house), service=service, habits=wanted)


def test_a_house_may_want_the_ward_before_the_first_run(doctor, house, service):
    switched(house, service, ward_before_first_run=True)
    patient = runnable.charted_patient(doctor)
    request = PredictionRequest(service=service.slug, patient=patient.pk)

    assert refused(ask, actor=doctor, request=request) == "ward_first"
    go_through(doctor, service, last=19)
    assert refused(ask, actor=doctor, request=request) == "ward_first"
    answer_case(actor=doctor, service=service.slug, number=20, choice="30-50")
    assert ask(actor=doctor, request=request).service_id == service.pk


def test_a_program_is_no_learner(house, service):
    switched(house, service, ward_before_first_run=True)
    program = person_at(house, Role.SERVICE_CLIENT)
    patient = runnable.charted_patient(program)

    assert ask(
        actor=program, request=PredictionRequest(service=service.slug, patient=patient.pk)
    ).pk


def test_only_a_service_with_a_ward_can_demand_it(house):
    bare = runnable.define(house, "diabetes-onset")

    assert refused(switched, house, bare, ward_before_first_run=True) == "no_ward"
    assert (
        refused(
            set_habits,
            actor=clinician_at(house),
            service=bare,
            habits=Habits(ask_own_estimate=True),
        )
        == "not_allowed"
    )
