"""The running processes: what they hold, and what happens when one dies."""

from __future__ import annotations

import http.client
import json
import os
import signal
import time
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import redis

from tests.e2e.cast import chosen
from tests.e2e.conftest import Portal

HEAVY = ("tensorflow", "keras", "/shap/")
DEADLINE = 150


def processes(portal: Portal) -> dict[int, str]:
    """The supervisor's descendants with their command lines."""
    parents: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            text = stat.read_text()
        except OSError:
            continue
        parents.setdefault(int(text.rsplit(")", 1)[1].split()[1]), []).append(int(stat.parent.name))
    found: dict[int, str] = {}
    waiting = [portal.pid]
    while waiting:
        pid = waiting.pop()
        for child in parents.get(pid, []):
            waiting.append(child)
            found[child] = Path(f"/proc/{child}/cmdline").read_text().replace("\0", " ")
    return found


class Caller:
    """Another system with a token of the doctor."""

    def __init__(self, portal: Portal) -> None:
        self.token = portal.token("doctor")
        self.at = urlsplit(portal.url)

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        connection = http.client.HTTPConnection(self.at.hostname or "", self.at.port, timeout=30)
        sent = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        content = None if body is None else json.dumps(body)
        with closing(connection):
            connection.request(method, path, content, sent | headers)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())

    def ask(self, slug: str, patient: str, **headers: str) -> tuple[int, Any]:
        body = {"patient": patient}
        return self.call("POST", f"/api/v1/services/{slug}/predictions", body, **headers)

    def until_settled(self, address: str) -> Any:
        deadline = time.monotonic() + DEADLINE
        while time.monotonic() < deadline:
            _status, found = self.call("GET", address)
            explained = found["explanation"] and found["explanation"]["state"] == "done"
            if found["state"] == "done" and explained:
                return found
            assert found["state"] in ("queued", "running", "done"), found["refusal"]
            time.sleep(0.5)  # other processes work; the row says when
        pytest.fail(f"not settled in {DEADLINE} s")


@pytest.fixture(scope="module")
def caller(portal: Portal) -> Caller:
    return Caller(portal)


def test_neither_web_nor_prediction_workers_hold_tensorflow(portal: Portal, caller: Caller) -> None:
    who = chosen(portal)["coronary-disease"][3]
    status, _found = caller.ask("coronary-disease", who.id, Prefer="wait=10")
    assert status in (200, 202)
    looked_at = 0
    for pid, command in processes(portal).items():
        if "postgres" in command or "valkey" in command or "python" not in command:
            continue
        looked_at += 1
        held = Path(f"/proc/{pid}/maps").read_text()
        assert not [name for name in HEAVY if name in held], command
    assert looked_at >= 3


def test_a_worker_killed_in_mid_run_and_a_flushed_broker_lose_nothing(
    portal: Portal, caller: Caller
) -> None:
    whole = chosen(portal)["coronary-disease"][4:7]
    asked = [caller.ask("coronary-disease", who.id)[1] for who in whole]
    for pid, command in processes(portal).items():
        if "interactive" in command:
            os.kill(pid, signal.SIGKILL)
    with closing(redis.Redis.from_url(portal.redis_url)) as broker:
        broker.flushall()
    for one in asked:
        found = caller.until_settled(one["links"]["self"])
        again = caller.ask("coronary-disease", found["patient"], Prefer="wait=10")[1]
        settled = caller.until_settled(again["links"]["self"])
        assert settled["result"]["probability"] == found["result"]["probability"]
