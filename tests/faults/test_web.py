"""The web server itself, with its pool, over the test's database: busy, cut off, refused."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from medportal.database import watched
from medportal.database.watched import WatchedConnection
from medportal.supervisor.process import Child, wait_until
from tests.servers import as_superuser, locked, process, superuser

pytestmark = pytest.mark.django_db(transaction=True)
SECONDS = 60
LOGIN = "/accounts/login/"
API = "/api/v1/services"
SMALL = {
    "MEDPORTAL_WEB_WORKERS": "1",
    "MEDPORTAL_WEB_CONNECTIONS": "1",
    "MEDPORTAL_CONNECTION_WAIT_SECONDS": "1",
    "MEDPORTAL_ROLE": "web",
}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Web:
    def __init__(self, log: Path, **changed: str) -> None:
        self.port = free_port()
        settings = SMALL | {"MEDPORTAL_PORT": str(self.port)} | changed
        self.child: Child = process(
            "web", ["medportal.tools.launch.web"], log=log, environment=settings
        )

    def ask(self, path: str, body: str | None = None) -> tuple[int, str, str]:
        """Status, Retry-After and text; 0 while nobody listens."""
        asked = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            method = "GET" if body is None else "POST"
            asked.request(method, path, body, {"Authorization": "Bearer nobody"})
            answer = asked.getresponse()
            return answer.status, answer.getheader("Retry-After") or "", answer.read().decode()
        except OSError:
            return 0, "", ""
        finally:
            asked.close()


@pytest.fixture
def web(transactional_db: None, begun: Callable[[Child], Child], tmp_path: Path) -> Web:
    server = Web(tmp_path / "web.log")
    begun(server.child)
    up = wait_until(lambda: server.ask(LOGIN)[0] == 200, SECONDS)
    assert up, server.child.last_lines(30)
    return server


def test_a_full_pool_is_said_soon_and_who_waits_for_a_row_too_long_goes(web):
    first: list[tuple[int, str, str]] = []
    held = threading.Thread(target=lambda: first.append(web.ask(API)))
    with locked("accounts_apitoken", "ACCESS EXCLUSIVE"):  # it waits for its token's row
        held.start()
        answers: list[tuple[int, str, str]] = []

        def crowded_out() -> bool:
            answers.append(web.ask(LOGIN))
            return answers[-1][0] == 503

        assert wait_until(crowded_out, SECONDS)
        held.join(SECONDS)  # a request waits five seconds for somebody else's row
    _, when, text = answers[-1]
    assert int(when) > 0
    assert "work on paper" in text
    assert first[0][0] == 503
    assert json.loads(first[0][2])["code"] == "unavailable"
    assert web.ask(API)[0] == 401
    assert web.ask(LOGIN)[0] == 200


def test_a_database_that_crashed_is_found_again_without_a_restart(web, servers):
    database = servers.children[1]
    as_superuser(["CHECKPOINT"])
    os.kill(database.pid, signal.SIGQUIT)
    assert wait_until(lambda: not database.runs(), SECONDS)
    try:
        assert wait_until(lambda: web.ask(LOGIN)[0] == 503, SECONDS)
        assert "请改用纸质记录" in web.ask(LOGIN)[2]
        assert web.ask("/livez")[0] == 200
    finally:
        database.stop()
        database.start()
        servers.postgres.wait(database)
        connection.close()

    assert wait_until(lambda: web.ask(LOGIN)[0] == 200, SECONDS)
    assert web.child.runs()


@pytest.fixture
def as_served(transactional_db: None, begun: Callable[[Child], Child], tmp_path: Path) -> Web:
    """With the limits that a hospital has."""
    server = Web(
        tmp_path / "served.log",
        MEDPORTAL_WEB_CONNECTIONS="4",
        MEDPORTAL_CONNECTION_WAIT_SECONDS="3",
    )
    begun(server.child)
    up = wait_until(lambda: server.ask(LOGIN)[0] == 200, SECONDS)
    assert up, server.child.last_lines(30)
    return server


@contextmanager
def hanging(database: Child) -> Iterator[None]:
    """Every process of PostgreSQL stands still; sockets stay open, and nobody answers."""
    assert database.pid is not None
    children = Path(f"/proc/{database.pid}/task/{database.pid}/children").read_text().split()
    everyone = [database.pid, *map(int, children)]
    for pid in everyone:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in reversed(everyone):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)


def test_a_database_that_hangs_is_the_paper_procedure_within_five_seconds(as_served, servers):
    taken: dict[str, tuple[int, float]] = {}
    text = ""
    with hanging(servers.children[1]):
        for address in (LOGIN, API, "/readyz", LOGIN):
            began = time.monotonic()
            status, _, said = as_served.ask(address)
            taken[address] = status, time.monotonic() - began
            text += said

    assert {status for status, _ in taken.values()} == {503}, taken
    assert max(seconds for _, seconds in taken.values()) < 5, taken
    assert "work on paper" in text
    assert "请改用纸质记录" in text
    assert wait_until(lambda: as_served.ask(LOGIN)[0] == 200, SECONDS)
    assert as_served.ask("/readyz")[0] == 200


def test_a_database_that_hangs_in_mid_request_is_said_within_five_seconds(as_served, servers):
    answers: list[tuple[int, str, str]] = []
    waiting = threading.Thread(target=lambda: answers.append(as_served.ask(API)))
    with locked("accounts_apitoken", "ACCESS EXCLUSIVE"):
        waiting.start()
        assert wait_until(lambda: blocked("medportal web"), SECONDS)
        began = time.monotonic()
        with hanging(servers.children[1]):
            waiting.join(SECONDS)
            took = time.monotonic() - began

    assert answers[0][0] == 503
    assert took < 5
    assert wait_until(lambda: as_served.ask(API)[0] == 401, SECONDS)


def blocked(application: str) -> bool:
    """Whether somebody of that name waits for a lock."""
    parts = superuser()
    with psycopg.connect(
        host=parts["HOST"], user=parts["USER"], password=parts["PASSWORD"], dbname="postgres"
    ) as session:
        found = session.execute(
            "SELECT 1 FROM pg_stat_activity WHERE application_name = %s"
            " AND wait_event_type = 'Lock'",
            [application],
        )
        return found.fetchone() is not None


def test_a_slow_statement_of_a_database_that_lives_is_waited_for(django_db_setup):
    parts = superuser()
    with WatchedConnection.connect(
        host=parts["HOST"], user=parts["USER"], password=parts["PASSWORD"], dbname="postgres"
    ) as session:
        slept = f"SELECT pg_sleep({watched.ANSWER_SECONDS + 0.5}), 1"
        assert session.execute(slept).fetchone()[1] == 1


def test_no_web_starts_that_could_use_up_the_connections(transactional_db, tmp_path):
    greedy = process("web", ["medportal.tools.launch.web"], log=tmp_path / "web.log")
    surroundings = {**greedy.environment, "MEDPORTAL_OTHER_CONNECTIONS": "1000"}
    done = subprocess.run(
        greedy.command,
        env=surroundings,
        cwd=greedy.directory,
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )
    assert done.returncode == 1
    assert "raise max_connections" in done.stderr
