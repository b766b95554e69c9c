"""How PostgreSQL answers the pages of a hospital: through indexes, never through whole tables."""

from __future__ import annotations

import re
from functools import partial

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditEvent, User
from diagnosis.records.models import Patient
from medportal.database.roles import acting_as
from medportal.demo.loading.hospital import Size, fill
from medportal.supervisor.process import wait_until
from tests.factories import OrganisationFactory, clinician_at, patient_of
from tests.portal.results import finished, version_of

SCANNED = re.compile(r"Seq Scan on (\w+)")
SIZE = Size(patients=8_000, observations=80_000, wards=8)
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def hospital():
    house = OrganisationFactory(is_demonstration=True)
    doctor = clinician_at(house)
    finished(version_of(house), doctor, patient_of(doctor))
    as_owner = partial(acting_as, settings.DATABASE_OWNER)
    fill(house, SIZE, "a long enough password", say=str, as_owner=as_owner)
    assert wait_until(lambda: _all_visible(as_owner), 60)
    cache.clear()
    return house


def _all_visible(as_owner):
    """Vacuumed with nobody's older transaction in the way, as after a quiet minute."""
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE inference_prediction, records_careassignment")
        cursor.execute(
            "SELECT bool_and(relallvisible > 0.9 * relpages) FROM pg_class "
            "WHERE relname IN ('inference_prediction', 'records_careassignment')"
        )
        return cursor.fetchone()[0]


def large_tables():
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relkind = 'r' AND reltuples > 1000")
        return {name for (name,) in cursor.fetchall()}


def plans_of(client, method, address, **sent):
    """The plan of everything that one page asks of large tables."""
    with CaptureQueriesContext(connection) as asked:
        answer = getattr(client, method)(address, **sent)
    assert answer.status_code == 200, address
    plans = {}
    with connection.cursor() as cursor:
        for sql in {entry["sql"] for entry in asked if entry["sql"].startswith("SELECT")}:
            cursor.execute(f"EXPLAIN {sql}")
            plans[sql] = "\n".join(line for (line,) in cursor.fetchall())
    return plans


def test_no_page_reads_a_whole_table(hospital, client_for):
    large, scanned = large_tables(), {}
    assert {"records_patient", "records_observation", "inference_prediction"} <= large
    for username in ("ward", "house"):
        user = User.objects.get(username=username)
        client = client_for(user)
        somebody = Patient.objects.visible_to(user).first()
        for method, address, sent in (
            ("get", "/", {}),
            ("get", "/?show=undecided", {}),
            ("get", "/?show=new", {}),
            ("get", f"/patients/{somebody.pk}/", {}),
            ("get", f"/patients/{somebody.pk}/print/", {}),
            ("post", "/notes/", {"data": {"query": "bilirubin"}}),
            ("post", "/notes/", {"data": {"query": "胸闷"}}),
            ("post", "/notes/", {"data": {"query": "17"}}),
            ("post", f"/patients/{somebody.pk}/notes/", {"data": {"query": "seen"}}),
            ("post", "/patients/", {"data": {"query": "rahman"}}),
            ("post", "/patients/", {"data": {"query": "王伟"}}),
            ("post", "/patients/", {"data": {"query": "陈"}}),
            ("post", "/patients/", {"data": {"query": "W00000017"}}),
            ("post", "/patients/", {"data": {"query": "0017"}}),
            ("post", "/patients/", {"data": {"query": "1950-05-05"}}),
            ("post", "/patients/", {"data": {"query": "05/06/1950"}}),
        ):
            for sql, plan in plans_of(client, method, address, **sent).items():
                if found := large & set(SCANNED.findall(plan)):
                    scanned[username, address, str(sent)] = (found, sql[:2000], plan)

    assert scanned == {}
    assert AuditEvent.objects.get(act="demo.fill").detail["patients"] == SIZE.patients
