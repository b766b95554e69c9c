"""Putting a backup back: everything is checked first, and only an empty place takes it."""

from __future__ import annotations

import hashlib
import subprocess
import tarfile
from collections.abc import Iterator
from io import RawIOBase
from pathlib import Path

import psycopg
from django.core.files.base import File
from django.core.files.storage import Storage

from medportal.database.versions import unknown_migrations
from medportal.operations.backups import layout
from medportal.operations.backups.keys import SECRETS, KeySet, mark_of
from medportal.operations.backups.making import objects_in, rows_of
from medportal.operations.backups.manifest import Manifest
from medportal.operations.backups.problems import BackupError
from medportal.operations.backups.programs import Place, connect, major_of, programs_of, running
from medportal.operations.backups.sealing import opened

NAMES_OF_SECRETS = {
    "SECRET_KEY": "sessions and signed links would not hold",
    "IDENTIFIER_KEY": "patients would not be found by their identifiers",
}


def check(source: Path, keys: KeySet) -> Manifest:
    """Read all of it once: every chunk's seal and every file's digest. Returns the manifest."""
    manifest = layout.read_manifest(source, keys)
    for name, told in manifest.files.items():
        digest, size = hashlib.sha256(), 0
        for chunk in opened(source / name, keys):
            digest.update(chunk)
            size += len(chunk)
        if (size, digest.hexdigest()) != (told.size, told.digest):
            raise BackupError("damaged", f"{name} is not the file that the manifest tells of.")
    return manifest


def refuse_other_secrets(manifest: Manifest, keys: KeySet, ours: dict[str, str]) -> None:
    """The portal that will run here must hold the secrets with which the data were written."""
    for name in SECRETS:
        if mark_of(keys.key, ours[name]) != manifest.secrets[name]:
            raise BackupError(
                "other_secrets",
                f"{name} here is not the one of the backup ({NAMES_OF_SECRETS[name]}): "
                "set the one that the key set holds.",
            )


def refuse_newer(manifest: Manifest) -> None:
    unknown = unknown_migrations(manifest.migrations)
    if unknown:
        raise BackupError(
            "newer",
            f"The backup was made by a newer version ({manifest.medportal}; it has "
            f"{unknown[0]}): restore it with that version.",
        )


def refuse_full(session: psycopg.Connection, storage: Storage | None) -> None:
    there = session.execute("SELECT 1 FROM pg_tables WHERE schemaname = 'public'").fetchone()
    if there or (storage is not None and next(objects_in(storage), None)):
        raise BackupError(
            "not_empty", "Something is here already: a backup is restored into an empty place only."
        )


def refuse_older_server(manifest: Manifest, session: psycopg.Connection) -> None:
    made_by, here = manifest.major, major_of(session)
    if here < made_by:
        raise BackupError(
            "older_server",
            f"The backup is of PostgreSQL {made_by}, this server is {here}: restore it into "
            f"{made_by} or a newer one.",
        )


def pour(source: Path, keys: KeySet, manifest: Manifest, owner: Place) -> None:
    """The database, in one transaction, as its owner; then the rows are counted."""
    words = ("--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction")
    with connect(owner) as session:
        refuse_older_server(manifest, session)
        pg_restore = programs_of(major_of(session), "pg_restore") / "pg_restore"
    to = ("--dbname", owner.name)
    with running(pg_restore, *words, *to, place=owner, stdin=subprocess.PIPE) as restoring:
        _feed(restoring.process, opened(source / layout.DATABASE, keys))
        restoring.wait("pg_restore_failed")
    with connect(owner) as session:
        counted = {table: rows_of(session, table) for table in manifest.tables}
    if counted != manifest.tables:
        wrong = sorted(t for t, n in counted.items() if n != manifest.tables[t])
        raise BackupError("rows_differ", f"Rows differ after the restore: {', '.join(wrong)}.")


def _feed(process: subprocess.Popen[bytes], chunks: Iterator[bytes]) -> None:
    assert process.stdin is not None
    try:
        for chunk in chunks:
            process.stdin.write(chunk)
        process.stdin.close()
    except BrokenPipeError:
        pass  # its status tells
    except BackupError:
        process.kill()  # the transaction goes with it
        raise


def unpack_objects(source: Path, keys: KeySet, storage: Storage) -> list[str]:
    """Each object under its name; whatever goes wrong, none of them stays."""
    saved: list[str] = []
    try:
        reader = _Chunks(opened(source / layout.OBJECTS, keys))
        with tarfile.open(fileobj=reader, mode="r|") as archive:
            for entry in archive:
                content = archive.extractfile(entry)
                if content is None:
                    raise BackupError("damaged", "The objects hold something that is no file.")
                saved.append(storage.save(entry.name, File(content)))
    except BaseException:
        remove_objects(saved, storage)
        raise
    return saved


def remove_objects(names: list[str], storage: Storage) -> None:
    for name in names:
        storage.delete(name)


class _Chunks(RawIOBase):
    """A stream over chunks, for tarfile."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks, self._rest = chunks, b""

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        while size < 0 or len(self._rest) < size:
            following = next(self._chunks, None)
            if following is None:
                break
            self._rest += following
        end = len(self._rest) if size < 0 else size
        given, self._rest = self._rest[:end], self._rest[end:]
        return given
