"""More processes than the suite's one worker, at seconds instead of minutes; all end with us."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from medportal.supervisor.process import Child
from tests.runnable import Ward, eventually, quiet, ward
from tests.servers import await_worker, process
from tests.servers import worker as worker_process

QUICK = {
    "MEDPORTAL_LEASE_SECONDS": "2",
    "MEDPORTAL_SWEEP_SECONDS": "1",
    "MEDPORTAL_HEARTBEAT_SECONDS": "1",
}
Start = Callable[..., Child]


@pytest.fixture
def begun(tmp_path: Path) -> Iterator[Callable[[Child], Child]]:
    """Start a child that ends with the test."""
    children: list[Child] = []

    def begin(child: Child) -> Child:
        children.append(child)
        child.start()
        return child

    yield begin
    for child in reversed(children):
        child.stop()


@pytest.fixture
def started(
    django_db_setup: None, begun: Callable[[Child], Child], tmp_path: Path
) -> Callable[..., Child]:
    """One more worker, with settings of its own."""

    def start(name: str, **environment: str) -> Child:
        log = tmp_path / f"{name}.log"
        child = worker_process(name, queues=name, log=log, environment=QUICK | environment)
        await_worker(begun(child), 90)
        return child

    return start


@pytest.fixture
def beating(
    django_db_setup: None, begun: Callable[[Child], Child], tmp_path: Path
) -> Callable[[str], Child]:
    """One more beat, which sweeps every second."""

    def start(name: str) -> Child:
        words = ["celery", "-A", "medportal", "beat", "--pidfile", "", "--loglevel", "INFO"]
        log = tmp_path / f"{name}.log"
        return begun(process(name, words, log=log, environment=QUICK))

    return start


@pytest.fixture(scope="module")
def frail(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[Child]:
    """A worker that replaces its child after each task, as if that had grown too large."""
    with django_db_blocker.unblock():
        child = worker_process(
            "frail",
            queues="frail",
            log=tmp_path_factory.mktemp("frail") / "frail.log",
            environment=QUICK,
        )
    child.command = [*child.command, "--max-memory-per-child", "1"]
    child.start()
    try:
        await_worker(child, 90)
        yield child
    finally:
        child.stop()


@pytest.fixture(scope="module")
def second(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[Child]:
    """A second worker for the doctors' queue, with two children."""
    with django_db_blocker.unblock():
        child = worker_process(
            "second",
            queues="interactive",
            log=tmp_path_factory.mktemp("second") / "second.log",
            environment=QUICK | {"MEDPORTAL_HEARTBEAT_SECONDS": "3600"},
        )
    child.command = [*child.command, "--concurrency", "2"]
    child.start()
    try:
        await_worker(child, 90)
        yield child
    finally:
        child.stop()


@pytest.fixture
def heart(worker: Child) -> Iterator[Ward]:
    """A ward; afterwards nothing runs any more that would meet the emptying of the tables."""
    yield ward()
    eventually(quiet, 90)
