"""``python -m medportal.tools.launch.prepare``: migrate, collect, load, in one process."""

from __future__ import annotations

import os
import sys

import django
from django.conf import settings
from django.core.management import call_command


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "medportal.settings")
    django.setup()
    print("Bringing the database up to date …", flush=True)
    call_command("migrate", verbosity=0, interactive=False)
    collect_static()
    if settings.DEMONSTRATION:
        prepare_demonstration()
    else:
        prepare_first_organisation()


def collect_static() -> None:
    print("Collecting static files …", flush=True)
    call_command("collectstatic", verbosity=0, interactive=False, clear=True)


def prepare_demonstration() -> None:
    from accounts.models import Organisation

    if Organisation.objects.filter(is_demonstration=False).exists():
        sys.exit("An organisation that is no demonstration lives here: the demo leaves it alone.")
    if not Organisation.objects.filter(is_demonstration=True).exists():
        print("Loading the demonstration …", flush=True)
        call_command("load_demo")


def prepare_first_organisation() -> None:
    from accounts.models import Organisation

    if Organisation.objects.filter(is_demonstration=True).exists():
        sys.exit(
            "This folder holds the demonstration. Serve from another one: "
            "make serve MEDPORTAL_VAR=/path/to/folder"
        )
    if not Organisation.objects.exists():
        call_command("create_organisation")


if __name__ == "__main__":
    main()
