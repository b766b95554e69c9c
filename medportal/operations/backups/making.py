"""Making a backup: the database as of one moment, then the objects, then what was counted."""

from __future__ import annotations

import errno
import os
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
from django.core.files.storage import Storage
from django.utils import timezone
from psycopg import sql

from medportal import __version__
from medportal.operations.backups import layout
from medportal.operations.backups.keys import SECRETS, KeySet
from medportal.operations.backups.manifest import Manifest
from medportal.operations.backups.problems import BackupError
from medportal.operations.backups.programs import Place, connect, major_of, programs_of, running
from medportal.operations.backups.sealing import Measured, SealedWriter

READ_BYTES = 1 << 20


def make_backup(
    destination: Path,
    keys: KeySet,
    *,
    database: Place,
    storage: Storage,
    is_nightly: bool = False,
) -> Path:
    """A new folder in ``destination``. The objects come last: what rows need is only ever added."""
    now = timezone.now()
    name = layout.name_at(now, is_nightly=is_nightly)
    try:
        with (
            layout.folder_in_the_making(destination, name) as folder,
            connect(database) as session,
        ):
            pg_dump = programs_of(major_of(session), "pg_dump") / "pg_dump"
            snapshot, manifest = _described(session, keys, now)
            files = {
                layout.DATABASE: _dump(pg_dump, folder, keys, database, snapshot),
                layout.OBJECTS: _copy_objects(folder, keys, storage),
            }
            with _sealed(folder / layout.MANIFEST, keys) as writer:
                writer.write(replace(manifest, files=files).written())
                writer.finish()
    except OSError as error:
        raise _of_disk(error, destination) from error
    except psycopg.errors.UndefinedTable:
        text = "The database has no tables of the portal yet: there is nothing to back up."
        raise BackupError("no_tables", text) from None
    return destination / name


def size_of(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.iterdir())


def _described(session: psycopg.Connection, keys: KeySet, now: datetime) -> tuple[str, Manifest]:
    """What the backup says of itself, counted in the very snapshot that is to be dumped."""
    session.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    snapshot = _one(session, "SELECT pg_export_snapshot()")
    tables = session.execute(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
    ).fetchall()
    applied = session.execute("SELECT app, name FROM django_migrations ORDER BY app, name")
    return snapshot, Manifest(
        made_at=now.isoformat(),
        medportal=__version__,
        postgresql=_one(session, "SHOW server_version"),
        profile=keys.profile,
        migrations=tuple((app, name) for app, name in applied.fetchall()),
        tables={table: rows_of(session, table) for (table,) in tables},
        secrets={secret: keys.mark(secret) for secret in SECRETS},
        files={},
    )


def rows_of(session: psycopg.Connection, table: str) -> int:
    counting = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier("public", table))
    return int(_one(session, counting))


def _one(session: psycopg.Connection, statement: Any) -> Any:
    row = session.execute(statement).fetchone()
    assert row is not None
    return row[0]


@contextmanager
def _sealed(file: Path, keys: KeySet) -> Iterator[SealedWriter]:
    """A sealed file being written, for its owner alone; on the disk when the block ends."""
    file.touch(mode=0o600, exist_ok=False)
    with file.open("wb") as target:
        yield SealedWriter(target, keys, file.name)
        target.flush()
        os.fsync(target.fileno())


def _dump(pg_dump: Path, folder: Path, keys: KeySet, database: Place, snapshot: str) -> Measured:
    """From pg_dump's mouth into the seal: the plain dump is on no disk."""
    words = ("--format=custom", f"--snapshot={snapshot}", "--no-owner", "--no-privileges")
    with (
        _sealed(folder / layout.DATABASE, keys) as writer,
        running(pg_dump, *words, place=database, stdout=subprocess.PIPE) as dump,
    ):
        assert dump.process.stdout is not None
        while piece := dump.process.stdout.read(READ_BYTES):
            writer.write(piece)
        dump.wait("pg_dump_failed")
        return writer.finish()


def _copy_objects(folder: Path, keys: KeySet, storage: Storage) -> Measured:
    with _sealed(folder / layout.OBJECTS, keys) as writer:
        with tarfile.open(fileobj=writer, mode="w|", format=tarfile.PAX_FORMAT) as archive:
            for name in objects_in(storage):
                with suppress(FileNotFoundError), storage.open(name) as stored:
                    entry = tarfile.TarInfo(name)  # an import that ended meanwhile has removed its
                    entry.size = stored.size
                    archive.addfile(entry, stored.file)
        return writer.finish()


def objects_in(storage: Storage, folder: str = "") -> Iterator[str]:
    try:
        folders, files = storage.listdir(folder)
    except FileNotFoundError:
        return
    for name in sorted(files):
        yield f"{folder}/{name}".lstrip("/")
    for inner in sorted(folders):
        yield from objects_in(storage, f"{folder}/{inner}".lstrip("/"))


def _of_disk(error: OSError, destination: Path) -> BackupError:
    if error.errno == errno.ENOSPC:
        return BackupError("disk_full", f"No space is left in {destination}; nothing was kept.")
    return BackupError("unwritable", f"{destination} cannot be written: {error.strerror}.")
