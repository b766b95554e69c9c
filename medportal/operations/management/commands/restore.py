"""``manage.py restore SOURCE``: a backup into an empty database and an empty object store."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from medportal.operations.backups import keeping
from medportal.operations.backups.command import BackupCommand


class Command(BackupCommand):
    help = "Restore SOURCE into an empty place; refuses any other. make restore does it all."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("source", type=Path)

    def act(self, key_file: Path, options: dict[str, Any]) -> None:
        source = options["source"]
        manifest = keeping.restore(source, keeping.read_key(key_file, source))
        rows = sum(manifest["tables"].values())
        self.stdout.write(f"Restored {rows} rows as of {manifest['made_at']}. Sessions were ended.")
        if keeping.is_older(manifest):
            self.stdout.write("Its tables are of an older version: start that one, or upgrade.")
        self.stdout.write("People, roles and tokens are those of then: look what changed since.")
