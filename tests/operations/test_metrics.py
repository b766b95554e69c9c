"""/metrics: the text format to the letter, names from a list, numbers that outlive a process."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from diagnosis.inference import runner
from diagnosis.inference.models import Job, Prediction
from medportal.operations import tally
from medportal.operations.exposition import LABELS, Family
from medportal.operations.models import Backup
from tests.factories import (
    ImportRunFactory,
    OrganisationFactory,
    PredictionFactory,
    clinician_at,
    patient_of,
    published,
)

pytestmark = pytest.mark.django_db
TOKEN = "a-token-of-the-watch"
NONE: frozenset[tuple[str, str]] = frozenset()
SAMPLE = re.compile(
    r'^([a-z_]+)(?:\{((?:[a-z]+="[^"\\\n]*",?)+)\})? ([-+]?(?:\d+(?:\.\d+)?(?:e[-+]?\d+)?|Inf))$'
)


def parsed(text: str) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    """A strict reader: HELP, TYPE and then samples of that family alone, each once."""
    found, seen, family, kind = {}, set(), "", ""
    assert text.endswith("\n")
    lines = text.splitlines()
    for before, line in zip(["", *lines], lines, strict=False):
        if line.startswith("# HELP "):
            family = line.split(" ", 3)[2]
            assert family not in seen, f"{family} comes twice"
            seen.add(family)
        elif line.startswith("# TYPE "):
            assert before.startswith(f"# HELP {family} "), line
            _, _, name, kind = line.split(" ")
            assert name == family
            assert kind in {"counter", "gauge", "histogram"}
            assert (kind == "counter") == family.endswith("_total")
        else:
            match = SAMPLE.match(line)
            assert match, line
            suffixes = ("_bucket", "_sum", "_count") if kind == "histogram" else ("",)
            assert match[1] in {family + suffix for suffix in suffixes}, line
            labels = frozenset(re.findall(r'([a-z]+)="([^"]*)"', match[2] or ""))
            assert {name for name, _ in labels} <= LABELS
            assert (match[1], labels) not in found, line
            found[match[1], labels] = float(match[3])
    return found


def scraped(settings) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    settings.METRICS_TOKEN = TOKEN
    answer = Client().get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    return parsed(answer.content.decode())


@pytest.fixture
def heart():
    house = OrganisationFactory()
    doctor = clinician_at(house)
    return published(house), doctor, patient_of(doctor, family_name="Vanterpool")


def ended(heart, state=Job.State.DONE, seconds=0.3, ago=600, **fields):
    version, doctor, patient = heart
    end = timezone.now() - timedelta(seconds=ago)
    return PredictionFactory(
        version=version,
        patient=patient,
        requested_by=doctor,
        state=state,
        requested_at=end - timedelta(seconds=seconds),
        finished_at=end,
        **fields,
    )


def test_a_quiet_portal_is_read_to_the_letter(settings):
    numbers = scraped(settings)

    assert numbers["medportal_database_up", NONE] == numbers["medportal_broker_up", NONE] == 1
    assert numbers["medportal_backup_verified_age_seconds", NONE] == float("inf")
    free, total = (numbers[f"medportal_disk_{what}_bytes", NONE] for what in ("free", "total"))
    assert 0 < free < total
    assert abs(numbers["medportal_clock_offset_seconds", NONE]) < 2


def test_what_waits_runs_and_ended_is_told_by_service_and_names_nobody(settings, heart):
    for seconds in (0.05, 0.3, 400):
        ended(heart, seconds=seconds)
    ended(heart, Job.State.FAILED, result=None, failure_code="no_result")
    version, doctor, patient = heart
    old = timezone.now() - timedelta(minutes=5)
    common = {"version": version, "patient": patient, "requested_by": doctor, "result": None}
    PredictionFactory(state=Job.State.QUEUED, requested_at=old, finished_at=None, **common)
    PredictionFactory(state=Job.State.RUNNING, finished_at=None, **common)

    numbers = scraped(settings)

    here = frozenset({("queue", "predictions"), ("service", "coronary-disease")})
    assert 300 <= numbers["medportal_queue_oldest_seconds", here] < 330
    assert numbers["medportal_jobs", here | {("state", "queued")}] == 1
    assert numbers["medportal_jobs", here | {("state", "running")}] == 1
    assert numbers["medportal_jobs_ended_total", here | {("state", "done")}] == 3
    assert numbers["medportal_jobs_ended_total", here | {("state", "failed")}] == 1
    buckets = [
        numbers["medportal_job_seconds_bucket", here | {("le", le)}]
        for le in ("0.1", "0.5", "300", "+Inf")
    ]
    assert buckets == [1, 3, 3, 4]
    assert numbers["medportal_job_seconds_count", here] == 4
    assert numbers["medportal_job_seconds_sum", here] == pytest.approx(400.65)


def test_a_file_that_waits_is_told_without_a_service(settings):
    ImportRunFactory(state=Job.State.QUEUED, requested_at=timezone.now() - timedelta(minutes=9))

    numbers = scraped(settings)

    here = frozenset({("queue", "imports"), ("service", "")})
    assert 540 <= numbers["medportal_queue_oldest_seconds", here] < 570
    assert numbers["medportal_jobs", here | {("state", "queued")}] == 1


def test_no_label_is_free():
    with pytest.raises(ValueError, match="Labels are"):
        Family("medportal_x", "gauge", "").add(1, patient="Vanterpool")


def test_counters_grow_over_scrapes_and_never_fall(heart):
    now = timezone.now()
    marked = ended(heart, ago=600)
    ended(heart, ago=1)  # too young to be certain of

    tally.roll_forward(now)
    tally.roll_forward(now)
    assert [row.count for row in tally.Tally.objects.all()] == [1]

    Prediction.unscoped.filter(pk=marked.pk).update(state=Job.State.ENTERED_IN_ERROR)
    tally.roll_forward(now + timedelta(minutes=2))
    assert [row.count for row in tally.Tally.objects.all()] == [2]


def test_what_a_sweep_rang_for_again_is_counted(settings, heart):
    version, doctor, patient = heart
    common = {"version": version, "patient": patient, "requested_by": doctor, "result": None}
    lost = timezone.now() - timedelta(minutes=5)
    PredictionFactory(state=Job.State.QUEUED, requested_at=lost, finished_at=None, **common)
    PredictionFactory(state=Job.State.QUEUED, finished_at=None, **common)  # asked just now

    runner.waiting_predictions(10)
    runner.waiting_predictions(10)

    here = frozenset({("queue", "predictions"), ("service", "coronary-disease")})
    assert scraped(settings)["medportal_jobs_swept_total", here] == 2


def test_the_age_of_a_backup_is_that_of_the_last_good_one(settings):
    hour = timezone.now() - timedelta(hours=1)
    Backup.objects.create(finished_at=hour, verified_at=hour, sealed_bytes=7)
    Backup.objects.create(finished_at=timezone.now(), failure_code="disk_full")

    numbers = scraped(settings)

    assert 3600 <= numbers["medportal_backup_verified_age_seconds", NONE] < 3660
    assert numbers["medportal_backup_bytes", NONE] == 7


def test_without_the_database_what_is_left_is_still_told(settings, monkeypatch):
    monkeypatch.setattr("medportal.operations.facts.database_answers", lambda: False)

    numbers = scraped(settings)

    assert numbers["medportal_database_up", NONE] == 0
    assert not [name for name, _ in numbers if "jobs" in name]
