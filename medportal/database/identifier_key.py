"""Whether this is the key with which the database's patients were given their hashes.

With another one nobody is found by a number, and the next import makes every patient twice.
"""

from __future__ import annotations

import hashlib
import hmac
import unicodedata
from typing import Any
from uuid import UUID

import psycopg
from django.conf import settings
from django.core.management.base import CommandError
from django.db import DatabaseError, connection, transaction
from django.dispatch import Signal

from medportal.supervisor.system import Unusable

migrated = Signal()
"""Sent as the owner when the tables are of this version: what they need beside rows of people."""

KNOWN = "SELECT fingerprint FROM operations_identifierkey ORDER BY number DESC LIMIT 1"
ONE = "SELECT organisation_id, value, value_hash FROM records_patientidentifier LIMIT 1"
NOT_THERE = (psycopg.errors.UndefinedTable, psycopg.errors.InsufficientPrivilege)


class OtherKey(Unusable):
    """In one line, with what to do."""

    def __init__(self) -> None:
        super().__init__(
            "IDENTIFIER_KEY is not the one with which this database was filled: nobody would be "
            "found by a number, and an import would make every patient twice. Set the one of "
            "before; the key set of the backups holds it."
        )


def fingerprint(key: str) -> str:
    """Names the key without telling anything of it."""
    return hmac.new(key.encode(), b"medportal identifier key", hashlib.sha256).hexdigest()


def keyed_hash(key: str, organisation_id: UUID | None, value: str) -> str:
    """By which a number is looked up; spaces and case do not matter."""
    plain = "".join(unicodedata.normalize("NFKC", value).split()).upper()
    return hmac.new(
        key.encode(), f"{organisation_id}\n{plain}".encode(), hashlib.sha256
    ).hexdigest()


def is_other(key: str, known: str | None, one: Any) -> bool:
    """By the fingerprint; where a database has none yet, by the hash of somebody's number."""
    if known is not None:
        return not hmac.compare_digest(known, fingerprint(key))
    if one is None:
        return False
    organisation, value, stored = one
    return not hmac.compare_digest(stored, keyed_hash(key, organisation, value))


def refuse_other_key(database: str, key: str) -> None:
    """Asked at every start. A database that is away, empty or of before says nothing."""
    try:
        with psycopg.connect(database, connect_timeout=5, autocommit=True) as session:
            known, one = _asked(session, KNOWN), _asked(session, ONE)
    except psycopg.OperationalError:
        return
    if is_other(key, known[0] if known else None, one):
        raise OtherKey


def _asked(session: psycopg.Connection, question: str) -> Any:
    try:
        return session.execute(question).fetchone()
    except NOT_THERE:
        return None


def refuse_other_key_here() -> None:
    """The same for commands, in the session that they use anyway."""
    known, one = _asked_here(KNOWN), _asked_here(ONE)
    if is_other(settings.IDENTIFIER_KEY, known[0] if known else None, one):
        raise CommandError(str(OtherKey()))


def _asked_here(question: str) -> Any:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(question)
            return cursor.fetchone()
    except DatabaseError:
        return None
