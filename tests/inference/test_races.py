"""Two at the same moment: one row, one decision, one winner."""

from __future__ import annotations

from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection

from diagnosis.inference.actions import (
    DecisionInput,
    cancel_prediction,
    record_decision,
    request_prediction,
)
from diagnosis.inference.models import Decision, Prediction
from medportal.common.errors import DomainError
from tests.factories import PredictionFactory, clinician_at, patient_of
from tests.runnable import Ward, again, eventually, quiet, ward

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """What each call gave, or the code of its error; all begin together."""
    together, ends = Barrier(len(calls)), []

    def run(call: Callable[[], Any]) -> None:
        together.wait()
        try:
            ends.append(call())
        except DomainError as error:
            ends.append(error.code)
        finally:
            connection.close()

    threads = [Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return ends


@pytest.fixture
def heart(worker) -> Any:
    yield ward()
    eventually(quiet, 60)


def test_the_same_request_twice_at_once_is_one_row(heart: Ward):
    def ask() -> Prediction:
        return request_prediction(
            actor=heart.doctor, request=heart.request(idempotency_key="double-click")
        )

    first, second = at_once(ask, ask)

    assert first.pk == second.pk
    assert Prediction.unscoped.count() == 1


def test_of_two_first_decisions_the_later_one_amends(heart: Ward):
    colleague = clinician_at(heart.organisation)
    patient = patient_of(heart.doctor, colleague)
    done = PredictionFactory(
        version=heart.version, patient=patient, requested_by=heart.doctor, band=""
    )
    wanted = DecisionInput(assessment="about-right", action="defer")

    at_once(
        *(
            lambda actor=actor: record_decision(actor=actor, prediction=done, decision=wanted)
            for actor in (heart.doctor, colleague)
        )
    )

    rows = Decision.unscoped.filter(prediction=done)
    assert rows.count() == 2
    assert rows.filter(amends=None).count() == 1
    assert rows.current().count() == 1


def test_two_workers_never_hold_the_same_row(heart: Ward):
    queued = PredictionFactory(
        version=heart.version,
        patient=patient_of(heart.doctor),
        requested_by=heart.doctor,
        state="queued",
    )

    held = at_once(*[lambda: Prediction.unscoped.claim(queued.pk)] * 4)

    assert len([row for row in held if row is not None]) == 1
    assert again(queued).attempts == 1
    Prediction.unscoped.filter(pk=queued.pk).update(state="cancelled")


def test_a_run_is_cancelled_or_begun_and_never_both(heart: Ward):
    queued = PredictionFactory(
        version=heart.version,
        patient=patient_of(heart.doctor),
        requested_by=heart.doctor,
        state="queued",
    )

    ends = at_once(
        lambda: cancel_prediction(actor=heart.doctor, prediction=queued),
        lambda: Prediction.unscoped.claim(queued.pk),
    )

    state = again(queued).state
    assert (state == "cancelled") == (None in ends)
    assert (state == "running") == ("prediction_state" in ends)
    Prediction.unscoped.filter(pk=queued.pk).update(state="cancelled")
