"""The live worker: what it takes, what it refuses, and what runs when it is killed."""

import base64
import json
import os
import pickle
import signal
import subprocess
import sys
import uuid
from functools import partial

import pytest
import redis
from django.conf import settings

from medportal.celery import app
from medportal.configuration.addresses import ROOT
from medportal.supervisor.process import wait_until
from tests.servers import await_worker, without_owner
from tests.servers import worker as worker_process
from tests.supervisor.conftest import lives
from tests.supervisor.test_launch import descendants

SECONDS = 20


def names_of_workers() -> list[str]:
    answers = app.control.ping(timeout=1.0) or []
    return [name for answer in answers for name in answer]


def push(body: bytes, content_type: str) -> None:
    """A message that did not come from our own publisher."""
    tag = str(uuid.uuid4())
    message = {
        "body": base64.b64encode(body).decode(),
        "content-encoding": "binary",
        "content-type": content_type,
        "headers": {"lang": "py", "task": "os.system", "id": tag, "argsrepr": "", "kwargsrepr": ""},
        "properties": {
            "correlation_id": tag,
            "delivery_mode": 2,
            "delivery_info": {"exchange": "", "routing_key": "interactive"},
            "priority": 0,
            "body_encoding": "base64",
            "delivery_tag": tag,
        },
    }
    with redis.Redis.from_url(settings.ADDRESSES.broker) as broker:
        broker.lpush("celery:interactive", json.dumps(message))


def waiting() -> int:
    with redis.Redis.from_url(settings.ADDRESSES.broker) as broker:
        return int(broker.llen("celery:interactive"))


class Escape:
    def __reduce__(self):
        return (os.mkdir, (str(settings.VAR / "escaped"),))


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (pickle.dumps(Escape()), "application/x-python-serialize"),
        (b"{not json", "application/json"),
        (json.dumps([["x"], {}, {}]).encode(), "application/json"),
    ],
    ids=["a pickle", "broken JSON", "an unknown task"],
)
def test_a_bad_message_is_dropped_and_the_worker_lives(worker, body, content_type):
    push(body, content_type)
    assert wait_until(lambda: waiting() == 0, SECONDS)
    assert wait_until(names_of_workers, SECONDS)
    assert worker.runs()
    assert not (settings.VAR / "escaped").exists()


NO_MESSAGES = [
    b"garbage", b"\xff\xfe", b"null", b"[1, 2]", b'"text"', b"{}",
    b'{"body": "!", "headers": {}, "properties": {"body_encoding": "base64"}}',
    b'{"body": "a", "headers": {}, "properties": {"body_encoding": "base64", "delivery_tag": "1", '
    b'"delivery_info": {}}}',
    b'{"body": "e30=", "headers": null, "properties": {"delivery_tag": "1", "delivery_info": {}}}',
]  # fmt: skip


def test_what_is_no_message_is_dropped_and_the_worker_lives(worker):
    """Pushed past kombu: it would end the worker, and the next one with the next push."""
    with redis.Redis.from_url(settings.ADDRESSES.broker) as broker:
        broker.lpush("celery:interactive", *NO_MESSAGES)
    assert wait_until(lambda: waiting() == 0, SECONDS)
    assert wait_until(names_of_workers, SECONDS)
    assert worker.runs()
    said = partial(worker.last_lines, 500)
    assert wait_until(lambda: said().count("garbage_dropped") >= len(NO_MESSAGES), SECONDS)


@pytest.mark.parametrize(
    "command",
    [
        ["celery", "-A", "medportal", "worker", "-Q", "nothing", "--concurrency", "1"],
        ["celery", "-A", "medportal", "beat", "--pidfile", ""],
        ["medportal.tools.launch.web"],
    ],
    ids=["worker", "beat", "web"],
)
def test_no_process_starts_on_a_broker_that_drops_messages(servers, command):
    with redis.Redis.from_url(settings.ADDRESSES.broker) as broker:
        broker.config_set("maxmemory-policy", "allkeys-lru")
        try:
            done = subprocess.run(
                [sys.executable, "-m", *command],
                cwd=ROOT,
                env=without_owner(),
                capture_output=True,
                text=True,
                timeout=60,
                check=False,
            )
        finally:
            broker.config_set("maxmemory-policy", "noeviction")
    assert done.returncode == 1
    assert "it must be noeviction" in done.stderr


def test_pool_children_end_with_a_killed_worker(django_db_setup, tmp_path):
    child = worker_process("doomed", queues="doomed", log=tmp_path / "doomed.log")
    child.start()
    try:
        await_worker(child)
        assert child.pid is not None
        below = descendants(child.pid)
        assert below
        os.kill(child.pid, signal.SIGKILL)
        assert wait_until(lambda: not any(map(lives, below)), SECONDS)
    finally:
        child.stop()
