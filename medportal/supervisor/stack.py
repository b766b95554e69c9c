"""The portal's own processes: watched, started again when they crash, stopped in order."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from medportal.supervisor.process import Child
from medportal.supervisor.pulse import Pulse
from medportal.supervisor.servers import Servers

CRASH_SECONDS = 10.0
LONGEST_PAUSE = 30.0
LOOK_SECONDS = 0.5
LARGEST_LOG = 10_000_000
Say = Callable[[str], None]
Environment = Callable[[str], Mapping[str, str]]


def worker_command(role: str, concurrency: int, time_limit: int) -> list[str]:
    return [
        sys.executable, "-m", "celery", "-A", "medportal", "worker", "-n", f"{role}@%h", "-Q", role,
        "--concurrency", str(concurrency), "--time-limit", str(time_limit), "--loglevel", "INFO",
        "--max-tasks-per-child", "2000", "--max-memory-per-child", "600000",
        "--without-mingle", "--without-gossip",
    ]  # fmt: skip


def portal_commands(
    interactive_limit: int, batch_limit: int, upkeep_limit: int = 0
) -> dict[str, list[str]]:
    """Role: command line. Each names its role, and its children inherit the line."""
    beat = [sys.executable, "-m", "celery", "-A", "medportal", "beat", "--pidfile", ""]
    upkeep = {"upkeep": worker_command("upkeep", 1, upkeep_limit)} if upkeep_limit else {}
    return upkeep | {
        "interactive": worker_command("interactive", 2, interactive_limit),
        "batch": worker_command("batch", 1, batch_limit),
        "beat": [*beat, "--loglevel", "WARNING"],
        "web": [sys.executable, "-m", "medportal.tools.launch.web"],
    }


@dataclass
class Watched:
    child: Child
    started_at: float = 0.0
    crashes: int = 0
    again_at: float | None = None


@dataclass
class Stack:
    """Children are started and watched in the main thread, on which their lifelines hang."""

    servers: Servers
    directory: Path
    environment: Environment
    commands: Mapping[str, list[str]]
    say: Say
    pulse: Pulse | None = None
    watched: list[Watched] = field(default_factory=list)

    def start(self) -> None:
        for role, command in self.commands.items():
            log = self.servers.folder / "logs" / f"{role}.log"
            _shorten(log)
            child = Child(
                role, command, log, self.environment(role), directory=self.directory,
                grace_seconds=12,
            )  # fmt: skip
            self._start(Watched(child))

    def _start(self, watched: Watched) -> None:
        watched.child.start()
        watched.started_at, watched.again_at = time.monotonic(), None
        if watched not in self.watched:
            self.watched.append(watched)

    def child(self, role: str) -> Child:
        return next(watched.child for watched in self.watched if watched.child.name == role)

    def watch(self) -> None:
        """For ever, or until the caller is interrupted."""
        while True:
            time.sleep(LOOK_SECONDS)
            self.look()

    def look(self) -> None:
        for child in self.servers.dead():
            self.say(f"{child.name} ended by itself: starting it again.")
            child.stop()
            child.start()
        silent = self.pulse.silent() if self.pulse else set()
        for watched in self.watched:
            if watched.child.name in silent:
                self._end_silent(watched)
            self._look_at(watched)

    def _end_silent(self, watched: Watched) -> None:
        """A worker that lives and takes no work is no worker; it had its time since its start."""
        assert self.pulse is not None
        now, name = time.monotonic(), watched.child.name
        if watched.child.runs() and now - watched.started_at > self.pulse.allowed[name]:
            self.say(f"{name} has shown no sign of life: starting it again.")
            watched.child.stop()
            watched.again_at = now

    def _look_at(self, watched: Watched) -> None:
        now = time.monotonic()
        if watched.child.runs():
            return
        if watched.again_at is None:
            lived = now - watched.started_at
            watched.crashes = watched.crashes + 1 if lived < CRASH_SECONDS else 0
            pause = min(LONGEST_PAUSE, 2.0**watched.crashes - 1)
            watched.again_at = now + pause
            watched.child.stop()
            self.say(f"{watched.child.name} ended by itself: starting it again in {pause:.0f} s.")
        elif now >= watched.again_at:
            self._start(watched)

    def stop(self) -> None:
        """All are asked at once; each has its grace."""
        for watched in self.watched:
            watched.child.ask_to_end()
        for watched in self.watched:
            watched.child.stop()
        self.watched = []


def _shorten(log: Path) -> None:
    if log.exists() and log.stat().st_size > LARGEST_LOG:
        log.replace(log.with_suffix(".log.1"))
