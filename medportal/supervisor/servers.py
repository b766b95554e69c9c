"""The two servers of one installation: started, found through servers.json, ended together."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import shutil
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import TracebackType

from medportal.configuration.addresses import LOCK
from medportal.supervisor.postgres import APPLICATION, OWNER, SUPERUSER, Postgres
from medportal.supervisor.process import Account, Child, wait_until
from medportal.supervisor.system import (
    ELSEWHERE,
    Unusable,
    closed_parent,
    folder_elsewhere,
    place_elsewhere,
    server_account,
)
from medportal.supervisor.valkey import Valkey, refuse_evicting

LONGEST_SOCKET = 107
ASKED_SECONDS = 0.5
"""Whoever asks whether servers run here holds their lock for a moment."""
Say = Callable[[str], None]


class Servers:
    """Use as a context manager from the main thread. ``folder`` is the installation's var/."""

    def __init__(
        self,
        folder: Path,
        *,
        profile: str = "loopback",
        say: Say = lambda _: None,
        throwaway: bool = False,
        programs: Path | None = None,
    ) -> None:
        """``programs``: PostgreSQL's, of another version than the wheel's (backups are tried)."""
        self.folder = folder.resolve()
        self.profile = profile
        self.say = say
        self.throwaway = throwaway
        self.programs = programs
        self.sockets: Path | None = None
        self.password: str | None = None
        self._children: list[Child] = []
        self._lock: int | None = None
        self._made_sockets = False

    def __enter__(self) -> Servers:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        stack: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def children(self) -> tuple[Child, ...]:
        return tuple(self._children)

    def start(self) -> None:
        self._take_folder()
        try:
            self._start_both()
        except BaseException:
            self.stop()
            raise

    def _start_both(self) -> None:
        self._forget_last_start()
        spare, account = self._place_of_data()
        data = spare / "postgres" / "data"
        sockets = self._socket_folder(account)
        words = self._passwords()
        self.postgres = Postgres(
            data, sockets, spare, self.folder / "logs" / "postgres.log", words, account,
            self.throwaway, self.programs,
        )  # fmt: skip
        self.valkey = Valkey(
            self.folder / "valkey", sockets / "valkey.sock", self.folder / "logs" / "valkey.log",
            words["valkey"],
        )  # fmt: skip
        self._open_way_to(data)
        self.postgres.create()
        self.valkey.create()
        database, broker = self.postgres.child(), self.valkey.child()
        self._children = [broker, database]
        for child in self._children:
            child.start()
        self.postgres.wait(database)
        self.postgres.create_roles()
        self.valkey.wait(broker)
        refuse_evicting(self.valkey.url)
        self._write_addresses()

    def stop(self) -> None:
        for child in reversed(self._children):
            child.stop()
        self._children = []
        if self._lock is not None:
            self._remove_addresses()
        if self._made_sockets and self.sockets:
            shutil.rmtree(self.sockets, ignore_errors=True)
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _place_of_data(self) -> tuple[Path, Account | None]:
        """Our folder, or one elsewhere if PostgreSQL's user cannot reach it.

        Where there are data already, they stay: never an empty cluster beside them.
        """
        self.folder.chmod(0o711)
        here = self.folder / "postgres" / "data"
        there = place_elsewhere(self.folder) / "postgres" / "data"
        account = server_account(here)
        closed = closed_parent(here, account)
        if closed is not None and here.exists():
            raise Unusable(f"{closed} is closed to PostgreSQL's user, and its data are inside.")
        if closed is None and not there.exists():
            return self.folder, account
        self.say(f"{closed or self.folder} was closed to PostgreSQL's user: data in {there.parent}")
        return folder_elsewhere(self.folder), server_account(there)

    def dead(self) -> list[Child]:
        return [child for child in self._children if not child.runs()]

    def addresses(self) -> dict[str, str]:
        return {
            "profile": self.profile,
            "database_url": self.postgres.url(APPLICATION),
            "redis_url": self.valkey.url,
            "sockets": str(self.sockets),
        }

    def _take_folder(self) -> None:
        """One supervisor a folder. The lock is the kernel's, so a killed one leaves none behind."""
        self.folder.mkdir(mode=0o711, parents=True, exist_ok=True)
        lock = os.open(self.folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        if not wait_until(partial(_locked, lock), ASKED_SECONDS):
            os.close(lock)
            raise Unusable(f"The servers of {self.folder} already run: stop them first.")
        self._lock = lock

    def _forget_last_start(self) -> None:
        """After a kill: its addresses lead nowhere, and its sockets' folder is nobody's."""
        file = self.folder / "servers.json"
        if not file.exists():
            return
        try:
            stale = Path(json.loads(file.read_text()).get("sockets", ""))
        except ValueError:
            stale = Path()
        self._remove_addresses()
        if stale.parent == ELSEWHERE and stale.name.startswith("medportal-s-"):
            shutil.rmtree(stale, ignore_errors=True)

    def _open_way_to(self, data: Path) -> None:
        """Inside our own folder PostgreSQL's user may pass, and read nothing."""
        for parent in (self.folder, data.parent):
            parent.mkdir(parents=True, exist_ok=True)
            parent.chmod(0o711)
        (self.folder / "logs").mkdir(mode=0o700, exist_ok=True)

    def _socket_folder(self, account: Account | None) -> Path:
        if self.sockets is None:
            self.sockets = Path(tempfile.mkdtemp(prefix="medportal-s-", dir=ELSEWHERE))
            self._made_sockets = True
        else:
            self.sockets.mkdir(mode=0o700, parents=True, exist_ok=True)
        if len(str(self.sockets)) + len("/.s.PGSQL.5432") > LONGEST_SOCKET:
            raise Unusable(f"The path {self.sockets} is too long for a socket.")
        if account:
            os.chown(self.sockets, account.uid, account.gid)
        return self.sockets

    def _passwords(self) -> dict[str, str]:
        file = self.folder / "passwords.json"
        names = (SUPERUSER, OWNER, APPLICATION, "valkey")
        if self.password is not None:
            return dict.fromkeys(names, self.password)
        if not file.exists():
            write_private(file, {name: secrets.token_hex(24) for name in names})
        words: dict[str, str] = json.loads(file.read_text())
        return words

    def _write_addresses(self) -> None:
        """The owner's apart: web and workers read the first file and never the second."""
        write_private(self.folder / "owner.json", {"owner_url": self.postgres.url(OWNER)})
        write_private(self.folder / "servers.json", self.addresses())

    def _remove_addresses(self) -> None:
        for name in ("servers.json", "owner.json"):
            (self.folder / name).unlink(missing_ok=True)


def _locked(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def write_private(file: Path, content: dict[str, str]) -> None:
    """Whole or not at all, and for its owner's eyes only."""
    part = file.with_name(file.name + ".part")
    part.unlink(missing_ok=True)
    part.touch(mode=0o600)
    part.write_text(json.dumps(content, indent=1))
    part.replace(file)
