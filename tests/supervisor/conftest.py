"""A supervisor in a process of its own, so that it can be killed."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkdtemp

import pytest

from medportal.configuration.addresses import ROOT
from medportal.tools.launch.apart import environment

SECONDS = 60


@dataclass
class Supervisor:
    process: subprocess.Popen[str]
    children: dict[str, int] = field(default_factory=dict)

    def await_ready(self) -> Supervisor:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line.startswith("child"):
                _, name, pid = line.split()
                self.children[name] = int(pid)
            if line.startswith("ready"):
                return self
        raise AssertionError(f"It did not start: {self.process.stderr.read()}")

    def end(self, signum: signal.Signals) -> None:
        self.process.send_signal(signum)
        self.process.wait(SECONDS)


@pytest.fixture
def folder() -> Iterator[Path]:
    """Under /var/tmp: a socket's path is short, and another user can reach it."""
    made = Path(mkdtemp(prefix="mp-sup-", dir="/var/tmp"))
    made.chmod(0o711)
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture
def supervise(folder: Path) -> Iterator[Callable[..., Supervisor]]:
    begun: list[Supervisor] = []

    def begin(*roles: str, var: Path = folder / "var") -> Supervisor:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.supervisor.runner", str(var), *roles],
            cwd=ROOT,
            env=environment(var),  # without the addresses of the tests' own servers
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        begun.append(Supervisor(process))
        return begun[-1]

    yield begin
    for supervisor in begun:
        if supervisor.process.poll() is None:
            supervisor.end(signal.SIGINT)
        for stream in (supervisor.process.stdout, supervisor.process.stderr):
            assert stream is not None
            stream.close()


def lives(pid: int) -> bool:
    """Whether there is such a process and it is more than a zombie."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"
