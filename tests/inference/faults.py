"""Real faults for real processes: held up in mid-run, killed, cut off from the broker."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import redis
from django.conf import settings

from medportal.supervisor.process import Child
from tests.servers import locked


def pool_children(worker: Child) -> list[int]:
    """The processes in which the worker's tasks run."""
    listed = Path(f"/proc/{worker.pid}/task/{worker.pid}/children").read_text()
    return [int(pid) for pid in listed.split()]


def kill_pool(worker: Child) -> None:
    for pid in pool_children(worker):
        os.kill(pid, signal.SIGKILL)


def kill_altogether(worker: Child) -> None:
    """The worker and everything that it started."""
    assert worker.pid is not None
    os.killpg(worker.pid, signal.SIGKILL)
    worker.stop()


@contextmanager
def held_up() -> Iterator[None]:
    """No run can settle: its audit event waits for a lock. Everything before has happened."""
    with locked("accounts_auditevent", "SHARE"):
        yield


@contextmanager
def asleep(worker: Child) -> Iterator[None]:
    """The worker takes nothing, and is not dead either."""
    everyone = [*pool_children(worker), worker.pid]
    for pid in everyone:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in reversed(everyone):
            os.kill(pid, signal.SIGCONT)


def broker() -> redis.Redis:
    return redis.Redis.from_url(settings.ADDRESSES.broker)


def messages() -> list[bytes]:
    """Everything that waits in the broker's queues."""
    client = broker()
    return [
        body
        for key in client.keys("celery:*")
        if client.type(key) == b"list"
        for body in client.lrange(key, 0, -1)
    ]
