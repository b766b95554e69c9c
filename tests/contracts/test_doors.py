"""Promise 6, through every door: one act, one event; no event, no act."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.apps import apps
from django.core.cache import cache
from django.db import DatabaseError, connection, transaction

from accounts import acts
from accounts.models import AuditEvent
from medportal.settings.base import ROOT
from tests.contracts.doors import DOORS, Ward
from tests.servers import as_superuser

ELSEWHERE = {
    "backup.make": "tests/operations/test_backups.py",  # pg_dump sees what is committed alone
    "backup.verify": "tests/operations/test_backups.py",
    "backup.restore": "tests/e2e/test_restore.py",
    "demo.load": "tests/demo/test_loading.py",  # three hundred patients: once is enough
    "demo.fill": "tests/contracts/test_plans.py",  # eight thousand
}

BREAK = [
    """CREATE FUNCTION tests_no_event() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF current_setting('tests.trail', true) = 'broken' THEN RAISE EXCEPTION 'no event'; END IF;
        RETURN NEW;
    END $$""",
    "CREATE TRIGGER tests_no_event BEFORE INSERT ON accounts_auditevent "
    "FOR EACH ROW EXECUTE FUNCTION tests_no_event()",
]
MEND = ["DROP TRIGGER tests_no_event ON accounts_auditevent", "DROP FUNCTION tests_no_event"]


@pytest.fixture(scope="module", autouse=True)
def trail_that_can_break(django_db_setup: None) -> Iterator[None]:
    """The database itself refuses events while the session says that the trail is broken."""
    as_superuser(BREAK)
    yield
    as_superuser(MEND)


@pytest.fixture(autouse=True)
def no_limit_reached_before():
    cache.clear()


@contextmanager
def undone(ward: Ward) -> Iterator[None]:
    mark = transaction.savepoint()
    yield
    transaction.set_rollback(False)
    transaction.savepoint_rollback(mark)
    for row in ward.world.rows.values():
        if hasattr(row, "refresh_from_db"):
            row.refresh_from_db()


def test_every_act_has_a_door():
    """As soon as some code records an act, it needs one here."""
    code = "".join(
        path.read_text()
        for folder in ("accounts", "diagnosis", "medportal")
        for path in (ROOT / folder).rglob("*.py")
        if path.name != "acts.py"
    )
    recorded = {act for act in acts.LABELS if f'"{act}"' in code}
    tried = {door.act for door in DOORS} | set(ELSEWHERE)

    assert recorded <= tried <= set(acts.LABELS)
    for act, path in ELSEWHERE.items():
        assert f'"{act}"' in (ROOT / path).read_text()


@pytest.mark.django_db
def test_every_act_leaves_one_event_and_without_its_event_does_not_happen():
    ward = Ward()
    wrong = {}
    for door in DOORS:
        with undone(ward):
            found = events_of(door, ward)
        if found != [expected(door, ward)]:
            wrong[str(door)] = found
        with undone(ward):
            happened = what_happens_without_an_event(door, ward)
        if happened:
            wrong[f"{door}, without its event"] = happened

    assert not wrong, "\n".join(f"{door}: {what}" for door, what in wrong.items())


def expected(door, ward):
    actor = ward.person(door.by).pk if door.by else None
    patients = [ward.patient.pk] if door.about == "patient" else []
    return (actor, patients, door.outcome)


def events_of(door, ward):
    """The events of this act that opening the door left; every one of them."""
    act = door.prepare(ward)
    before = set(AuditEvent.objects.values_list("pk", flat=True))
    try:
        act()
    except Exception as error:  # noqa: BLE001  # told with the others
        return repr(error)
    new = AuditEvent.objects.filter(act=door.act).exclude(pk__in=before)
    return [(e.actor_id, named(door, e), e.outcome) for e in new]


def named(door, event):
    """The patient whom the act itself made is known by nobody before."""
    return [] if door.about == "made" and len(event.patients) == 1 else event.patients


def what_happens_without_an_event(door, ward):
    """Nothing may: the act ends in the database's error, and every row is as before."""
    act = door.prepare(ward)
    before = everything()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL tests.trail = 'broken'")
    try:
        act()
    except DatabaseError:
        transaction.set_rollback(False)
        changed = {table for table, rows in everything().items() if rows != before[table]}
        return changed - (CLAIMED if door.kind == "worker" else set())
    return "it went on"


CLAIMED = {"inference_prediction", "inference_explanation", "records_importrun"}
"""A worker claims a row before it works: that stays, so that a row is not tried for ever."""


def everything():
    """A digest of each table."""
    tables = [model._meta.db_table for model in apps.get_models()]
    one = "SELECT '{0}', md5(coalesce(string_agg(t::text, ';' ORDER BY t::text), '')) FROM {0} t"
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(one.format(table) for table in tables))
        return dict(cursor.fetchall())
