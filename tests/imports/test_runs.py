"""A file as a job: taken once, gone on with after a fault, cleared away, and nobody else's."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.storage import default_storage
from django.utils import timezone

from accounts.models import AuditEvent, Membership
from diagnosis.records import runner, tasks
from diagnosis.records.incoming import files
from diagnosis.records.models import ImportRun, Patient
from tests import factories
from tests.imports import sent
from tests.imports.conftest import House
from tests.imports.sent import SYSTEM, bundle, observation, patient
from tests.inference import faults
from tests.runnable import eventually

MANY = runner.BATCH + 5


def many(count: int = MANY) -> bytes:
    people = [
        patient(id=f"p{n}", identifier=[{"system": SYSTEM, "value": f"{n}"}]) for n in range(count)
    ]
    values = [observation(id=f"o{n}", subject={"reference": f"Patient/p{n}"}) for n in range(count)]
    return bundle(*people, *values)


def again(run: ImportRun) -> ImportRun:
    found: ImportRun = ImportRun.unscoped.get(pk=run.pk)
    return found


def swept(run: ImportRun) -> ImportRun:
    def look() -> bool:
        tasks.sweep_imports()
        return again(run).is_settled

    eventually(look, 60)
    return again(run)


@pytest.mark.django_db(transaction=True)
def test_a_worker_takes_a_file_and_the_broker_carries_no_word_of_it(worker):
    house = House(doctor := factories.clinician_at(factories.OrganisationFactory()),
                  factories.team_of(doctor), doctor)  # fmt: skip
    with faults.asleep(worker):
        run = house.send(bundle(patient(), observation()))
        queued = b"".join(faults.messages())

    assert b"Vanterpool" not in queued
    done = swept(run)
    assert (done.state, done.report["patients"]["created"]) == ("done", 1)
    assert done.object_name == ""
    assert not default_storage.exists(f"{files.FOLDER}/{run.pk}")


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_in_mid_file_loses_nothing_and_writes_nothing_twice(worker):
    house = House(doctor := factories.clinician_at(factories.OrganisationFactory()),
                  factories.team_of(doctor), doctor)  # fmt: skip
    with faults.asleep(worker):
        run = house.send(many())
        lock = faults.held_up()
        lock.__enter__()
    try:
        eventually(lambda: again(run).state == "running")
        faults.kill_pool(worker)
    finally:
        lock.__exit__(None, None, None)
    assert again(run).done == 0
    ImportRun.unscoped.filter(pk=run.pk).update(lease_until=timezone.now())

    done = swept(run)

    assert (done.state, done.attempts, done.done) == ("done", 2, MANY)
    assert done.report["patients"]["created"] == MANY
    assert Patient.unscoped.count() == MANY
    assert AuditEvent.objects.filter(act="patient.import", outcome="success").count() == MANY
    assert AuditEvent.objects.filter(act="import.run").count() == 1


def test_a_file_too_long_for_one_turn_goes_on_where_it_was(house: House, settings):
    run = house.send(many())
    settings.IMPORT_SLICE_SECONDS = 0

    assert runner.run_import(run.pk) is True
    assert (again(run).state, again(run).done) == ("queued", runner.BATCH)
    assert runner.run_import(run.pk) is False

    done = again(run)
    assert (done.state, done.done, done.report["patients"]["created"]) == ("done", MANY, MANY)


def test_whoever_lost_the_lease_writes_nothing_any_more(house: House, monkeypatch):
    run = house.send(many(1))

    def overtaken(data: bytes, kind: str):
        ImportRun.unscoped.filter(pk=run.pk).update(attempts=2)  # somebody else has claimed it
        return real(data, kind)

    real = files.read
    monkeypatch.setattr(files, "read", overtaken)
    assert runner.run_import(run.pk) is False

    assert again(run).state == "running"
    assert not Patient.unscoped.exists()


def test_a_patient_whom_the_database_refuses_stops_nobody_else(house: House, monkeypatch):
    from diagnosis.records import chart_validation

    monkeypatch.setattr(chart_validation, "check", lambda _row: [])
    long = {"resourceType": "AllergyIntolerance", "id": "a", "patient": {"reference": "Patient/p0"}}
    people = [
        patient(id=f"p{n}", identifier=[{"system": SYSTEM, "value": f"{n}"}]) for n in range(2)
    ]
    monkeypatch.setattr("diagnosis.interop.fhir.incoming.chart.cut", lambda words, _longest: words)

    report = house.report(bundle(*people, {**long, "code": {"text": "x" * 500}}))

    assert report["patients"] == {"created": 1, "updated": 0, "unchanged": 0, "refused": 1}
    assert report["refused"][0]["findings"][0]["code"] == "not_stored"


def test_a_large_file_that_is_none_is_refused_by_the_worker(house: House, settings):
    settings.IMPORT_READ_AT_ONCE = 0

    run = house.run(b'{"resourceType": "Bundle"')

    assert (run.state, run.failure_code) == ("refused", "file_unusable")
    assert run.report["problems"][0]["code"] == "broken_json"
    assert AuditEvent.objects.get(act="import.run").outcome == "refused"


def test_three_attempts_and_then_it_has_failed(house: House):
    run = house.send(many(1))
    past = timezone.now() - timedelta(seconds=1)
    ImportRun.unscoped.filter(pk=run.pk).update(
        state="running", attempts=settings.ATTEMPT_LIMIT, lease_until=past
    )

    assert runner.waiting_imports(10) == []

    failed = again(run)
    assert (failed.state, failed.failure_code) == ("failed", "too_many_attempts")
    assert failed.object_name == ""
    assert AuditEvent.objects.get(act="import.run").outcome == "failed"


def test_a_file_that_nobody_waits_for_is_swept_away(house: House):
    waiting = house.send(many(1))
    orphan = files.keep("of-nobody", b"Vanterpool")
    runner.waiting_imports(10)
    assert default_storage.exists(orphan)  # its row may be about to be committed

    old = (timezone.now() - timedelta(hours=2)).timestamp()
    path = Path(default_storage.path(orphan))
    assert path.stat().st_mode & 0o077 == 0
    os.utime(path, (old, old))
    runner.waiting_imports(10)

    assert not default_storage.exists(orphan)
    assert default_storage.exists(waiting.object_name)


def test_a_report_is_read_by_who_sent_the_file_while_they_work_there(house: House):
    run = house.send(sent.table(sent.row()))
    sister = factories.nurse_at(house.doctor.organisation)
    factories.MembershipFactory(team=house.team, user=sister)

    assert list(ImportRun.objects.visible_to(house.doctor)) == [run]
    assert not ImportRun.objects.visible_to(sister).exists()
    Membership.objects.filter(user=house.doctor).update(ends_at=timezone.now())
    assert not ImportRun.objects.visible_to(house.doctor).exists()
