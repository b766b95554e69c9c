"""What the status page says: what is up, what waits, what ended, and how old the backup is."""

from __future__ import annotations

import platform
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import django
from django.db import connection
from django.db.models import Sum
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from diagnosis.inference.lists import workload
from diagnosis.registry.models import Service
from medportal import __version__
from medportal.database import clock
from medportal.liveness import heartbeats, periods
from medportal.liveness.models import Swept
from medportal.operations import facts

HOUR, DAY = timedelta(hours=1), timedelta(hours=24)
LATE_BEAT = timedelta(minutes=5)
KINDS: dict[str, str | Promise] = {
    "interactive": _("Worker for predictions"),
    "batch": _("Worker for long tasks"),
    "upkeep": _("Worker for backups"),
}


@dataclass(frozen=True)
class Worker:
    kind: str | Promise
    name: str
    seen_at: datetime
    is_silent: bool


@dataclass(frozen=True)
class Line:
    """One service: what waits now, and what ended within an hour and a day."""

    service: str
    queued: int
    running: int
    oldest: datetime | None
    hour: workload.Ended
    day: workload.Ended
    swept_hour: int
    swept_day: int


@dataclass(frozen=True)
class Status:
    broker: bool
    workers: list[Worker]
    beat_at: datetime | None
    lines: list[Line]
    imports: workload.Waiting
    backups: facts.BackupAges
    disk: facts.Disk
    clock_offset: float
    versions: dict[str, str]

    @property
    def beat_is_late(self) -> bool:
        return self.beat_at is None or timezone.now() - self.beat_at > LATE_BEAT

    @property
    def clock_is_off(self) -> bool:
        return abs(self.clock_offset) > clock.LARGEST_CLOCK_OFFSET


def status_for(house: Organisation) -> Status:
    """The machine's own parts for every administrator; services are those of the house."""
    return Status(
        broker=facts.broker_keeps_messages(),
        workers=[
            Worker(KINDS.get(seen.kind, seen.kind), seen.worker, seen.seen_at, seen.is_silent)
            for seen in heartbeats.workers()
        ],
        beat_at=max(periods.last_runs().values(), default=None),
        lines=_lines(house),
        imports=workload.imports_waiting(house),
        backups=facts.backup_ages(),
        disk=facts.disk(),
        clock_offset=clock.clock_offset(),
        versions=_versions(),
    )


def _lines(house: Organisation) -> list[Line]:
    hour = {ended.service: ended for ended in workload.ended_within(HOUR, house)}
    day = {ended.service: ended for ended in workload.ended_within(DAY, house)}
    swept_hour, swept_day = _swept(house, HOUR), _swept(house, DAY)
    waiting = workload.waiting(house)
    return [
        Line(
            service=service.name,
            queued=sum(row.queued for row in _of(waiting, service.slug)),
            running=sum(row.running for row in _of(waiting, service.slug)),
            oldest=min(
                (row.oldest for row in _of(waiting, service.slug) if row.oldest), default=None
            ),
            hour=hour.get(service.slug, workload.Ended(service.slug, 0, 0, 0)),
            day=day.get(service.slug, workload.Ended(service.slug, 0, 0, 0)),
            swept_hour=swept_hour.get(service.slug, 0),
            swept_day=swept_day.get(service.slug, 0),
        )
        for service in Service.objects.filter(organisation=house)
    ]


def _of(waiting: Iterable[workload.Waiting], slug: str) -> list[workload.Waiting]:
    return [row for row in waiting if row.service == slug]


def _swept(house: Organisation, span: timedelta) -> dict[str, int]:
    rows = Swept.objects.filter(organisation_id=house.pk, at__gt=timezone.now() - span)
    counted = rows.values("service").annotate(n=Sum("count")).order_by()
    return {row["service"]: row["n"] for row in counted}


def _versions() -> dict[str, str]:
    server = connection.cursor().connection.info.server_version
    return {
        "MedPortal": __version__,
        "PostgreSQL": f"{server // 10_000}.{server % 10_000}",
        "Django": django.get_version(),
        "Python": platform.python_version(),
    }
