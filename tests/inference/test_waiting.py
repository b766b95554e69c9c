"""``Prefer: wait``: never long, never on more than half of the threads."""

from __future__ import annotations

import time

import pytest

from diagnosis.inference.models import Prediction
from medportal.common.queue import bell, waiting
from tests.factories import PredictionFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("wait=3", 3), ("respond-async, wait=5", 5), ("WAIT = 2", 2), ("wait=999999", 10),
     ("", 0), ("wait", 0), ("wait=-1", 0), ("await=4", 0)],
)  # fmt: skip
def test_what_a_caller_prefers_is_read_and_limited(header, seconds):
    assert waiting.preferred_seconds(header) == seconds


def test_what_is_settled_is_not_waited_for():
    done = PredictionFactory()
    began = time.monotonic()

    assert waiting.wait_until_settled(Prediction, done.pk, 10)
    assert time.monotonic() - began < 2


def test_nobody_waits_longer_than_asked():
    queued = PredictionFactory(state="queued")
    began = time.monotonic()

    assert not waiting.wait_until_settled(Prediction, queued.pk, 0.3)
    assert 0.25 < time.monotonic() - began < 5


def test_beyond_half_of_the_threads_nobody_waits():
    queued = PredictionFactory(state="queued")
    for _ in range(waiting.SLOTS):
        assert waiting._slots.acquire(blocking=False)
    try:
        began = time.monotonic()
        assert not waiting.wait_until_settled(Prediction, queued.pk, 5)
        assert time.monotonic() - began < 2
    finally:
        for _ in range(waiting.SLOTS):
            waiting._slots.release()


def test_who_listens_late_still_hears():
    prediction = PredictionFactory(state="queued")
    bell.announce(prediction.pk)
    began = time.monotonic()

    bell.listen(prediction.pk, 5)

    assert time.monotonic() - began < 2
