"""A backup is a folder of three sealed files; one that is being made has another name."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from medportal.operations.backups.keys import KeySet
from medportal.operations.backups.manifest import Manifest
from medportal.operations.backups.problems import BackupError
from medportal.operations.backups.sealing import opened

DATABASE, OBJECTS, MANIFEST = "database.sealed", "objects.sealed", "manifest.sealed"
NAME = re.compile(r"^medportal-(\d{8}T\d{6}Z)(-nightly)?$")
UNFINISHED = ".making-"


def name_at(moment: datetime, *, is_nightly: bool) -> str:
    suffix = "-nightly" if is_nightly else ""
    return f"medportal-{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}{suffix}"


def made_at(name: str) -> datetime | None:
    """When a folder of this name was made; None for what is no backup."""
    match = NAME.match(name)
    return datetime.strptime(match[1], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC) if match else None


@contextmanager
def folder_in_the_making(destination: Path, name: str) -> Iterator[Path]:
    """Under its own name only when it is whole and on the disk; otherwise nothing stays."""
    with _alone(destination):
        for left_behind in destination.glob(f"{UNFINISHED}*"):  # of one that was killed
            shutil.rmtree(left_behind)
        folder = destination / f"{UNFINISHED}{name}"
        folder.mkdir(mode=0o700)
        try:
            yield folder
            _sync(folder)
            folder.rename(destination / name)
            _sync(destination)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise


@contextmanager
def _alone(destination: Path) -> Iterator[None]:
    """One backup at a time in one place. The lock is the kernel's: a killed one leaves none."""
    destination.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = os.open(destination / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise BackupError("busy", f"Another backup is being made in {destination}.") from None
    finally:
        os.close(lock)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def read_manifest(source: Path, keys: KeySet) -> Manifest:
    for name in (MANIFEST, DATABASE, OBJECTS):
        if not (source / name).is_file():
            raise BackupError("damaged", f"{source} is no whole backup: {name} is missing.")
    return Manifest.read(b"".join(opened(source / MANIFEST, keys)))
