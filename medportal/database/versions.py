"""Whether this code knows the database that it finds."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

import psycopg

from medportal.configuration.addresses import ROOT
from medportal.supervisor.system import Unusable

APPS = ("accounts", "diagnosis/*", "medportal/*")


@lru_cache
def known_migrations() -> frozenset[tuple[str, str]]:
    """(app, name) of every migration of ours on the disk; asked without Django."""
    found = [path for app in APPS for path in ROOT.glob(f"{app}/migrations/[0-9]*.py")]
    return frozenset((path.parent.parent.name, path.stem) for path in found)


def unknown_migrations(applied: Iterable[tuple[str, str]]) -> list[str]:
    """Those of our apps that this code has never heard of: a newer version was here."""
    apps = {app for app, _ in known_migrations()}
    return sorted(
        f"{app}.{name}"
        for app, name in applied
        if app in apps and (app, name) not in known_migrations()
    )


def missing_migrations(applied: Iterable[tuple[str, str]]) -> list[str]:
    """Those of this code that the database has not had yet."""
    return sorted(f"{app}.{name}" for app, name in known_migrations() - set(applied))


class NewerDatabase(Unusable):
    """In one line: what this code does not know."""

    def __init__(self, migration: str) -> None:
        super().__init__(
            f"The database was written by a newer version (it has {migration}): start that "
            "version, or restore the backup from before the upgrade into an empty place."
        )


def refuse_newer(database: str) -> None:
    """Do not run on tables that this code does not know. A database that is away may come."""
    try:
        with psycopg.connect(database, connect_timeout=5) as session:
            rows = session.execute("SELECT app, name FROM django_migrations").fetchall()
    except (psycopg.OperationalError, psycopg.errors.UndefinedTable):
        return
    unknown = unknown_migrations((str(app), str(name)) for app, name in rows)
    if unknown:
        raise NewerDatabase(unknown[0])
