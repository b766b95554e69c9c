"""Putting a backup back: everything is checked first, and only an empty place takes it."""

from __future__ import annotations

import hashlib
import subprocess
import tarfile
from collections.abc import Iterator
from io import RawIOBase
from pathlib import Path
from typing import Any

import psycopg
from django.core.files.base import File
from django.core.files.storage import Storage

from medportal.database.versions import unknown_migrations
from medportal.operations.backups import layout
from medportal.operations.backups.keys import SECRETS, KeySet, mark_of
from medportal.operations.backups.making import objects_in, rows_of
from medportal.operations.backups.problems import BackupError
from medportal.operations.backups.programs import connect, start
from medportal.operations.backups.sealing import opened

NAMES_OF_SECRETS = {
    "SECRET_KEY": "sessions and signed links would not hold",
    "IDENTIFIER_KEY": "patients would not be found by their identifiers",
}


def check(source: Path, keys: KeySet) -> dict[str, Any]:
    """Read all of it once: every chunk's seal and every file's digest. Returns the manifest."""
    manifest = layout.read_manifest(source, keys)
    for name, told in manifest["files"].items():
        digest, size = hashlib.sha256(), 0
        for chunk in opened(source / name, keys):
            digest.update(chunk)
            size += len(chunk)
        if (size, digest.hexdigest()) != (told["size"], told["digest"]):
            raise BackupError("damaged", f"{name} is not the file that the manifest tells of.")
    return manifest


def refuse_other_secrets(manifest: dict[str, Any], keys: KeySet, ours: dict[str, str]) -> None:
    """The portal that will run here must hold the secrets with which the data were written."""
    for name in SECRETS:
        if mark_of(keys.key, ours[name]) != manifest["secrets"][name]:
            raise BackupError(
                "other_secrets",
                f"{name} here is not the one of the backup ({NAMES_OF_SECRETS[name]}): "
                "set the one that the key set holds.",
            )


def refuse_newer(manifest: dict[str, Any]) -> None:
    unknown = unknown_migrations((app, name) for app, name in manifest["migrations"])
    if unknown:
        raise BackupError(
            "newer",
            f"The backup was made by a newer version ({manifest['medportal']}; it has "
            f"{unknown[0]}): restore it with that version.",
        )


def refuse_full(session: psycopg.Connection, storage: Storage | None) -> None:
    there = session.execute("SELECT 1 FROM pg_tables WHERE schemaname = 'public'").fetchone()
    if there or (storage is not None and next(objects_in(storage), None)):
        raise BackupError(
            "not_empty", "Something is here already: a backup is restored into an empty place only."
        )


def pour(source: Path, keys: KeySet, manifest: dict[str, Any], owner: dict[str, Any]) -> None:
    """The database, in one transaction, as its owner; then the rows are counted."""
    words = ("--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction")
    parts = ("--dbname", str(owner["NAME"]))
    with start("pg_restore", *words, *parts, parts=owner, stdin=subprocess.PIPE) as restoring:
        assert restoring.stdin is not None
        try:
            for chunk in opened(source / layout.DATABASE, keys):
                restoring.stdin.write(chunk)
            restoring.stdin.close()
        except BrokenPipeError:
            pass  # its status tells
        except BackupError:
            restoring.kill()  # the transaction goes with it
            raise
        if restoring.wait():
            raise BackupError(
                "pg_restore_failed", f"pg_restore ended with status {restoring.returncode}."
            )
    with connect(owner) as session:
        counted = {table: rows_of(session, table) for table in manifest["tables"]}
    if counted != manifest["tables"]:
        wrong = sorted(t for t, n in counted.items() if n != manifest["tables"][t])
        raise BackupError("rows_differ", f"Rows differ after the restore: {', '.join(wrong)}.")


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
