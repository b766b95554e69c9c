"""Fixtures that every test may use. Servers start when the first test asks for the database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection
from django.db.backends.postgresql.operations import DatabaseOperations
from django.test import Client

from medportal.settings.test import FOLDER
from medportal.supervisor.process import Child
from medportal.supervisor.servers import Servers
from tests.servers import as_superuser, await_worker, make_database, running_servers, worker

FLUSHES = 5


@pytest.hookimpl(tryfirst=True)  # xdist reads the groups in the same hook
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Dealt out by file; whatever needs the demonstration goes to one share, which starts it."""
    for item in items:
        parts = item.path.relative_to(item.config.rootpath).parts
        group = parts[1] if parts[1] in ("demo", "e2e") else str(item.path)
        item.add_marker(pytest.mark.xdist_group(group))


@pytest.fixture(scope="session")
def servers() -> Iterator[Servers]:
    """PostgreSQL and Valkey of this run alone."""
    with running_servers() as running:
        yield running


@pytest.fixture(scope="session")
def django_db_setup(
    servers: Servers,
    django_test_environment: None,
    django_db_blocker: Any,
) -> Iterator[None]:
    """The test database: made by the superuser, migrated by the owner, used as the application."""
    with django_db_blocker.unblock():
        make_database()
        kept = DatabaseOperations.execute_sql_flush
        DatabaseOperations.execute_sql_flush = _flush_as_superuser
    yield
    with django_db_blocker.unblock():
        DatabaseOperations.execute_sql_flush = kept
        connection.close()


def _flush_as_superuser(self: DatabaseOperations, sql_list: list[str]) -> None:
    """The application may not empty tables; the audit trail refuses even their owner.

    A live worker may hold one table and want the next: then PostgreSQL ends one of the two, and if
    that was us, the tables are emptied when it is done.
    """
    for left in reversed(range(FLUSHES)):
        try:
            as_superuser(sql_list)
            break
        except psycopg.errors.DeadlockDetected:
            if not left:
                raise


@pytest.fixture
def client_for() -> Callable[..., Client]:
    """A browser of ``user``, logged in."""

    def open_client(user: Any, **extra: Any) -> Client:
        client = Client(**extra)
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return open_client


@pytest.fixture
def unrung(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the broker were away: rows stay as a test that commits has written them.

    No worker is at them while the tables are emptied.
    """
    monkeypatch.setattr("medportal.common.queue.publish.publish", lambda *_: False)


@pytest.fixture(scope="session")
def _live_worker(django_db_setup: None, django_db_blocker: Any) -> Iterator[Child]:
    log = FOLDER / "worker.log"
    with django_db_blocker.unblock():
        changed = {"MEDPORTAL_LEASE_SECONDS": "2"}  # a dead worker is missed soon
        changed["MEDPORTAL_HEARTBEAT_SECONDS"] = "3600"  # no message but those that tests expect
        child = worker("interactive", queues="interactive,batch", log=log, environment=changed)
    child.start()
    try:
        await_worker(child)
        yield child
    finally:
        child.stop()


@pytest.fixture
def worker_log() -> Path:
    return FOLDER / "worker.log"


@pytest.fixture(name="worker")
def live_worker(_live_worker: Child, transactional_db: None) -> Child:
    """The session's live worker. It sees committed rows only, so the test's rows are committed."""
    assert _live_worker.runs(), _live_worker.last_lines(40)
    return _live_worker
