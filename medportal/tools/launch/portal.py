"""`make demo` and `make serve`: everything in the foreground, until Ctrl-C."""

from __future__ import annotations

import hashlib
import http.client
import os
import shutil
import signal
import socket
import sys
import time
from contextlib import suppress
from functools import partial
from pathlib import Path

import psycopg

from medportal.configuration.addresses import ROOT, var_folder
from medportal.configuration.backups import BACKUP_DESTINATION
from medportal.configuration.limits import (
    BATCH_TIME_LIMIT,
    INTERACTIVE_TIME_LIMIT,
    SILENCE_SECONDS,
    UPKEEP_TIME_LIMIT,
)
from medportal.supervisor.postgres import APPLICATION
from medportal.supervisor.process import wait_until
from medportal.supervisor.pulse import Pulse
from medportal.supervisor.servers import Servers
from medportal.supervisor.stack import Stack, portal_commands
from medportal.supervisor.system import Unusable
from medportal.tools.launch.installation import (
    demo_password,
    environment,
    open_servers,
    refuse_other_servers,
    run_aloud,
    say,
)

HOST = "127.0.0.1"
START_SECONDS = 120.0
LINES_OF_A_START = 5000
APPS = ("accounts", "diagnosis", "medportal")
ACCOUNTS = ("doctor", "nurse", "scientist", "reviewer", "privacy", "admin")


def demo() -> None:
    _run("demo")


def serve() -> None:
    _run("loopback")


def demo_reset() -> None:
    """Throw the demonstration away, and nothing else, and start it anew."""
    refuse_other_servers()
    folder = var_folder()
    if (folder / "postgres").exists() or (folder / "secrets.json").exists():
        with open_servers("demo") as servers:
            _refuse_foreign_organisations(servers)
            data = servers.postgres.data.parent
        for path in (data, *(folder / name for name in _OURS)):
            shutil.rmtree(path, ignore_errors=True)
            with suppress(FileNotFoundError, IsADirectoryError):
                path.unlink()
        say("The demonstration's data are gone.")
    demo()


_OURS = (
    "postgres",
    "valkey",
    "objects",
    "static",
    "logs",
    "secrets.json",
    "passwords.json",
    "ready",
)


def _refuse_foreign_organisations(servers: Servers) -> None:
    try:
        with psycopg.connect(servers.postgres.url("medportal_owner")) as session:
            count = session.execute(
                "SELECT count(*) FROM accounts_organisation WHERE NOT is_demonstration"
            ).fetchone()
    except psycopg.errors.UndefinedTable:
        return
    if count and count[0]:
        raise Unusable("An organisation that is no demonstration lives here: left alone.")


def _run(profile: str) -> None:
    port = int(os.environ.get("PORT") or 8000)
    _refuse_taken(port)
    os.environ["MEDPORTAL_PORT"] = str(port)
    say("Starting PostgreSQL and Valkey …")
    with open_servers(profile) as servers:
        upkeep = int(UPKEEP_TIME_LIMIT) if BACKUP_DESTINATION else 0
        commands = portal_commands(int(INTERACTIVE_TIME_LIMIT), int(BATCH_TIME_LIMIT), upkeep)
        pulse = Pulse(servers.postgres.url(APPLICATION), servers.valkey.url, SILENCE_SECONDS)
        stack = Stack(servers, ROOT, partial(environment, profile), commands, say, pulse)
        _prepare(profile, servers)
        try:
            say("Starting the portal …")
            stack.start()
            _await_portal(stack, port)
            _announce(profile, port, servers.folder)
            stack.watch()
        finally:
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # a second Ctrl-C must not leave orphans
            (servers.folder / "ready").unlink(missing_ok=True)
            stack.stop()


def _prepare(profile: str, servers: Servers) -> None:
    """Migrate, collect, load: again only when something that they depend on has changed."""
    stamp = servers.postgres.data.parent / "prepared"
    now = f"{profile} {_digest()}"
    if stamp.exists() and stamp.read_text() == now:
        if profile == "demo":
            _refuse_foreign_organisations(servers)
        return
    command = [sys.executable, "-m", "medportal.tools.launch.prepare"]
    run_aloud(profile, command, asks=profile != "demo")
    stamp.write_text(now)


def _digest() -> str:
    """Of the libraries, the migrations and our static files."""
    found = hashlib.sha256((ROOT / "requirements.txt").read_bytes())
    migrations = [p for app in APPS for p in (ROOT / app).rglob("migrations/*.py")]
    static = [path for path in (ROOT / "static").rglob("*") if path.is_file()]
    for path in sorted(migrations + static):
        found.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    return found.hexdigest()


def _refuse_taken(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            raise Unusable(f"Port {port} is taken. Choose another: make demo PORT=8001") from None


def _await_portal(stack: Stack, port: int) -> None:
    """Until the pages answer and the workers take work, with a line every few seconds."""
    began = spoke = time.monotonic()
    while not (_answers(port) and _takes_work(stack)):
        stack.look()
        if time.monotonic() - began > START_SECONDS:
            raise Unusable(f"The portal did not start; see {stack.servers.folder / 'logs'}.")
        if time.monotonic() - spoke > 5:
            spoke = time.monotonic()
            say(f"  … still starting ({spoke - began:.0f} s)")
        wait_until(lambda: _answers(port), 0.5, pause=0.1)


def _answers(port: int) -> bool:
    try:
        connection = http.client.HTTPConnection(HOST, port, timeout=5)
        connection.request("GET", "/readyz")
        return connection.getresponse().status == http.HTTPStatus.OK
    except OSError:
        return False


def _takes_work(stack: Stack) -> bool:
    """Each worker has said so; what it was handed at once may have filled its log since."""
    return all(
        " ready." in stack.child(role).last_lines(LINES_OF_A_START)
        for role in ("interactive", "batch")
    )


def _announce(profile: str, port: int, folder: Path) -> None:
    line = f"MedPortal is ready at http://{HOST}:{port}"
    (folder / "ready").write_text(line + "\n")
    say(line)
    if profile == "demo":
        say(f"Demo accounts: {', '.join(ACCOUNTS)}")
        say(f"Password of each: {demo_password(folder)}")
    say("Ctrl-C stops everything; the data stay.")
