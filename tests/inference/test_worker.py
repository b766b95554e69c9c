"""The whole path with a live worker, and what becomes of a run when something dies on the way."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.conf import settings

from accounts.models import AuditEvent
from diagnosis.inference import tasks
from diagnosis.inference.models import Explanation, Prediction
from medportal.common.queue import waiting
from medportal.common.queue.publish import publish
from medportal.liveness.tasks import show_life
from tests.inference import faults
from tests.runnable import Ward, again, eventually, explanation_of, quiet, settled, ward
from tests.servers import await_worker

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def heart(worker) -> Iterator[Ward]:
    """A ward; afterwards nothing runs any more that would meet the emptying of the tables."""
    yield ward()
    eventually(quiet, 60)


def swept(prediction: Prediction) -> Prediction:
    """Settled with the help of the sweep, as beat rings it."""

    def look() -> bool:
        tasks.sweep_predictions()
        return again(prediction).is_settled

    eventually(look, 60)
    return again(prediction)


def running(prediction: Prediction, attempts: int) -> bool:
    row = again(prediction)
    return row.state == "running" and row.attempts == attempts


def test_a_click_becomes_a_number_and_its_reasons(heart):
    done = settled(heart.ask())

    reasons = eventually(lambda: Explanation.unscoped.filter(prediction=done, state="done").first())

    assert done.state == "done"
    total = reasons.content["base_value"] + sum(
        one.contribution for one in reasons.reasons.attributions
    )
    assert total == pytest.approx(done.headline, abs=1e-4)


def asked_and_held_up(heart: Ward, worker, stack: ExitStack) -> Prediction:
    """A prediction whose run is under way and cannot settle until ``stack`` ends."""
    with faults.asleep(worker):
        prediction = heart.ask()
        stack.enter_context(faults.held_up())
    eventually(lambda: running(prediction, 1))
    return prediction


def test_a_worker_killed_in_mid_run_costs_an_attempt_and_nothing_else(heart, worker):
    expected = heart.run().headline
    with ExitStack() as stack:
        prediction = asked_and_held_up(heart, worker, stack)
        faults.kill_pool(worker)

    done = swept(prediction)

    assert (done.state, done.attempts) == ("done", 2)
    assert done.headline == expected
    runs = AuditEvent.objects.filter(act="prediction.run", what=f"prediction/{done.pk}")
    assert runs.count() == 1
    assert Explanation.unscoped.filter(prediction=done).count() == 1


def test_a_run_that_kills_every_worker_is_given_up_and_the_next_one_runs(heart, worker):
    with ExitStack() as stack:
        prediction = asked_and_held_up(heart, worker, stack)
        faults.kill_pool(worker)
    for attempt in range(2, settings.ATTEMPT_LIMIT + 1):
        with faults.held_up():
            eventually(partial(_rung, prediction, attempt), 60)
            faults.kill_pool(worker)

    failed = swept(prediction)

    assert (failed.state, failed.failure_code) == ("failed", "too_many_attempts")
    assert failed.attempts == settings.ATTEMPT_LIMIT
    assert settled(heart.ask(), 60).state == "done"


def _rung(prediction: Prediction, attempt: int) -> bool:
    publish(tasks.run_prediction, prediction.pk)
    return running(prediction, attempt)


def test_a_whole_worker_killed_in_mid_run_is_replaced_and_the_run_ends_once(heart, worker):
    with ExitStack() as stack:
        prediction = asked_and_held_up(heart, worker, stack)
        faults.kill_altogether(worker)
    worker.start()
    await_worker(worker, 90)

    done = swept(prediction)

    assert (done.state, done.attempts) == ("done", 2)
    assert Explanation.unscoped.filter(prediction=done).count() == 1


def test_a_broker_that_forgot_everything_loses_nothing(heart, worker):
    with faults.asleep(worker):
        asked = [heart.ask() for _ in range(3)]
        faults.broker().flushall()

    assert [swept(prediction).state for prediction in asked] == ["done"] * 3


def test_a_broker_that_is_away_at_the_click_costs_time_alone(heart, worker, servers):
    broker = servers.children[0]
    broker.stop()
    try:
        prediction = heart.ask()
        assert again(prediction).state == "queued"
    finally:
        broker.start()
        servers.valkey.wait(broker)

    assert swept(prediction).state == "done"


def test_a_message_twice_and_late_changes_nothing(heart):
    done = settled(heart.ask())

    publish(tasks.run_prediction, done.pk)
    publish(tasks.run_prediction, done.pk)
    assert settled(heart.ask()).state == "done"  # whatever came before it has been taken

    assert again(done).attempts == 1
    assert (
        AuditEvent.objects.filter(what=f"prediction/{done.pk}", act="prediction.run").count() == 1
    )


def test_the_broker_carries_ids_alone(heart, worker):
    with faults.asleep(worker):
        heart.ask()  # the worker may have been waiting: then this one is on its way to it
        prediction = heart.ask(inputs={"systolic_bp": 147.625})
        queued = faults.messages()

    messages = [json.loads(message) for message in queued]
    bodies = [base64.b64decode(message["body"]) for message in messages]
    said = [
        json.loads(body)[:2]
        for message, body in zip(messages, bodies, strict=True)
        if message["headers"]["task"] != show_life.name  # names a worker, of this or another test
    ]
    assert [[str(prediction.pk)], {}] in said
    for arguments, named in said:  # of this test or of one before
        assert named == {}
        assert [str(UUID(one)) for one in arguments] == arguments
    for secret in (b"147.625", b"systolic", str(heart.patient.pk).encode(), b"Testperson"):
        assert secret not in b"".join(queued + bodies)
    assert settled(prediction).state == "done"


def test_the_worker_never_loads_tensorflow(heart, worker):
    settled(heart.ask())

    for pid in [worker.pid, *faults.pool_children(worker)]:
        mapped = Path(f"/proc/{pid}/maps").read_text()
        assert "tensorflow" not in mapped.lower().replace("tensorflow_lite", "")


def test_the_page_hears_of_the_end_without_asking_the_database_all_the_time(heart, worker):
    with faults.asleep(worker):
        prediction = heart.ask()

    assert waiting.wait_until_settled(Prediction, prediction.pk, 10)
    assert not waiting.wait_until_settled(Prediction, uuid4(), 0.2)
    assert explanation_of(settled(prediction)) is not None
