"""The web server itself, with its pool, over the test's database: busy, cut off, refused."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection

from medportal.supervisor.process import Child, wait_until
from tests.servers import as_superuser, locked, process

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
    def __init__(self, log: Path) -> None:
        self.port = free_port()
        settings = SMALL | {"MEDPORTAL_PORT": str(self.port)}
        self.child: Child = process("web", ["medportal.launch.web"], log=log, environment=settings)

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


def test_no_web_starts_that_could_use_up_the_connections(transactional_db, tmp_path):
    greedy = process("web", ["medportal.launch.web"], log=tmp_path / "web.log")
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
