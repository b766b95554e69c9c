"""The web server. A module of its own, so that its processes say ``web`` on their command line."""

from __future__ import annotations

import os
import sys

from django.conf import settings
from granian.constants import Interfaces
from granian.server import Server

from medportal.database.identifier_key import refuse_other_key
from medportal.database.versions import refuse_newer
from medportal.supervisor.postgres import refuse_unfit
from medportal.supervisor.system import Unusable
from medportal.supervisor.valkey import refuse_evicting


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "medportal.settings")
    os.environ.setdefault("MEDPORTAL_ROLE", "web")
    try:
        refuse_evicting(settings.ADDRESSES.broker)
        refuse_unfit(
            settings.ADDRESSES.database,
            settings.WEB_WORKERS * settings.WEB_CONNECTIONS + settings.OTHER_CONNECTIONS,
        )
        refuse_newer(settings.ADDRESSES.database)
        refuse_other_key(settings.ADDRESSES.database, settings.IDENTIFIER_KEY)
    except Unusable as error:
        sys.exit(str(error))
    Server(
        "medportal.wsgi:application",
        address=os.environ.get("MEDPORTAL_HOST", "127.0.0.1"),
        port=int(os.environ.get("MEDPORTAL_PORT", "8000")),
        interface=Interfaces.WSGI,
        workers=settings.WEB_WORKERS,
        blocking_threads=settings.WEB_THREADS,
        websockets=False,
        respawn_failed_workers=True,
        workers_kill_timeout=8,
        log_dictconfig=settings.LOGGING,
        log_access=False,  # an address is opaque, but nobody needs the list of who asked what here
    ).serve()


if __name__ == "__main__":
    main()
