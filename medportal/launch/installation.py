"""One installation: its folder, its secrets, its servers, and Django's commands run in it."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
from pathlib import Path

from medportal.settings.addresses import ROOT, var_folder
from medportal.settings.secrets import DEMO_PREFIX
from medportal.supervisor.servers import Servers, write_private
from medportal.supervisor.system import Unusable


def say(line: str) -> None:
    print(line, flush=True)


def refuse_other_servers() -> None:
    """The embedded servers are for a folder of our own, never beside a database named elsewhere."""
    if "DATABASE_URL" in os.environ or "REDIS_URL" in os.environ:
        raise Unusable("DATABASE_URL or REDIS_URL points elsewhere: unset both for this command.")


def make_secrets(folder: Path, *, demo: bool) -> None:
    file = folder / "secrets.json"
    if file.exists():
        return
    folder.mkdir(mode=0o711, parents=True, exist_ok=True)
    prefix = DEMO_PREFIX if demo else ""
    names = ("SECRET_KEY", "IDENTIFIER_KEY")
    write_private(file, {name: prefix + secrets.token_urlsafe(60) for name in names})


def environment(profile: str, role: str) -> dict[str, str]:
    """What a child process of this installation gets; the addresses it reads from servers.json."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("DATABASE_", "REDIS_"))}
    return kept | {
        "DJANGO_SETTINGS_MODULE": "medportal.settings",
        "MEDPORTAL_PROFILE": profile,
        "MEDPORTAL_VAR": str(var_folder()),
        "MEDPORTAL_ROLE": role,
        "MEDPORTAL_SUPERVISED": "1",
        "PYTHONUNBUFFERED": "1",
    }


def manage(profile: str, *words: str) -> None:
    """Run one of Django's commands and end with its status if it fails."""
    command = [sys.executable, str(ROOT / "manage.py"), *words]
    done = subprocess.run(command, env=environment(profile, "command"), cwd=ROOT, check=False)  # noqa: S603  # our own program
    if done.returncode:
        raise Unusable(f"manage.py {words[0]} failed.")


def open_servers(profile: str) -> Servers:
    refuse_other_servers()
    make_secrets(var_folder(), demo=profile == "demo")
    return Servers(var_folder(), profile=profile, say=say)


def servers() -> None:
    """The two servers alone, migrated, for work on the code."""
    with open_servers(os.environ.get("MEDPORTAL_PROFILE", "demo")) as running:
        manage(running.profile, "migrate", "--verbosity", "1")
        say(f"PostgreSQL and Valkey run; their addresses are in {var_folder()}/servers.json")
        while not running.dead():
            signal.sigtimedwait([signal.SIGCHLD], 1.0)
    raise Unusable("A server ended by itself; see var/logs.")
