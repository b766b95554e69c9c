"""Which run of a patient and service is the newest: the database knows, whoever wrote."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from diagnosis.inference import actions
from diagnosis.inference.models import Prediction
from tests.factories import (
    ModelVersionFactory,
    OrganisationFactory,
    PredictionFactory,
    clinician_at,
    patient_of,
)

State = Prediction.State


@pytest.fixture
def ward(db):
    doctor = clinician_at(OrganisationFactory())
    return doctor, patient_of(doctor)


def run(ward, **fields):
    doctor, patient = ward
    made = {"patient": patient, "requested_by": doctor, "requested_at": timezone.now()}
    return PredictionFactory(**made | fields)


def newest():
    return set(Prediction.unscoped.filter(is_newest=True).values_list("pk", flat=True))


def by_definition():
    rows = Prediction.unscoped.countable().exclude(state=State.CANCELLED).exclude(patient=None)
    rows = rows.order_by("patient_id", "service_id", "-requested_at", "-pk")
    return set(rows.distinct("patient_id", "service_id").values_list("pk", flat=True))


def test_a_later_run_takes_the_place_of_the_one_before(ward):
    first = run(ward)
    again = run(ward, version=first.version)
    other = run(ward, version=ModelVersionFactory())

    assert newest() == {again.pk, other.pk} == by_definition()


def test_what_was_only_tried_or_came_in_late_does_not(ward):
    first = run(ward)
    run(ward, version=first.version, origin=Prediction.Origin.WHAT_IF)
    run(ward, version=first.version, requested_at=timezone.now() - timedelta(days=3))

    assert newest() == {first.pk} == by_definition()


def test_a_run_of_the_wrong_patient_gives_the_place_back(ward):
    doctor, _patient = ward
    first = run(ward)
    second = run(ward, version=first.version)

    actions.mark_wrong_patient(actor=doctor, prediction=second)

    assert newest() == {first.pk} == by_definition()


def test_a_cancelled_run_gives_the_place_back(ward):
    doctor, _patient = ward
    first = run(ward)
    waiting = run(ward, version=first.version, state=State.QUEUED, result=None, finished_at=None)
    assert newest() == {waiting.pk}

    actions.cancel_prediction(actor=doctor, prediction=waiting)

    assert newest() == {first.pk} == by_definition()


def test_a_row_saved_from_an_old_memory_changes_nothing(ward):
    first = run(ward)
    first.headline = 0.4
    first.save()

    assert newest() == {first.pk}


@pytest.mark.django_db(transaction=True)
def test_of_two_runs_at_the_same_moment_one_is_the_newest():
    doctor = clinician_at(OrganisationFactory())
    ward = (doctor, patient_of(doctor))
    first = run(ward)
    together = threading.Barrier(2)

    def ask():
        together.wait(20)
        run(ward, version=first.version)
        connection.close()

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert len(newest()) == 1
    assert newest() == by_definition()
