"""Where the servers are: in the environment, else in what the supervisor wrote."""

from __future__ import annotations

import fcntl
import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from psycopg.conninfo import conninfo_to_dict

ROOT = Path(__file__).resolve().parent.parent.parent
COMMAND = "command"
"""The role of whatever is neither web nor worker nor beat."""
PROFILES = ("production", "loopback", "demo", "test")
SERVERS, OWNER = "servers.json", "owner.json"
"""What the supervisor wrote: for everybody, and for commands alone."""
OWNER_IS_FOR_COMMANDS = (
    "DATABASE_OWNER_URL is for commands such as migrate and restore: take it out of the "
    "environment of «{role}». Whoever owns the tables could rewrite the audit trail."
)
LOCK = "servers.lock"
NOWHERE = "No servers: set DATABASE_URL and REDIS_URL, or start them with: make demo"

WITHOUT_SERVERS = {
    "check", "makemigrations", "makemessages", "compilemessages", "collectstatic", "spectacular",
    "diffsettings", "findstatic", "help", "version", "--help", "--version", "sqlmigrate",
}  # fmt: skip
"""Commands that ask the servers nothing."""


def var_folder() -> Path:
    """Where this installation keeps its servers, objects and secrets."""
    return Path(os.environ.get("MEDPORTAL_VAR", ROOT / "var")).resolve()


@dataclass(frozen=True)
class Addresses:
    database: str
    owner: str
    broker: str


def servers_run(folder: Path) -> bool:
    """Whether a supervisor holds the folder: its lock is the kernel's, and a killed one has none.

    Files that it wrote say where its servers were, not that they are.
    """
    try:
        with (folder / LOCK).open() as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def _written(name: str = SERVERS) -> dict[str, Any]:
    if not servers_run(var_folder()):
        return {}
    try:
        found = json.loads((var_folder() / name).read_text())
    except (FileNotFoundError, PermissionError, NotADirectoryError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def chosen_profile() -> str:
    named = os.environ.get("MEDPORTAL_PROFILE")
    if not named and "DATABASE_URL" not in os.environ:
        named = _written().get("profile")
    named = named or "production"
    if named not in PROFILES:
        raise SystemExit(f"MEDPORTAL_PROFILE must be one of: {', '.join(PROFILES)}.")
    return named


def find_addresses() -> Addresses:
    """The servers' addresses; one line and the end where there are none and some are needed.

    The owner's is looked for by commands alone: what answers requests or works behind them never
    holds it, neither in its environment nor in a file that it reads.
    """
    role = os.environ.get("MEDPORTAL_ROLE", COMMAND)
    if role != COMMAND and os.environ.get("DATABASE_OWNER_URL"):
        raise SystemExit(OWNER_IS_FOR_COMMANDS.format(role=role))
    database, broker = os.environ.get("DATABASE_URL"), os.environ.get("REDIS_URL")
    if database and broker:
        return Addresses(database, os.environ.get("DATABASE_OWNER_URL", ""), broker)
    if database or broker:
        raise SystemExit("Set DATABASE_URL and REDIS_URL together, or neither.")
    written = _written()
    if written:
        owner = _written(OWNER).get("owner_url", "") if role == COMMAND else ""
        return Addresses(written["database_url"], owner, written["redis_url"])
    if os.environ.get("MEDPORTAL_WITHOUT_SERVERS") or _asks_nothing(sys.argv):
        return Addresses("postgresql:///medportal?host=/nonexistent", "", "unix:///nonexistent")
    raise SystemExit(NOWHERE)


def _asks_nothing(argv: list[str]) -> bool:
    if not Path(argv[0]).name.startswith(("manage", "django-admin")):
        return False
    return len(argv) < 2 or argv[1] in WITHOUT_SERVERS


def database_parts(url: str) -> dict[str, Any]:
    """Django's names for the parts of a PostgreSQL address; the rest goes to libpq."""
    parts: dict[str, Any] = dict(conninfo_to_dict(url)) if url else {}
    return {
        "NAME": parts.pop("dbname", "medportal"),
        "USER": parts.pop("user", ""),
        "PASSWORD": parts.pop("password", ""),
        "HOST": parts.pop("host", ""),
        "PORT": str(parts.pop("port", "")),
        "OPTIONS": parts,
    }


def celery_broker(url: str) -> str:
    """kombu has a scheme of its own for a broker behind a Unix socket."""
    if not url.startswith("unix://"):
        return url
    return "redis+socket://" + url.removeprefix("unix://").replace("?db=", "?virtual_host=")
