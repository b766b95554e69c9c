"""The tests' own PostgreSQL, Valkey and worker, in a folder of their own."""

from __future__ import annotations

import fcntl
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connection

from medportal.configuration.addresses import ROOT, database_parts
from medportal.database.roles import acting_as
from medportal.settings.test import FOLDER, PASSWORD
from medportal.supervisor.process import Child, wait_until
from medportal.supervisor.servers import Servers


def remove_left_behind() -> None:
    """Folders of runs that were killed: theirs, if nobody holds their lock any more."""
    for lock in FOLDER.parent.glob(f"mp-{os.getuid()}-*/var/servers.lock"):
        with lock.open() as held:
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            shutil.rmtree(lock.parent.parent, ignore_errors=True)


@contextmanager
def running_servers() -> Iterator[Servers]:
    servers = Servers(FOLDER / "var", profile="test", throwaway=True)
    servers.sockets = FOLDER / "run"
    servers.password = PASSWORD
    remove_left_behind()
    FOLDER.mkdir(mode=0o711, parents=True, exist_ok=True)
    try:
        with servers:
            yield servers
    finally:
        shutil.rmtree(FOLDER, ignore_errors=True)


def superuser() -> dict[str, Any]:
    return database_parts(settings.TEST_SUPERUSER_URL)


def make_database(first: list[str] | None = None) -> None:
    """The test database: made by the superuser, migrated by the owner, used as the application.

    The superuser says ``first`` before the owner makes the tables; ``{name}`` is the database.
    """
    name = connection.creation._get_test_db_name()
    with acting_as(superuser()), connection._nodb_cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{name}" OWNER medportal_owner')
    connection.settings_dict["NAME"] = name
    if first:
        as_superuser([statement.replace("{name}", name) for statement in first])
    call_command("migrate", verbosity=0, interactive=False)


def as_superuser(statements: list[str]) -> None:
    """Run ``statements`` in the test database, past triggers that keep the audit trail."""
    parts = superuser()
    with psycopg.connect(
        host=parts["HOST"],
        user=parts["USER"],
        password=parts["PASSWORD"],
        dbname=connection.settings_dict["NAME"],
    ) as session:
        session.execute("SET LOCAL session_replication_role = replica")
        for statement in statements:
            session.execute(statement.encode())


def worker(
    name: str, *, queues: str, log: Path, environment: dict[str, str] | None = None
) -> Child:
    """A worker process on the test database; the caller starts, awaits and stops it."""
    words = [
        "celery", "-A", "medportal", "worker", "-n", f"{name}@%h", "-Q", queues, "--concurrency",
        "1", "--loglevel", "INFO", "--without-mingle", "--without-gossip", "--without-heartbeat",
    ]  # fmt: skip
    return process(name, words, log=log, environment=environment)


@contextmanager
def locked(table: str, mode: str) -> Iterator[None]:
    """Somebody else holds ``table`` meanwhile."""
    parts = superuser()
    with psycopg.connect(
        host=parts["HOST"],
        user=parts["USER"],
        password=parts["PASSWORD"],
        dbname=connection.settings_dict["NAME"],
    ) as session:
        session.execute(f"LOCK TABLE {table} IN {mode} MODE".encode())
        yield
        session.rollback()


def without_owner() -> dict[str, str]:
    """The environment of a process that answers or works: no address of the tables' owner."""
    inherited = {k: v for k, v in os.environ.items() if k != "DATABASE_OWNER_URL"}
    return inherited | {"DJANGO_SETTINGS_MODULE": "medportal.settings.test"}


def process(
    name: str, words: list[str], *, log: Path, environment: dict[str, str] | None = None
) -> Child:
    """``python -m`` with these words, on the test's servers."""
    surroundings = without_owner() | {
        "MEDPORTAL_TEST_DATABASE": connection.settings_dict["NAME"],
        "MEDPORTAL_ROLE": name,
    }
    return Child(
        name=name,
        command=[sys.executable, "-m", *words],
        log=log,
        environment=surroundings | (environment or {}),
        grace_seconds=15,
        directory=ROOT,
    )


def await_worker(child: Child, seconds: float = 40) -> None:
    """Until it says that it is ready; a worker that died says why instead."""
    started = wait_until(lambda: "ready." in child.last_lines(200) or not child.runs(), seconds)
    assert started, f"The worker does not start:\n{child.last_lines(40)}"
    assert child.runs(), f"The worker died:\n{child.last_lines(40)}"
