"""The night's backup: once a night, tried at once; three tries, and then the alarm is right."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import structlog
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from medportal.operations.backups import keeping
from medportal.operations.backups.problems import BackupError
from medportal.operations.backups.retention import thin_out
from medportal.operations.models import Backup

log = structlog.get_logger(__name__)


def back_up_tonight(now: datetime | None = None) -> Backup | None:
    """Make, try and thin out, if it is time and nobody has; None if there was nothing to do."""
    row = _claim(timezone.localtime(now)) if settings.BACKUP_DESTINATION else None
    if row is None:
        return None
    destination = Path(settings.BACKUP_DESTINATION)
    try:
        keys = keeping.read_key(Path(settings.BACKUP_KEY_FILE), destination)
        keeping.back_up(destination, keys, row=row)
        keeping.verify(destination / row.name, keys)
    except BackupError as error:
        log.error("backup_failed", code=error.code)
        keeping.note_failure(row, error)
        return row
    thin_out(destination)
    row.refresh_from_db()
    return row


def _claim(now: datetime) -> Backup | None:
    """Whoever inserts the night's row makes its backup."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    _give_up_killed(now)
    failed = Backup.objects.filter(started_at__gte=midnight).exclude(failure_code="")
    if now.hour < settings.BACKUP_HOUR or failed.count() >= settings.BACKUP_TRIES:
        return None
    try:
        with transaction.atomic():
            return Backup.objects.create(night=now.date())
    except IntegrityError:
        return None


def _give_up_killed(now: datetime) -> None:
    """One that began longer ago than one may take was killed: its night is free again."""
    started = now - timedelta(seconds=settings.UPKEEP_TIME_LIMIT)
    killed = Backup.objects.filter(finished_at=None, failure_code="", started_at__lt=started)
    killed.update(failure_code="killed", night=None)
