"""``manage.py fill_demo``: the demonstration grows to a hospital of its real size."""

from __future__ import annotations

import os
from functools import partial
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser

from accounts.models import Organisation
from medportal.database.commands import PlainCommand, Refused
from medportal.database.roles import acting_as, has_owner
from medportal.demo.loading.hospital import Size, fill, is_filled


class Command(PlainCommand):
    help = "Adds a hospital's worth of invented patients to the demonstration, to measure on."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--patients", type=int, default=Size.patients)
        parser.add_argument("--observations", type=int, default=Size.observations)
        parser.add_argument("--wards", type=int, default=Size.wards)

    def handle(self, *_args: Any, **options: Any) -> None:
        size = Size(options["patients"], options["observations"], options["wards"])
        if min(size.patients, size.observations, size.wards) < 1:
            raise Refused("Patients, observations and wards: at least one of each.")
        organisation = self._demonstration()
        if is_filled():
            self.stdout.write("The demonstration is already filled.")
            return
        password = os.environ.get("MEDPORTAL_DEMO_PASSWORD", "")
        if not password or not has_owner():
            raise Refused("Set MEDPORTAL_DEMO_PASSWORD; the database's owner must be known.")
        as_owner = partial(acting_as, settings.DATABASE_OWNER)
        fill(organisation, size, password, say=self.stdout.write, as_owner=as_owner)

    def _demonstration(self) -> Organisation:
        if Organisation.objects.filter(is_demonstration=False).exists():
            raise Refused("This installation holds a real organisation: nothing is invented.")
        found = Organisation.objects.filter(is_demonstration=True).first()
        if found is None:
            raise Refused("There is no demonstration here: start it with `make demo`.")
        return found
