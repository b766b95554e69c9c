"""A worker shows that it works by a row; one that falls silent is seen, said and replaced."""

from __future__ import annotations

import pytest

from medportal.liveness import heartbeats
from medportal.supervisor.process import wait_until
from tests.inference import faults

pytestmark = pytest.mark.django_db(transaction=True)
SECONDS = 60


def age(kind: str) -> float | None:
    seen = heartbeats.kinds().get(kind)
    return seen.age.total_seconds() if seen else None


def test_a_worker_that_takes_nothing_falls_silent_although_it_lives(started, settings):
    settings.SILENCE_SECONDS = {"interactive": 3.0}
    child = started("silent")
    assert wait_until(lambda: age("silent") is not None, SECONDS)
    assert not heartbeats.kinds()["silent"].is_silent

    with faults.asleep(child):
        assert child.runs()
        assert wait_until(lambda: heartbeats.kinds()["silent"].is_silent, SECONDS)

    assert wait_until(lambda: not heartbeats.kinds()["silent"].is_silent, SECONDS)
