"""One installation: its folder, its secrets, its servers, and Django's commands run in it."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import time
from pathlib import Path

from medportal.configuration.addresses import ROOT, var_folder
from medportal.configuration.secrets import DEMO_PREFIX
from medportal.supervisor.servers import Servers, write_private
from medportal.supervisor.stack import LOOK_SECONDS
from medportal.supervisor.system import Unusable

QUIET_SECONDS = 8


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
    content = {name: prefix + secrets.token_urlsafe(60) for name in names}
    if demo:
        content["DEMO_PASSWORD"] = "-".join(secrets.token_hex(3) for _ in range(3))
    write_private(file, content)


def demo_password(folder: Path) -> str:
    return str(json.loads((folder / "secrets.json").read_text()).get("DEMO_PASSWORD", ""))


def environment(profile: str, role: str) -> dict[str, str]:
    """What a child process of this installation gets; the addresses it reads from servers.json."""
    dropped = ("DATABASE_", "REDIS_", "PYTHONDONTWRITEBYTECODE")  # TensorFlow would compile anew
    kept = {k: v for k, v in os.environ.items() if not k.startswith(dropped)}
    return kept | {
        "DJANGO_SETTINGS_MODULE": "medportal.settings",
        "MEDPORTAL_PROFILE": profile,
        "MEDPORTAL_VAR": str(var_folder()),
        "MEDPORTAL_ROLE": role,
        "MEDPORTAL_SUPERVISED": "1",
        "MEDPORTAL_DEMO_PASSWORD": demo_password(var_folder()) if role == "command" else "",
        "PYTHONUNBUFFERED": "1",
        "OMP_NUM_THREADS": "1",  # a row is small; workers are scaled by processes
    }


def run_aloud(profile: str, command: list[str], *, asks: bool = False) -> None:
    """Run a step of the start. Its own lines appear; where it is silent, ours say that it works."""
    process = subprocess.Popen(
        command,
        env=environment(profile, "command"),
        cwd=ROOT,
        stdin=None if asks else subprocess.DEVNULL,
    )
    began = time.monotonic()
    while True:
        try:
            status = process.wait(None if asks else QUIET_SECONDS)
            break
        except subprocess.TimeoutExpired:
            say(f"  … still at it ({time.monotonic() - began:.0f} s)")
        except KeyboardInterrupt:
            process.terminate()
            raise
    if status:
        raise Unusable("It stopped there; the lines above say why.")


def open_servers(profile: str) -> Servers:
    refuse_other_servers()
    make_secrets(var_folder(), demo=profile == "demo")
    return Servers(var_folder(), profile=profile, say=say)


def servers() -> None:
    """The two servers alone, migrated, for work on the code."""
    profile = os.environ.get("MEDPORTAL_PROFILE", "demo")
    with open_servers(profile) as running:
        run_aloud(profile, [sys.executable, str(ROOT / "manage.py"), "migrate", "--skip-checks"])
        say(f"PostgreSQL and Valkey run; their addresses are in {var_folder()}/servers.json")
        while not running.dead():
            time.sleep(LOOK_SECONDS)
    raise Unusable("A server ended by itself; see the logs.")
