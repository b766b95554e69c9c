"""``manage.py load_demo``: the demonstration organisation, once."""

from __future__ import annotations

import os
from typing import Any

from accounts.models import Organisation
from medportal.database.commands import PlainCommand, Refused
from medportal.demo.loading import load


class Command(PlainCommand):
    help = "Loads the demonstration: people, services, patients, and work for every role."

    def handle(self, *_args: Any, **_options: Any) -> None:
        if Organisation.objects.filter(is_demonstration=False).exists():
            raise Refused("This installation holds a real organisation: no demonstration.")
        if Organisation.objects.exists():
            self.stdout.write("The demonstration is already loaded.")
            return
        password = os.environ.get("MEDPORTAL_DEMO_PASSWORD", "")
        if not password:
            raise Refused("Set MEDPORTAL_DEMO_PASSWORD, or start with `make demo`.")
        load(password, say=self.stdout.write)
