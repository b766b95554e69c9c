"""`make backup-key`, `make backup`, `make verify-backup`, `make restore`, `make upgrade`.

The portal may run or not: where its servers are stopped they run for this one step.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from medportal.configuration.addresses import ROOT, servers_run, var_folder
from medportal.operations.backups.keys import KeySet, read_key_set, refuse_beside
from medportal.operations.backups.layout import read_manifest
from medportal.operations.backups.problems import BackupError
from medportal.supervisor.servers import write_private
from medportal.supervisor.system import Unusable, place_elsewhere
from medportal.tools.launch.installation import (
    open_servers,
    refuse_other_servers,
    run_aloud,
    say,
)

PLACES = ("postgres", "valkey", "objects", "secrets.json", "passwords.json")
"""What an installation has; where one of them is, the place is not empty."""


def backup_key() -> None:
    _manage("backup_key", str(_given("KEY")))


def backup() -> None:
    _manage("backup", str(_given("TO")), "--key-file", str(_given("KEY")))


def verify_backup() -> None:
    _manage("verify_backup", str(_given("FROM")), "--key-file", str(_given("KEY")))


def upgrade() -> None:
    if servers_run(var_folder()) and (var_folder() / "ready").exists():
        raise Unusable("Stop the portal first: nobody should work while its tables change.")
    _manage("upgrade", str(_given("TO")), "--key-file", str(_given("KEY")))


def restore() -> None:
    """Into an empty MEDPORTAL_VAR: the secrets, the servers, the data. Or nothing stays of it."""
    refuse_other_servers()
    folder, source, key_file = var_folder(), _given("FROM"), _given("KEY")
    _refuse_full(folder)
    keys = _readable(source, key_file)
    folder.mkdir(mode=0o711, parents=True, exist_ok=True)
    try:
        write_private(folder / "secrets.json", keys.secrets)
        profile = "demo" if keys.profile == "demo" else "loopback"
        with _nothing_printed_twice(), open_servers(profile):
            _command(profile, "restore", str(source), "--key-file", str(key_file))
    except BaseException:
        _clear(folder)
        raise
    say(f"Restored into {folder}. Start it: make {'demo' if profile == 'demo' else 'serve'}")


def _given(name: str) -> Path:
    if not os.environ.get(name):
        raise Unusable(f"Which one? Give {name}=/path.")
    return Path(os.environ[name]).absolute()


def _manage(*words: str) -> None:
    """Beside the running portal, or with its servers started for this alone."""
    refuse_other_servers()
    if not (var_folder() / "secrets.json").exists():
        raise Unusable(f"There is no installation in {var_folder()}.")
    if servers_run(var_folder()):
        _command("", *words)
        return
    with open_servers(_profile()):
        _command(_profile(), *words)


def _profile() -> str:
    stamp = next(
        (
            place / "postgres" / "prepared"
            for place in (var_folder(), place_elsewhere(var_folder()))
            if (place / "postgres" / "prepared").exists()
        ),
        None,
    )
    return stamp.read_text().split()[0] if stamp else "loopback"


def _command(profile: str, *words: str) -> None:
    run_aloud(profile, [sys.executable, str(ROOT / "manage.py"), *words])


def _refuse_full(folder: Path) -> None:
    there = [name for name in PLACES if (folder / name).exists()]
    if there or (place_elsewhere(folder) / "postgres").exists():
        raise Unusable(
            f"{folder} is not empty: a backup is restored into an empty place only. "
            "Name another one: MEDPORTAL_VAR=/folder"
        )


def _readable(source: Path, key_file: Path) -> KeySet:
    """Before anything is made: the key is there, lies apart, and opens this backup."""
    try:
        refuse_beside(key_file, source, var_folder())
        keys = read_key_set(key_file)
        read_manifest(source, keys)
    except BackupError as error:
        raise Unusable(str(error)) from error
    return keys


@contextmanager
def _nothing_printed_twice() -> Iterator[None]:
    """The command has said why it stopped."""
    try:
        yield
    except Unusable as error:
        raise Unusable(f"Nothing was restored: {error}") from error


def _clear(folder: Path) -> None:
    """The place was empty before: whatever is here now was made by this try."""
    for path in (*(folder / name for name in (*PLACES, "logs")), place_elsewhere(folder)):
        shutil.rmtree(path, ignore_errors=True)
        with suppress(FileNotFoundError, IsADirectoryError):
            path.unlink()
