"""``manage.py backup_key FILE``: the key set of this installation, to be kept apart."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from medportal.database.commands import PlainCommand
from medportal.operations.backups import keeping
from medportal.operations.backups.problems import BackupError


class Command(PlainCommand):
    help = "Make the key set that seals backups: a new file, apart from the data and the backups."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            made = keeping.make_key(options["file"])
        except BackupError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"The key {made.fingerprint} and the portal's secrets are in")
        self.stdout.write(f"    {options['file'].resolve()}")
        self.stdout.write("Keep a copy of this file in a safe, apart from the backups: without it")
        self.stdout.write("no backup can be read, and whoever has both has everything.")
