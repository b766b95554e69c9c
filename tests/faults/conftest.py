"""One worker and what else a test of faults needs, at seconds instead of minutes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from medportal.supervisor.process import Child
from tests.servers import await_worker
from tests.servers import worker as worker_process

QUICK = {
    "MEDPORTAL_LEASE_SECONDS": "2",
    "MEDPORTAL_BATCH_LEASE_SECONDS": "2",
    "MEDPORTAL_SWEEP_SECONDS": "1",
    "MEDPORTAL_HEARTBEAT_SECONDS": "1",
}


@pytest.fixture
def started(django_db_setup: None, tmp_path: Path) -> Iterator[Callable[..., Child]]:
    """Start one more worker with settings and options of its own; all end with the test."""
    begun: list[Child] = []

    def start(name: str, *options: str, queues: str = "", **environment: str) -> Child:
        child = worker_process(
            name,
            queues=queues or name,
            log=tmp_path / f"{name}.log",
            environment=QUICK | environment,
        )
        child.command = [*child.command, *options]
        begun.append(child)
        child.start()
        await_worker(child, 90)
        return child

    yield start
    for child in begun:
        child.stop()
