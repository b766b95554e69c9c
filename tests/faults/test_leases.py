"""Who works renews its lease; who dies lets its rows go within seconds. Limits as in production."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest
from django.db import transaction
from django.utils import timezone

from diagnosis.inference.models import Prediction
from medportal.common.queue.jobs import held
from medportal.supervisor.process import Child
from tests.inference import faults
from tests.runnable import Ward, again, eventually, settled, ward
from tests.servers import await_worker, process
from tests.servers import worker as worker_process

pytestmark = pytest.mark.django_db(transaction=True)
SOON = 10
"""Seconds until somebody else has taken up what a killed worker had begun."""
SECONDS = 90
ASKED, CHILDREN = 12, 2


def claimed(ward_: Ward) -> Prediction:
    job = Prediction.unscoped.claim(ward_.ask().pk)
    assert job is not None
    return job


def claimed_by_another(job: Prediction) -> Prediction | None:
    return Prediction.unscoped.claim(job.pk)


def test_who_works_longer_than_a_lease_keeps_the_row(unrung, settings):
    settings.LEASE_SECONDS = 0.6
    job = claimed(ward())
    ends = job.lease_until

    with held(Prediction, job):
        eventually(lambda: timezone.now() > ends)
        assert claimed_by_another(job) is None

    later = eventually(lambda: claimed_by_another(job))
    assert later.attempts == 2


def test_no_lease_is_renewed_for_ever(unrung, settings):
    """Who hangs is not dead: its row goes on all the same."""
    settings.LEASE_SECONDS = 0.6
    job = claimed(ward())

    with held(Prediction, job, at_most=0.1):
        assert eventually(lambda: claimed_by_another(job)).attempts == 2


def test_who_was_overtaken_does_not_take_the_row_back(unrung, settings):
    settings.LEASE_SECONDS = 0.6
    late = claimed(ward())
    with transaction.atomic():
        Prediction.unscoped.release(late)
    now = eventually(lambda: claimed_by_another(late))

    assert not Prediction.unscoped.renew(late)
    assert Prediction.unscoped.renew(now)


@pytest.fixture
def victim(django_db_setup: None, begun: Callable[[Child], Child], tmp_path: Path) -> Child:
    """A worker of two children, with the limits that a hospital has."""
    log = tmp_path / "victim.log"
    child = worker_process("victim", queues="interactive", log=log, environment={})
    child.command = [*child.command, "--concurrency", str(CHILDREN)]
    return begun(child)


@pytest.fixture
def beat(django_db_setup: None, begun: Callable[[Child], Child], tmp_path: Path) -> Child:
    words = ["celery", "-A", "medportal", "beat", "--pidfile", "", "--loglevel", "INFO"]
    return begun(process("beat", words, log=tmp_path / "beat.log", environment={}))


def under_way(asked: list[Prediction]) -> list[Prediction]:
    return [row for row in map(again, asked) if row.state == "running"]


def test_what_a_killed_worker_had_begun_is_taken_up_within_ten_seconds(worker, victim, beat):
    await_worker(victim, SECONDS)
    heart = ward()
    with ExitStack() as stack, faults.asleep(worker):
        with faults.asleep(victim):
            asked = [heart.ask() for _ in range(ASKED)]
            stack.enter_context(faults.held_up())  # nothing settles, and nobody else is at work
        eventually(lambda: len(under_way(asked)) == CHILDREN)
        begun = under_way(asked)
        faults.kill_altogether(victim)
        killed = timezone.now()

    for prediction in asked:
        assert settled(prediction, SECONDS).state == "done"
    for prediction in begun:
        row = again(prediction)
        assert row.attempts == 2
        assert (row.started_at - killed).total_seconds() < SOON
