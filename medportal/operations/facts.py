"""What is up and how old it is: asked once, for the metrics and for the status page."""

from __future__ import annotations

import math
import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import redis
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from accounts import audit
from medportal.operations.models import Backup

WANTED_POLICY = "noeviction"
BROKER_QUEUES = ("interactive", "batch")
FULLEST_DISK = 0.8
EVENT_BYTES = 1500
OLDEST_VERIFIED_SECONDS = 26 * 3600.0
"""A night may pass without a backup; a second one may not."""


def broker() -> redis.Redis:
    address: str = settings.ADDRESSES.broker
    client: redis.Redis = redis.Redis.from_url(address, socket_connect_timeout=1, socket_timeout=1)
    return client


def database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def database_takes_events() -> bool:
    """Whether the audit trail takes an event now; the one that is tried is rolled back.

    It is larger than others, so that it does not fit where they no longer do.
    """
    try:
        with transaction.atomic():
            audit.record(actor=None, act="system.ready", detail={"room": "-" * EVENT_BYTES})
            transaction.set_rollback(True)
    except DatabaseError:
        return False
    return True


def broker_keeps_messages() -> bool:
    """The broker answers and would rather refuse a message than drop one."""
    try:
        policy = broker().config_get("maxmemory-policy")
    except redis.RedisError:
        return False
    return bool(policy.get("maxmemory-policy") == WANTED_POLICY)


def broker_messages() -> dict[str, int]:
    """Messages that no worker has taken yet; nothing where the broker is away."""
    prefix = settings.CELERY_BROKER_TRANSPORT_OPTIONS["global_keyprefix"]
    client = broker()
    try:
        return {queue: int(client.llen(f"{prefix}{queue}")) for queue in BROKER_QUEUES}
    except redis.RedisError:
        return {}


@dataclass(frozen=True)
class Disk:
    total: int
    free: int

    @property
    def used(self) -> float:
        return 1 - self.free / self.total

    @property
    def is_full(self) -> bool:
        return self.used > FULLEST_DISK


def disk() -> Disk:
    """Of the folder that holds the embedded data and the artifacts."""
    there = Path(settings.VAR)
    while not there.exists():
        there = there.parent
    found = shutil.disk_usage(there)
    return Disk(found.total, found.free)


@dataclass(frozen=True)
class BackupAges:
    """Seconds since the last backup was finished, and since the last tried one; or never."""

    last: Backup | None
    verified: Backup | None

    @property
    def age(self) -> float:
        return _age(self.last.finished_at if self.last else None)

    @property
    def verified_age(self) -> float:
        return _age(self.verified.finished_at if self.verified else None)

    @property
    def is_overdue(self) -> bool:
        return self.verified_age > OLDEST_VERIFIED_SECONDS


def backup_ages() -> BackupAges:
    made = Backup.objects.complete().order_by("-finished_at")
    return BackupAges(made.first(), made.verified().first())


def _age(moment: datetime | None) -> float:
    return (timezone.now() - moment).total_seconds() if moment else math.inf
