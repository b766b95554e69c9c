"""Commands refuse with one line and exit status 2; whoever reads no Python understands it."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from medportal.common.errors import DomainError
from medportal.common.json_bodies import storable
from medportal.database.identifier_key import refuse_other_key_here

REFUSED = 2


class Refused(CommandError):
    """What was typed can not be done; nothing was."""

    def __init__(self, message: str) -> None:
        super().__init__(message, returncode=REFUSED)


class PlainCommand(BaseCommand):
    """The one base of our commands. An action's refusal needs no ``try`` of its own."""

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """A parser that raises instead of printing its whole manual first."""
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        parser.called_from_command_line = False
        return parser

    def run_from_argv(self, argv: list[str]) -> None:
        try:
            super().run_from_argv(argv)
        except CommandError as error:  # of the parser: Django itself answers all others
            words = str(error).removeprefix("Error: ").strip()
            self.stderr.write(f"{words} See {argv[0]} {argv[1]} --help".replace("\n", " "))
            sys.exit(REFUSED)

    def execute(self, *args: Any, **options: Any) -> str | None:
        for name, value in options.items():
            if isinstance(value, str) and not storable(value):
                raise Refused(f"--{name.replace('_', '-')} is no text in UTF-8.")
        refuse_other_key_here()
        try:
            return super().execute(*args, **options)
        except DomainError as error:
            reasons = [f"{p.pointer.strip('/')}: {p.message}" for p in error.pointers if p.pointer]
            raise Refused(" ".join([str(error.message), *reasons])) from error
