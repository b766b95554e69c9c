"""What the four commands share: where the key is, and one line for what goes wrong."""

from __future__ import annotations

import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any, ClassVar

from django.core.management.base import CommandError

from accounts.request_facts import facts, of_command
from medportal.database.commands import PlainCommand, Refused
from medportal.operations.backups.problems import BackupError

KEY_VARIABLE = "MEDPORTAL_BACKUP_KEY_FILE"


class BackupCommand(PlainCommand):
    """For the operator, who owns this machine; each leaves its event."""

    folder: ClassVar[str] = "destination"
    """What the one folder is called that it works with."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--key-file",
            type=Path,
            default=os.environ.get(KEY_VARIABLE),
            help=f"the key set that manage.py backup_key made (or {KEY_VARIABLE})",
        )
        parser.add_argument(self.folder, type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["key_file"]:
            raise Refused(f"Which key? Give --key-file or {KEY_VARIABLE}.")
        try:
            with facts(of_command(self.__module__.rpartition(".")[2])):
                self.act(Path(options["key_file"]), options[self.folder])
        except BackupError as error:
            raise CommandError(str(error)) from error

    def act(self, key_file: Path, folder: Path) -> None:
        raise NotImplementedError
