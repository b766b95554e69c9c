"""A world that comes out the same every time: its clock stands, its identifiers are counted."""

from __future__ import annotations

import shutil
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from types import SimpleNamespace
from unittest import mock

from django.apps import apps
from django.db import connection, models, transaction
from django.utils import timezone

START = datetime(2027, 2, 10, 9, 30, tzinfo=UTC)
"""A Wednesday morning, after everything that the shipped models were trained on."""

LATER = timedelta(minutes=10)
"""From the loading to the first page: longer than all runs of the loading take."""

DISK = SimpleNamespace(total=250 * 10**9, used=150 * 10**9, free=100 * 10**9)
"""What the status page says of the machine is as still as its clock."""

RUN = "Prediction"
A_RUN_TAKES = timedelta(seconds=1)

DATABASE = """
CREATE FUNCTION public.statement_timestamp() RETURNS timestamptz LANGUAGE sql STABLE AS $$
    SELECT coalesce(nullif(current_setting('goldens.now', true), '')::timestamptz,
                    pg_catalog.statement_timestamp())
$$;
CREATE FUNCTION public.now() RETURNS timestamptz LANGUAGE sql STABLE
    AS 'SELECT public.statement_timestamp()';
CREATE FUNCTION public.clock_timestamp() RETURNS timestamptz LANGUAGE sql STABLE
    AS 'SELECT public.statement_timestamp()';
"""
"""Before the tables are made, so that their defaults ask this clock too."""

SEARCH_PATH = 'ALTER DATABASE "{name}" SET search_path = public, pg_catalog'
"""Ours before the database's own functions of the same names."""

TRAIL = """
CREATE OR REPLACE FUNCTION accounts_audit_stamp() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    NEW.sequence := (SELECT coalesce(max(sequence), 0) + 1 FROM accounts_auditevent);
    NEW.at := public.statement_timestamp() + NEW.sequence * interval '1 microsecond';
    RETURN NEW;
END
$$;
"""
"""The trail's stamp: a number that is given back when a request is undone, and the still clock."""


class Still:
    """The clock of Python and of the database, and the numbers of rows by model.

    The clock moves by itself for one thing only, a run that is asked for: which of two is the
    newer is told from it. Everything else happens at the moment of the run before.
    """

    def __init__(self) -> None:
        self.at = START
        self.counted: Counter[str] = Counter()

    def now(self) -> datetime:
        return self.at

    def seconds(self) -> float:
        return self.at.timestamp()

    def move(self, to: datetime) -> None:
        self.at = to
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('goldens.now', %s, false)", [to.isoformat()])

    def identifier(self, model: str) -> uuid.UUID:
        """Higher than the one before it, as rows of one moment are ordered by it."""
        self.counted[model] += 1
        if model == RUN:
            self.move(self.at + A_RUN_TAKES)
        kind, number = sha256(model.encode()).digest()[:6], self.counted[model].to_bytes(6)
        return uuid.UUID(bytes=kind + b"\x50\x00\x80\x00" + number)

    @contextmanager
    def undone(self) -> Iterator[None]:
        """What happens in the block leaves nothing: no row, no number, no time."""
        at, counted = self.at, self.counted.copy()
        with taken_back():
            yield
        self.counted = counted
        self.move(at)


@contextmanager
def taken_back() -> Iterator[None]:
    """A transaction that never commits and lets itself be taken for none, as a test case's."""
    around = transaction.atomic()
    around._from_testcase = True
    with around:
        yield
        transaction.set_rollback(True)


@contextmanager
def stillness() -> Iterator[Still]:
    """Whoever asks Django for the time, or a model for a new identifier, asks one ``Still``."""
    still, now, new = Still(), timezone.now, uuid.uuid4
    with ExitStack() as patches:
        for model in apps.get_models():
            for field in model._meta.local_fields:
                if field.default is now:
                    patches.enter_context(_default(field, still.now))
                elif field.default is new:
                    name = model.__name__
                    given = lambda name=name: still.identifier(name)  # noqa: E731
                    patches.enter_context(_default(field, given))
        patches.enter_context(mock.patch.object(timezone, "now", still.now))
        patches.enter_context(mock.patch.object(time, "time", still.seconds))
        patches.enter_context(mock.patch.object(shutil, "disk_usage", return_value=DISK))
        still.move(START)
        yield still


@contextmanager
def _default(field: models.Field, given: object) -> Iterator[None]:
    """Django remembers a field's default once it was asked for."""
    field.__dict__.pop("_get_default", None)
    with mock.patch.object(field, "default", given):
        yield
    field.__dict__.pop("_get_default", None)
