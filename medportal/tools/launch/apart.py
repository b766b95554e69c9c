"""A demonstration of its own, in its own folder, for benchmark, pictures and end-to-end tests."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from medportal.configuration.addresses import ROOT, celery_broker
from medportal.supervisor.process import Child, wait_until
from medportal.supervisor.system import Unusable

START_SECONDS = 240.0


@dataclass(frozen=True)
class Installation:
    """A running demonstration: its port, its folder, its first process."""

    port: int
    folder: Path
    pid: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def password(self) -> str:
        return str(json.loads((self.folder / "secrets.json").read_text())["DEMO_PASSWORD"])

    @property
    def redis_url(self) -> str:
        return str(json.loads((self.folder / "servers.json").read_text())["redis_url"])

    @property
    def broker(self) -> str:
        return celery_broker(self.redis_url)

    def manage(self, *words: str) -> str:
        """Run one of Django's commands in this installation; return what it printed."""
        command = [sys.executable, "manage.py", *words]
        surroundings = environment(self.folder, MEDPORTAL_DEMO_PASSWORD=self.password)
        return subprocess.check_output(  # our own program
            command, cwd=ROOT, env=surroundings, text=True
        ).strip()

    def token(self, username: str) -> str:
        return self.manage("issue_token", username).split()[-1]


def environment(folder: Path, **extra: str) -> dict[str, str]:
    dropped = ("DATABASE_", "REDIS_", "DJANGO_", "MEDPORTAL_")
    kept = {k: v for k, v in os.environ.items() if not k.startswith(dropped)}
    return kept | {"MEDPORTAL_VAR": str(folder)} | extra


@contextmanager
def running(folder: Path) -> Iterator[Installation]:
    """What `make demo` starts. It ends with us, however we end; its data stay."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "ready").unlink(missing_ok=True)
    port = _free_port()
    child = Child(
        name="demonstration",
        command=[sys.executable, "-m", "medportal.tools.launch", "demo"],
        log=folder / "demo.log",
        environment=environment(folder, PORT=str(port)),
        farewell=signal.SIGINT,
        grace_seconds=60,
        directory=ROOT,
    )
    child.start()
    try:
        wait_until(lambda: (folder / "ready").exists() or not child.runs(), START_SECONDS)
        if not (folder / "ready").exists() or child.pid is None:
            raise Unusable(f"The demonstration did not start:\n{child.last_lines(30)}")
        yield Installation(port, folder, child.pid)
    finally:
        child.stop()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
