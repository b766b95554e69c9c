"""Trying a backup: restored into a cluster of its own that lives for this alone.

Of the version of the server that the backup is of: into another one it might go, or might not.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from pathlib import Path

import psycopg

from medportal.configuration.addresses import database_parts
from medportal.operations.backups import restoring
from medportal.operations.backups.keys import KeySet
from medportal.operations.backups.manifest import Manifest
from medportal.operations.backups.problems import BackupError
from medportal.operations.backups.programs import SERVER, Place, connect, programs_of
from medportal.supervisor.postgres import OWNER
from medportal.supervisor.servers import Servers
from medportal.supervisor.system import ELSEWHERE, Unusable

PREFIX = f"medportal-try-{os.geteuid()}-"


def try_backup(source: Path, keys: KeySet) -> Manifest:
    """Every seal, then a real restore: rows counted, the audit trail still closed."""
    manifest = restoring.check(source, keys)
    remove_left_behind()
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=ELSEWHERE))
    try:
        programs = programs_of(manifest.major, "pg_restore", *SERVER)
        with Servers(folder, profile="test", throwaway=True, programs=programs) as servers:
            owner = Place.of(database_parts(servers.postgres.url(OWNER)))
            restoring.pour(source, keys, manifest, owner)
            with connect(owner) as session:
                _refuse_open_trail(session)
    except Unusable as error:
        raise BackupError("no_scratch", str(error)) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return manifest


def _refuse_open_trail(session: psycopg.Connection) -> None:
    """The trigger speaks for each statement, also for one that would change no row."""
    for statement in ("UPDATE accounts_auditevent SET act = act WHERE false",
                      "DELETE FROM accounts_auditevent WHERE false"):  # fmt: skip
        try:
            with session.transaction():
                session.execute(statement)
        except psycopg.errors.InsufficientPrivilege:
            continue
        raise BackupError("trail_open", "After the restore the audit trail could be changed.")


def remove_left_behind() -> None:
    """Clusters of tries that were killed: whoever lives holds its lock."""
    for folder in ELSEWHERE.glob(f"{PREFIX}*"):
        try:
            with (folder / "servers.lock").open() as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except FileNotFoundError:
            continue  # only just made
        except BlockingIOError:
            continue
        shutil.rmtree(folder, ignore_errors=True)
