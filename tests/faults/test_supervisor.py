"""The supervisor replaces a worker that lives and shows no life, and leaves the others alone."""

from __future__ import annotations

import os
import sys

import pytest
from django.db import connection

from medportal.liveness import heartbeats
from medportal.supervisor.process import wait_until
from medportal.supervisor.pulse import Pulse
from medportal.supervisor.stack import Stack
from tests.servers import ROOT

pytestmark = pytest.mark.django_db(transaction=True)
SLEEPER = [sys.executable, "-c", "import time; time.sleep(600)"]
"""A process that lives and does nothing, like a worker whose connection hangs."""


def test_a_silent_worker_is_started_again_and_one_that_is_heard_goes_on(servers):
    database = os.environ["DATABASE_URL"].replace(
        "/medportal?", f"/{connection.settings_dict['NAME']}?"
    )
    said: list[str] = []
    pulse = Pulse(database, servers.valkey.url, {"silent": 2.0, "heard": 2.0})
    roles = {name: [*SLEEPER, name] for name in ("silent", "heard")}
    stack = Stack(servers, ROOT, lambda _: dict(os.environ), roles, said.append, pulse)
    stack.start()
    try:
        began = {name: stack.child(name).pid for name in roles}

        def replaced() -> bool:
            heartbeats.write("heard@here", "heard")
            stack.look()
            return stack.child("silent").pid not in (None, began["silent"])

        assert wait_until(replaced, 60)
        assert stack.child("heard").pid == began["heard"]
        assert said == ["silent has shown no sign of life: starting it again."]
    finally:
        stack.stop()
