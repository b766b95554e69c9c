"""The owner's role, borrowed for a moment, and what it grants to the application's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg import sql


@contextmanager
def acting_as(role: dict[str, Any], alias: str = DEFAULT_DB_ALIAS) -> Iterator[None]:
    """Connections of ``alias`` are made as ``role`` (USER, PASSWORD …) until the block ends.

    One alias for both roles, so that a migration's code finds its rows wherever it looks.
    """
    connection = connections[alias]
    kept = {key: connection.settings_dict[key] for key in role if key != "NAME"}
    connection.close()
    connection.settings_dict.update({key: role[key] for key in kept})
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update(kept)


def has_owner() -> bool:
    return bool(settings.DATABASE_OWNER)


def grant(application: str, alias: str = DEFAULT_DB_ALIAS) -> None:
    """Let ``application`` work with rows of every table, but own none and rewrite no history."""
    with transaction.atomic(using=alias):
        connection = connections[alias]
        tables = set(connection.introspection.table_names())
        _run(connection, _WORK, application)
        for table in tables & set(settings.DATABASE_APPEND_ONLY_TABLES):
            _run(
                connection,
                "REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM {role}",
                application,
                table,
            )
        for table in tables & set(settings.DATABASE_READ_ONLY_TABLES):
            _run(
                connection,
                "REVOKE INSERT, UPDATE, DELETE ON {table} FROM {role}",
                application,
                table,
            )


_WORK = (
    "REVOKE TEMPORARY ON DATABASE {database} FROM PUBLIC;"  # a temporary table shadows a real one
    "REVOKE TEMPORARY ON DATABASE {database} FROM {role};"
    "GRANT USAGE ON SCHEMA public TO {role};"
    "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role};"
    "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role};"
)


def _run(connection: BaseDatabaseWrapper, statement: str, role: str, table: str = "") -> None:
    with connection.cursor() as cursor:
        composed = sql.SQL(statement).format(
            role=sql.Identifier(role),
            table=sql.Identifier(table),
            database=sql.Identifier(str(connection.settings_dict["NAME"])),
        )
        cursor.execute(composed)
