"""The status page: what is up and what is not, for administrators, and nothing clinical."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Role
from diagnosis.inference import runner
from diagnosis.inference.models import Job
from medportal.liveness.models import Heartbeat, PeriodicRun
from medportal.operations.models import Backup
from tests.factories import (
    ImportRunFactory,
    OrganisationFactory,
    PredictionFactory,
    administrator_at,
    clinician_at,
    patient_of,
    person_at,
    published,
)
from tests.pages import drawn

pytestmark = pytest.mark.django_db


@pytest.fixture
def house():
    return OrganisationFactory()


@pytest.fixture
def look(client_for, house):
    boss = administrator_at(house)

    def shown() -> str:
        return drawn(client_for(boss).get("/status/"))

    return shown


def verdict(page: str, part: str) -> str:
    """What stands beside a part: all right, or look here."""
    row = re.search(rf">{part}</th>.*?</tr>", page, re.DOTALL)
    assert row, part
    return "wrong" if "look here" in row[0] else "right"


def test_a_portal_in_order_says_so(look):
    now = timezone.now()
    Heartbeat.objects.create(worker="interactive@here", kind="interactive")
    PeriodicRun.objects.create(job="sweep-predictions", period_start=now)
    Backup.objects.create(finished_at=now, verified_at=now, sealed_bytes=5_000_000)

    page = look()

    parts = ("Database", "Broker", "Worker for predictions", "Periodic jobs", "Backup", "Clock")
    assert {part: verdict(page, part) for part in parts} == dict.fromkeys(parts, "right")
    assert "does not refresh by itself" in page
    assert "4.8" in page
    assert "MB" in page


def test_whatever_is_silent_late_or_untried_is_pointed_at(look):
    long_ago = timezone.now() - timedelta(hours=30)
    Heartbeat.objects.create(worker="batch@here", kind="batch", seen_at=long_ago)
    PeriodicRun.objects.create(job="sweep", period_start=long_ago, started_at=long_ago)
    Backup.objects.create(finished_at=long_ago, verified_at=long_ago)
    Backup.objects.create(finished_at=timezone.now())  # made, and never tried

    page = look()

    parts = ("Worker for long tasks", "Periodic jobs", "Backup")
    assert {part: verdict(page, part) for part in parts} == dict.fromkeys(parts, "wrong")


def test_a_broker_that_is_away_and_a_clock_that_is_off_are_pointed_at(look, monkeypatch):
    monkeypatch.setattr("medportal.operations.facts.broker_keeps_messages", lambda: False)
    monkeypatch.setattr("medportal.database.clock.clock_offset", lambda: 3.0)

    page = look()

    assert verdict(page, "Broker") == verdict(page, "Clock") == "wrong"


def test_work_is_told_by_service_of_the_own_house_without_a_patient(look, house):
    for owner in (house, OrganisationFactory()):
        doctor = clinician_at(owner)
        patient = patient_of(doctor, family_name="Vanterpool")
        common = {"version": published(owner), "patient": patient, "requested_by": doctor}
        PredictionFactory(**common)
        PredictionFactory(**common, finished_at=timezone.now() - timedelta(hours=5))
        asked = timezone.now() - timedelta(minutes=5)
        PredictionFactory(
            **common, state=Job.State.QUEUED, requested_at=asked, result=None, finished_at=None
        )
    runner.waiting_predictions(10)

    page = look()

    cells = re.findall(r'<td role="cell" class="num"[^>]*>(.*?)</td>', page)
    assert cells == ["1", "5 min", "0", "1 · 0 · 0 · 1", "2 · 0 · 0 · 1"]
    assert "Vanterpool" not in page


def test_imports_of_the_own_house_that_wait_are_told(look, house):
    asked = timezone.now() - timedelta(minutes=9)
    for owner in (house, OrganisationFactory()):
        sender = clinician_at(owner)
        ImportRunFactory(requested_by=sender, state=Job.State.QUEUED, requested_at=asked)

    page = look()

    assert "Imports: 1 wait, 0 run." in page
    assert "9 min" in page


@pytest.mark.parametrize("role", [r for r in Role if r != Role.ADMINISTRATOR])
def test_nobody_else_reads_it(client_for, house, role):
    assert client_for(person_at(house, role)).get("/status/").status_code == 403


def test_the_page_asks_a_bounded_number_of_questions(
    client_for, house, django_assert_max_num_queries
):
    client = client_for(administrator_at(house))
    for slug in ("coronary-disease", "pbc-prognosis", "breast-mass"):
        published(house, slug)
    for number in range(20):
        Heartbeat.objects.create(worker=f"interactive@{number}", kind="interactive")

    with django_assert_max_num_queries(24):
        client.get("/status/")
