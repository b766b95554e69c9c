"""Workers, broker and database fail under a run; it ends once, or fails and says so."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import connection, transaction

from accounts.models import AuditEvent
from diagnosis.inference import tasks
from diagnosis.inference.models import Prediction
from medportal.celery import app
from medportal.common.queue.publish import publish
from medportal.liveness import periods
from medportal.liveness.models import PeriodicRun
from medportal.supervisor.process import Child, wait_until
from tests.inference import faults
from tests.runnable import Ward, again, eventually, settled
from tests.servers import as_superuser, await_worker, superuser

pytestmark = pytest.mark.django_db(transaction=True)
SECONDS = 60


def unrung(heart: Ward, **asked: Any) -> Prediction:
    """Asked, and the message was lost before it was sent."""
    with transaction.atomic():
        prediction = heart.ask(**asked)
        connection.run_on_commit = []
    return prediction


def running(prediction: Prediction, attempts: int = 1) -> bool:
    row = again(prediction)
    return row.state == "running" and row.attempts == attempts


def swept(prediction: Prediction) -> Prediction:
    def look() -> bool:
        tasks.sweep_predictions()
        return again(prediction).is_settled

    eventually(look, SECONDS)
    return again(prediction)


def runs_of(prediction: Prediction) -> int:
    return AuditEvent.objects.filter(
        act="prediction.run", what=f"prediction/{prediction.pk}"
    ).count()


def assert_once(prediction: Prediction, *, attempts: int) -> None:
    row = again(prediction)
    assert (row.state, row.attempts, runs_of(prediction)) == ("done", attempts, 1)


def redeliver(seconds: float) -> None:
    """What every kombu consumer does: hand out again what nobody acknowledged for so long."""
    options = app.conf.broker_transport_options | {"visibility_timeout": seconds}
    with app.connection_for_read(transport_options=options) as waiting:
        waiting.default_channel.qos.restore_visible(interval=1)


def test_a_redelivered_copy_of_a_run_that_takes_long_is_left_alone(heart, worker, second):
    with ExitStack() as stack:
        with faults.asleep(worker), faults.asleep(second):
            prediction = heart.ask()
            stack.enter_context(faults.held_up())
        eventually(lambda: running(prediction))
        redeliver(0)
        said = f'"not_mine", "prediction": "{prediction.pk}"'
        assert wait_until(lambda: said in worker.last_lines(500) + second.last_lines(500), SECONDS)
        assert running(prediction)

    settled(prediction)
    assert_once(prediction, attempts=1)


def test_a_click_waits_for_no_run_of_another_worker(heart, worker, second):
    """Prefetch: the first worker keeps nothing that it does not work on."""
    with ExitStack() as stack:
        with faults.asleep(worker), faults.asleep(second):
            asked = [heart.ask() for _ in range(3)]  # one child here, two there
            stack.enter_context(faults.held_up())
        eventually(lambda: all(running(prediction) for prediction in asked))

    for prediction in asked:
        settled(prediction)
        assert_once(prediction, attempts=1)


def test_two_children_predict_at_once_again_and_again(heart, worker, second):
    asked = [heart.ask() for _ in range(60)]

    for prediction in asked:
        assert settled(prediction, SECONDS).state == "done"
    assert {again(prediction).headline for prediction in asked} == {again(asked[0]).headline}


def test_a_message_carries_the_time_limit_of_its_queue(heart, worker):
    """It counts for more than the worker's own: the longest one for all would be none for most."""
    for task, limit in (
        (tasks.run_prediction, settings.INTERACTIVE_TIME_LIMIT),
        (tasks.run_slow_explanation, settings.BATCH_TIME_LIMIT),
    ):
        assert publish(task, heart.patient.pk, queue="nobody")
        (message,) = faults.messages()
        assert json.loads(message)["headers"]["timelimit"] == [limit, None]
        faults.broker().delete("celery:nobody")


def test_a_run_stuck_in_native_code_is_ended_and_done_by_another(heart, frail):
    """A stopped process hears no signal that Python could handle: only the kill ends it."""
    prediction = unrung(heart)
    with faults.held_up():
        publish(tasks.run_prediction, prediction.pk, queue="frail", time_limit=2)
        eventually(lambda: running(prediction))
        (stuck,) = faults.pool_children(frail)
        os.kill(stuck, signal.SIGSTOP)
    assert wait_until(lambda: stuck not in faults.pool_children(frail), SECONDS)

    swept(prediction)

    assert_once(prediction, attempts=2)


def test_a_child_that_grew_too_large_is_replaced_and_no_run_is_lost(heart, frail):
    before = faults.pool_children(frail)
    asked = [unrung(heart) for _ in range(3)]
    for prediction in asked:
        publish(tasks.run_prediction, prediction.pk, queue="frail")

    for prediction in asked:
        settled(prediction, SECONDS)
        assert_once(prediction, attempts=1)
    assert wait_until(lambda: not set(before) & set(faults.pool_children(frail)), SECONDS)


def test_a_broker_lost_in_mid_run_changes_nothing_for_the_run(heart, worker, servers):
    broker = servers.children[0]
    with ExitStack() as stack:
        with faults.asleep(worker):
            prediction = heart.ask()
            stack.enter_context(faults.held_up())
        eventually(lambda: running(prediction))
        broker.stop()
        broker.start()
        servers.valkey.wait(broker)

    settled(prediction, SECONDS)
    assert settled(heart.ask(), SECONDS).state == "done"  # and the worker has found it again
    assert_once(prediction, attempts=1)


def test_a_database_that_crashes_in_mid_run_costs_an_attempt(heart, worker, servers):
    database = servers.children[1]
    with suppress(psycopg.OperationalError), ExitStack() as stack:
        with faults.asleep(worker):
            prediction = heart.ask()
            stack.enter_context(faults.held_up())
        eventually(lambda: running(prediction))
        as_superuser(["CHECKPOINT"])  # the tests' own commits wait for no disk
        os.kill(database.pid, signal.SIGQUIT)  # no farewell to anybody: recovery at the next start
        assert wait_until(lambda: not database.runs(), SECONDS)
        database.stop()
        database.start()
        servers.postgres.wait(database)
    connection.close()

    swept(prediction)
    assert_once(prediction, attempts=2)
    assert settled(heart.ask(), SECONDS).state == "done"


def test_a_deploy_under_load_loses_and_doubles_nothing(heart, worker):
    asked = [heart.ask() for _ in range(10)]
    eventually(lambda: any(again(prediction).attempts for prediction in asked))

    worker.ask_to_end()  # SIGTERM: what runs is finished, what waits goes back
    assert wait_until(lambda: not worker.runs(), SECONDS)
    ended = [again(prediction).state for prediction in asked]
    worker.start()
    await_worker(worker, 90)

    assert "running" not in ended
    for prediction in asked:
        settled(prediction, SECONDS)
        assert_once(prediction, attempts=1)


def beats() -> list[str]:
    """Who holds beat's lock."""
    parts = superuser()
    with psycopg.connect(
        host=parts["HOST"], user=parts["USER"], password=parts["PASSWORD"], dbname="postgres"
    ) as session:
        found = session.execute(
            "SELECT application_name FROM pg_locks JOIN pg_stat_activity USING (pid)"
            " WHERE locktype = 'advisory' AND granted AND application_name LIKE 'medportal beat%'"
        ).fetchall()
    return [name.removeprefix("medportal ") for (name,) in found]


def test_of_two_beats_one_rings_and_the_other_takes_over(
    heart, worker, beating: Callable[[str], Child]
):
    both = {name: beating(name) for name in ("beat-one", "beat-two")}
    assert wait_until(lambda: len(beats()) == 1 and PeriodicRun.objects.count() >= 4, SECONDS)
    (holder,) = beats()

    both[holder].stop()
    (other,) = both.keys() - {holder}

    assert wait_until(lambda: beats() == [other], SECONDS)
    seen = PeriodicRun.objects.count()
    assert wait_until(lambda: PeriodicRun.objects.count() >= seen + 4, SECONDS)
    # and the sweeps that it rings for find what was lost, soon
    prediction, began = unrung(heart), time.monotonic()
    settled(prediction, SECONDS)
    assert time.monotonic() - began < 2 + 1 + 30, "lease, sweep and half a minute"
    both[other].stop()
    assert wait_until(lambda: not faults.messages(), SECONDS)


def test_a_period_is_run_once_however_many_ring_for_it(heart):
    period = "2026-03-01T08:00:00+00:00"

    assert periods.claim("tests-job", period)
    assert not periods.claim("tests-job", period)
    assert periods.claim("tests-job", "2026-03-01T08:01:00+00:00")
    assert periods.claim("another-job", period)
    assert PeriodicRun.objects.filter(job="tests-job").count() == 2


def test_nothing_of_a_patient_stays_in_the_broker_after_a_run(heart, worker):
    prediction = settled(heart.ask(inputs={"systolic_bp": 147.625}))
    client = faults.broker()

    keys = client.keys("*")
    kept = b"".join(client.dump(key) or b"" for key in keys) + b"".join(keys)

    assert not [key for key in keys if b"celery-task-meta" in key]
    for secret in (b"147.625", str(heart.patient.pk).encode(), b"Testperson"):
        assert secret not in kept
    assert prediction.state == "done"
