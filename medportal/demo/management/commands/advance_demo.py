"""``manage.py advance_demo``: move a demonstration that has grown old on to today."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from accounts.models import Organisation
from medportal.database.commands import PlainCommand, Refused
from medportal.demo.loading.advance import advance, days_behind


class Command(PlainCommand):
    help = "Moves all dates of the demonstration on, birth dates by the same days."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--days", type=int, help="by how many days (default: until today)")

    def handle(self, *_args: Any, **options: Any) -> None:
        organisation = Organisation.objects.filter(is_demonstration=True).first()
        if organisation is None:
            raise Refused("There is no demonstration here: start it with `make demo`.")
        days = options["days"]
        if days is None:
            days = days_behind(organisation)
        if days <= 0:
            self.stdout.write("The demonstration is as of today.")
            return
        rows = advance(organisation, days)
        self.stdout.write(f"Moved {rows} rows of the demonstration on by {days} days.")
