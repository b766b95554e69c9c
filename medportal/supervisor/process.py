"""One child in the foreground: started, watched, stopped, and never left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

CHILD = Path(__file__).with_name("child.py")


@dataclass(frozen=True)
class Account:
    """The system user as whom a child runs."""

    name: str
    uid: int
    gid: int


@dataclass
class Child:
    """``farewell`` is the signal that ends it well: ours, or the kernel's if we are killed."""

    name: str
    command: Sequence[str]
    log: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    account: Account | None = None
    farewell: signal.Signals = signal.SIGTERM
    grace_seconds: float = 10
    directory: Path = Path("/")
    _process: subprocess.Popen[bytes] | None = None
    _asked: bool = False
    _log_began: int = 0

    def start(self) -> None:
        """Start in the calling thread, on which the lifeline hangs: call it from the main one."""
        account = self.account
        who = (str(account.uid), str(account.gid)) if account else ("-1", "-1")
        self._asked = False
        words = (str(int(self.farewell)), str(os.getpid()), *who)
        with self._open_log() as log:
            self._log_began = log.tell()
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-S", str(CHILD), *words, "--", *self.command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=dict(self.environment),
                cwd=self.directory,
                start_new_session=True,  # Ctrl-C reaches us alone, and we stop them in order
            )

    def _open_log(self) -> IO[bytes]:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        return self.log.open("ab")

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def runs(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def stop(self) -> None:
        """Ask, wait for the grace, then insist; what it had started in its session goes with it."""
        if self._process is None:
            return
        self.ask_to_end()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(self.grace_seconds)
        self._insist(self._process)
        self._process = None

    def ask_to_end(self) -> None:
        """The farewell, once; asking twice would mean haste to some."""
        if self._process is not None and self.runs() and not self._asked:
            self._process.send_signal(self.farewell)
            self._asked = True

    def _insist(self, process: subprocess.Popen[bytes]) -> None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def last_lines(self, count: int = 8) -> str:
        """Of what it wrote since it was started last."""
        if not self.log.exists():
            return ""
        written = self.log.read_bytes()[self._log_began :].decode(errors="replace")
        return "\n".join(written.splitlines()[-count:])


def wait_until(ready: Callable[[], object], seconds: float, *, pause: float = 0.05) -> bool:
    """Whether ``ready()`` came true within ``seconds``."""
    deadline = time.monotonic() + seconds
    while True:
        if ready():
            return True
        if time.monotonic() > deadline:
            return False
        time.sleep(pause)
