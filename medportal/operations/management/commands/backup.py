"""``manage.py backup DESTINATION``: a sealed copy of the database and the objects."""

from __future__ import annotations

from pathlib import Path

from medportal.operations.backups import keeping
from medportal.operations.backups.command import BackupCommand


class Command(BackupCommand):
    help = "Make a sealed backup in a new folder of DESTINATION; the portal may run meanwhile."

    def act(self, key_file: Path, folder: Path) -> None:
        keys = keeping.read_key(key_file, folder)
        made = keeping.back_up(folder, keys)
        self.stdout.write(
            f"{made.sealed_bytes / 1e6:.1f} MB, sealed with the key {keys.fingerprint}"
        )
        self.stdout.write(f"    {folder.resolve() / made.name}")
        self.stdout.write("Try it: manage.py verify_backup restores it into a cluster of its own.")
