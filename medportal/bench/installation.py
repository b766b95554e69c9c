"""A demonstration of its own for the benchmark, with its real processes."""

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
from medportal.supervisor.process import wait_until
from medportal.supervisor.system import Unusable

START_SECONDS = 240.0


@dataclass(frozen=True)
class Installation:
    port: int
    folder: Path

    @property
    def broker(self) -> str:
        written = json.loads((self.folder / "servers.json").read_text())
        return celery_broker(str(written["redis_url"]))

    def manage(self, *words: str) -> str:
        command = [sys.executable, "manage.py", *words]
        return subprocess.check_output(  # noqa: S603  # our own program
            command, cwd=ROOT, env=environment(self.folder), text=True
        ).strip()


def environment(folder: Path, **extra: str) -> dict[str, str]:
    dropped = ("DATABASE_", "REDIS_", "DJANGO_", "MEDPORTAL_")
    kept = {k: v for k, v in os.environ.items() if not k.startswith(dropped)}
    return kept | {"MEDPORTAL_VAR": str(folder)} | extra


@contextmanager
def running(folder: Path) -> Iterator[Installation]:
    """What `make demo` starts; stopped at the end, its data kept for the next time."""
    folder.mkdir(parents=True, exist_ok=True)
    port = _free_port()
    with (folder / "demo.log").open("w") as log:
        process = subprocess.Popen(  # our own program
            [sys.executable, "-m", "medportal.launch", "demo"],
            cwd=ROOT,
            env=environment(folder, PORT=str(port)),
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        started = wait_until(
            lambda: (folder / "ready").exists() or process.poll() is not None, START_SECONDS
        )
        if not started or process.poll() is not None:
            raise Unusable(f"The demonstration did not start; see {folder / 'demo.log'}.")
        yield Installation(port, folder)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=60)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
