"""Promise 6, through every door: one act, one event; no event, no act."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.db import transaction

from accounts import acts
from accounts.models import AuditEvent
from medportal.settings.base import ROOT
from tests.contracts.doors import DOORS, Ward

ELSEWHERE = {
    "demo.load": "tests/demo/test_loading.py",  # three hundred patients: once is enough
}

AWAITED = {"chart.export"}


@pytest.fixture(autouse=True)
def no_limit_reached_before():
    cache.clear()


def test_every_act_has_a_door():
    tried = {door.act for door in DOORS} | set(ELSEWHERE)

    assert tried | AWAITED == set(acts.LABELS)
    for act, path in ELSEWHERE.items():
        assert f'"{act}"' in (ROOT / path).read_text()


@pytest.mark.django_db
def test_every_act_leaves_one_event_however_it_is_done():
    ward = Ward()
    wrong = {}
    for door in DOORS:
        mark = transaction.savepoint()
        found = events_of(door, ward)
        if found != [expected(door, ward)]:
            wrong[str(door)] = found
        transaction.set_rollback(False)
        transaction.savepoint_rollback(mark)
        for row in ward.world.rows.values():
            if hasattr(row, "refresh_from_db"):
                row.refresh_from_db()

    assert not wrong, "\n".join(f"{d}: {w}" for d, w in wrong.items())


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
