"""``manage.py verify_backup SOURCE``: restore a backup where nobody sees it, and look."""

from __future__ import annotations

from pathlib import Path

from medportal.operations.backups import keeping
from medportal.operations.backups.command import BackupCommand


class Command(BackupCommand):
    help = "Check every seal, restore SOURCE into a cluster of its own, count the rows."
    folder = "source"

    def act(self, key_file: Path, folder: Path) -> None:
        manifest = keeping.verify(folder, keeping.read_key(key_file, folder))
        rows, tables = manifest.rows, len(manifest.tables)
        self.stdout.write(
            f"{folder.name} is whole: {rows} rows in {tables} tables as of {manifest.made_at}, "
            "restored and counted; its audit trail is closed."
        )
