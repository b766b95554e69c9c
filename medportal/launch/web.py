"""The web server. A module of its own, so that its processes say ``web`` on their command line."""

from __future__ import annotations

import os

from granian.constants import Interfaces
from granian.server import Server


def main() -> None:
    Server(
        "medportal.wsgi:application",
        address=os.environ.get("MEDPORTAL_HOST", "127.0.0.1"),
        port=int(os.environ.get("MEDPORTAL_PORT", "8000")),
        interface=Interfaces.WSGI,
        workers=int(os.environ.get("MEDPORTAL_WEB_WORKERS", "2")),
        blocking_threads=int(os.environ.get("MEDPORTAL_WEB_THREADS", "4")),
        websockets=False,
        respawn_failed_workers=True,
        workers_kill_timeout=8,
        log_access=False,  # an address is opaque, but nobody needs the list of who asked what here
    ).serve()


if __name__ == "__main__":
    main()
