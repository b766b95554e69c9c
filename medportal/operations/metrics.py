"""The numbers of /metrics. Whatever cannot be asked now is left out, never guessed."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Iterator
from itertools import groupby

from django.db import DatabaseError, transaction
from django.db.models import Sum
from django.utils import timezone

from diagnosis.inference.lists import workload
from medportal.common import counters
from medportal.database import clock
from medportal.liveness import heartbeats, periods
from medportal.liveness.models import Swept
from medportal.operations import facts, tally
from medportal.operations.exposition import Family
from medportal.operations.models import Tally

STARTED = time.time()


def families() -> list[Family]:
    up = facts.database_answers()
    found = [*_of_process(database_up=up), *_of_broker(), *_of_machine()]
    return [*found, *_of_database()] if up else found


def _of_process(*, database_up: bool) -> Iterator[Family]:
    yield _gauge("medportal_up_seconds", "Age of this web process.", time.time() - STARTED)
    yield _gauge("medportal_database_up", "Whether the database answers.", database_up)
    failed = Family(
        "medportal_publish_failed_total",
        "counter",
        "Messages that this process could not send; a sweep follows.",
    )
    failed.add(counters.read().get("publish_failed", 0))
    yield failed


def _of_broker() -> Iterator[Family]:
    keeps = facts.broker_keeps_messages()
    yield _gauge("medportal_broker_up", "Whether the broker answers and never evicts.", keeps)
    waiting = Family("medportal_broker_messages", "gauge", "Messages that no worker has taken yet.")
    for queue, count in facts.broker_messages().items():
        waiting.add(count, queue=queue)
    yield waiting


def _of_machine() -> Iterator[Family]:
    disk = facts.disk()
    yield _gauge("medportal_disk_total_bytes", "Size of the disk of var/.", disk.total)
    yield _gauge("medportal_disk_free_bytes", "What is free on the disk of var/.", disk.free)


def _of_database() -> list[Family]:
    """One transaction; a database that goes away meanwhile leaves its families out."""
    try:
        tally.roll_forward()
        with transaction.atomic():
            ages = facts.backup_ages()
            return [
                *_waiting([*workload.waiting(), workload.imports_waiting()]),
                *_ended(),
                _swept(),
                *_liveness(),
                _gauge(
                    "medportal_clock_offset_seconds",
                    "This clock ahead of the database's.",
                    clock.clock_offset(),
                ),
                _gauge("medportal_backup_age_seconds", "Since the last backup was made.", ages.age),
                _gauge(
                    "medportal_backup_verified_age_seconds",
                    "Age of the newest backup that was restored to try it.",
                    ages.verified_age,
                ),
                _gauge(
                    "medportal_backup_bytes",
                    "Size of the last backup.",
                    ages.last.sealed_bytes if ages.last else 0,
                ),
            ]
    except DatabaseError:
        return []


def _waiting(found: Iterable[workload.Waiting]) -> Iterator[Family]:
    jobs = Family("medportal_jobs", "gauge", "Jobs that wait or run, by service.")
    oldest = Family(
        "medportal_queue_oldest_seconds", "gauge", "Age of the oldest job that nobody has taken."
    )
    for row in found:
        jobs.add(row.queued, queue=row.queue, service=row.service, state="queued")
        jobs.add(row.running, queue=row.queue, service=row.service, state="running")
        oldest.add(row.oldest_seconds, queue=row.queue, service=row.service)
    return iter((jobs, oldest))


def _ended() -> Iterator[Family]:
    """Counters and one histogram, from the same tallies; a minute behind."""
    ended = Family("medportal_jobs_ended_total", "counter", "Jobs that ended, a minute behind.")
    took = Family(
        "medportal_job_seconds", "histogram", "From request to end, a minute behind, by service."
    )
    tallies = list(Tally.objects.order_by("queue", "service", "state"))
    for (queue, service, state), rows in groupby(tallies, lambda t: (t.queue, t.service, t.state)):
        ended.add(sum(row.count for row in rows), queue=queue, service=service, state=state)
    for (queue, service), rows in groupby(tallies, lambda t: (t.queue, t.service)):
        _histogram(took, list(rows), queue=queue, service=service)
    return iter((ended, took))


def _histogram(family: Family, rows: list[Tally], **labels: str) -> None:
    total = 0
    for place, end in enumerate((*tally.BUCKETS, math.inf)):
        total += sum(row.count for row in rows if row.bucket == place)
        le = "+Inf" if math.isinf(end) else f"{end:g}"
        family.add(total, "_bucket", **labels, le=le)
    family.add(sum(row.seconds for row in rows), "_sum", **labels)
    family.add(total, "_count", **labels)


def _swept() -> Family:
    swept = Family(
        "medportal_jobs_swept_total", "counter", "Jobs that a sweep had to ring for again."
    )
    for row in Swept.objects.values("queue", "service").annotate(n=Sum("count")).order_by():
        swept.add(row["n"], queue=row["queue"], service=row["service"])
    return swept


def _liveness() -> Iterator[Family]:
    """Ages by the database's clock, of the newest sign of each kind."""
    seen = Family(
        "medportal_worker_heartbeat_age_seconds", "gauge", "Since a worker of a role was seen."
    )
    for kind, last in heartbeats.kinds().items():
        seen.add(last.age.total_seconds(), role=kind)
    yield seen
    runs = periods.last_runs().values()
    age = (timezone.now() - max(runs)).total_seconds() if runs else math.inf
    yield _gauge("medportal_beat_age_seconds", "Since beat's last periodic job began.", age)


def _gauge(name: str, words: str, value: float) -> Family:
    family = Family(name, "gauge", words)
    family.add(float(value))
    return family
