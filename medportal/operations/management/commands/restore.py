"""``manage.py restore SOURCE``: a backup into an empty database and an empty object store."""

from __future__ import annotations

from pathlib import Path

from medportal.operations.backups import keeping
from medportal.operations.backups.command import BackupCommand


class Command(BackupCommand):
    help = "Restore SOURCE into an empty place; refuses any other. make restore does it all."
    folder = "source"

    def act(self, key_file: Path, folder: Path) -> None:
        manifest = keeping.restore(folder, keeping.read_key(key_file, folder))
        rows = manifest.rows
        self.stdout.write(f"Restored {rows} rows as of {manifest.made_at}. Sessions were ended.")
        if keeping.is_older(manifest):
            self.stdout.write("Its tables are of an older version: start that one, or upgrade.")
        self.stdout.write("People, roles and tokens are those of then: look what changed since.")
