"""``manage.py backup DESTINATION``: a sealed copy of the database and the objects."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from medportal.operations.backups import keeping
from medportal.operations.backups.command import BackupCommand


class Command(BackupCommand):
    help = "Make a sealed backup in a new folder of DESTINATION; the portal may run meanwhile."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("destination", type=Path)

    def act(self, key_file: Path, options: dict[str, Any]) -> None:
        destination = options["destination"]
        keys = keeping.read_key(key_file, destination)
        made = keeping.back_up(destination, keys)
        self.stdout.write(
            f"{made.sealed_bytes / 1e6:.1f} MB, sealed with the key {keys.fingerprint}"
        )
        self.stdout.write(f"    {destination.resolve() / made.name}")
        self.stdout.write("Try it: manage.py verify_backup restores it into a cluster of its own.")
