"""A message is a hint with an id in it, and a broker that is away fails nobody."""

import json
import time
import uuid
from base64 import b64decode

import pytest
import redis
from celery import Celery
from django.conf import settings
from django.db import transaction

from medportal.beat import LOCK, LockedScheduler
from medportal.celery import app
from medportal.common import counters
from medportal.common.queue.publish import publish, ring
from medportal.configuration.addresses import celery_broker
from tests.servers import as_superuser


def task_of(application: Celery):
    @application.task(name="tests.nothing")
    def nothing(_: str) -> None:
        """Never run: nobody listens to its queue."""

    return nothing


@pytest.fixture
def lost():
    """A task whose broker is not there."""
    application = Celery(
        "lost", broker="redis+socket:///nonexistent/valkey.sock", set_as_current=False
    )
    application.conf.broker_transport_options = settings.CELERY_BROKER_TRANSPORT_OPTIONS
    yield task_of(application)
    application.close()


def test_a_broker_that_is_away_is_counted_and_raises_nothing(lost):
    before = counters.read().get("publish_failed", 0)
    began = time.monotonic()
    assert publish(lost, uuid.uuid4()) is False
    assert time.monotonic() - began < 2
    assert counters.read()["publish_failed"] == before + 1


@pytest.mark.django_db(transaction=True)
def test_ringing_after_the_commit_raises_nothing_either(lost):
    before = counters.read().get("publish_failed", 0)
    with transaction.atomic():
        ring(lost, uuid.uuid4())
        assert counters.read().get("publish_failed", 0) == before
    assert counters.read()["publish_failed"] == before + 1


@pytest.mark.django_db(transaction=True)
def test_nothing_is_rung_for_what_was_rolled_back(lost):
    before = counters.read().get("publish_failed", 0)
    with transaction.atomic():
        ring(lost, uuid.uuid4())
        transaction.set_rollback(True)
    assert counters.read().get("publish_failed", 0) == before


def test_a_message_carries_an_id_and_nothing_else(servers):
    """In a database of its own, where no worker listens."""
    address = celery_broker(settings.ADDRESSES.broker)
    application = Celery("unread", broker=address, set_as_current=False)
    application.conf.task_default_queue = "tests-unread"
    pk = uuid.uuid4()
    assert publish(task_of(application), pk)
    application.close()
    with redis.Redis.from_url(settings.ADDRESSES.broker) as broker:
        message = json.loads(broker.lpop("tests-unread"))
    assert message["content-type"] == "application/json"
    assert json.loads(b64decode(message["body"]))[:2] == [[str(pk)], {}]
    assert message["headers"]["argsrepr"] == "(id)"


@pytest.mark.django_db(transaction=True)
def test_one_beat_rings_and_the_other_waits():
    scheduler = LockedScheduler(app=app, lazy=True)
    assert scheduler._hold()
    assert scheduler._hold()
    other = f"DO $$ BEGIN ASSERT NOT pg_try_advisory_lock({LOCK}); END $$"
    as_superuser([other])
    scheduler.close()
    as_superuser([other.replace("NOT ", "")])
