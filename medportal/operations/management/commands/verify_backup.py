"""``manage.py verify_backup SOURCE``: restore a backup where nobody sees it, and look."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from medportal.operations.backups import keeping
from medportal.operations.backups.command import BackupCommand


class Command(BackupCommand):
    help = "Check every seal, restore SOURCE into a cluster of its own, count the rows."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("source", type=Path)

    def act(self, key_file: Path, options: dict[str, Any]) -> None:
        source = options["source"]
        manifest = keeping.verify(source, keeping.read_key(key_file, source))
        rows, tables = sum(manifest["tables"].values()), len(manifest["tables"])
        self.stdout.write(
            f"{source.name} is whole: {rows} rows in {tables} tables as of {manifest['made_at']}, "
            "restored and counted; its audit trail is closed."
        )
