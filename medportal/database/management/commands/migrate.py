"""Django's ``migrate`` as the owner of the database; then the application gets its rights."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.core.management.commands.migrate import Command as MigrateCommand
from django.db import connections

from medportal.database.identifier_key import migrated, refuse_other_key
from medportal.database.roles import acting_as, grant, has_owner
from medportal.database.versions import refuse_newer
from medportal.supervisor.system import Unusable


class Command(MigrateCommand):
    def handle(self, *args: Any, **options: Any) -> None:
        if not has_owner():
            raise CommandError("Migrating needs DATABASE_OWNER_URL: the role that owns the tables.")
        database = settings.ADDRESSES.owner or settings.ADDRESSES.database
        try:
            refuse_newer(database)
            refuse_other_key(database, settings.IDENTIFIER_KEY)
        except Unusable as error:
            raise CommandError(str(error)) from error
        alias = options["database"]
        application = connections[alias].settings_dict["USER"]
        with acting_as(settings.DATABASE_OWNER, alias):
            super().handle(*args, **options)
            if not (options["plan"] or options["check_unapplied"]):
                grant(application, alias)
                if not options["app_label"]:
                    migrated.send(sender=type(self))
