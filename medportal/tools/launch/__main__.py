"""``python -m medportal.tools.launch COMMAND``: what make runs."""

from __future__ import annotations

import os
import signal
import sys

from medportal.supervisor.system import Unusable
from medportal.tools.launch import installation, keeping, portal

USAGE = __doc__


def main() -> None:
    os.umask(0o077)  # whatever this installation writes is its owner's alone
    for ending in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ending, _as_interrupt)  # a shell's background job would ignore SIGINT
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # nohup means it
        signal.signal(signal.SIGHUP, _as_interrupt)
    commands = {
        "servers": installation.servers,
        "demo": portal.demo,
        "demo-reset": portal.demo_reset,
        "serve": portal.serve,
        "backup-key": keeping.backup_key,
        "backup": keeping.backup,
        "verify-backup": keeping.verify_backup,
        "restore": keeping.restore,
        "upgrade": keeping.upgrade,
    }
    command = commands.get(sys.argv[1] if len(sys.argv) == 2 else "")
    if command is None:
        sys.exit(f"{USAGE}\n{' | '.join(commands)}")
    try:
        command()
    except Unusable as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        installation.say("Stopped.")


def _as_interrupt(_: int, __: object) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    os.environ.setdefault("PYTHONUNBUFFERED", "1")
    main()
