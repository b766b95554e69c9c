"""Numbers that outlive the process that counted them, and the backups that were made."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q


class Tally(models.Model):
    """How many jobs ended in which way, and how long they took, up to ``TallyMark.until``."""

    queue = models.CharField(max_length=20)
    service = models.CharField(max_length=60)
    state = models.CharField(max_length=16)
    bucket = models.PositiveSmallIntegerField()
    """Place of the duration among ``tally.BUCKETS``."""
    count = models.PositiveBigIntegerField(default=0)
    seconds = models.FloatField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint("queue", "service", "state", "bucket", name="tally_once"),
        ]

    def __str__(self) -> str:
        return f"{self.queue} {self.service} {self.state} {self.bucket}"


class TallyMark(models.Model):
    """One row: until when the tallies are counted."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    until = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"counted until {self.until}"


class BackupQuerySet(models.QuerySet["Backup"]):
    def complete(self) -> BackupQuerySet:
        return self.exclude(finished_at=None).filter(failure_code="")

    def verified(self) -> BackupQuerySet:
        return self.complete().exclude(verified_at=None)


class Backup(models.Model):
    """One copy of everything, sealed: when, how large, and whether it was restored to try it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=120, blank=True)
    started_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)
    verified_at = models.DateTimeField(null=True)
    sealed_bytes = models.PositiveBigIntegerField(default=0)
    rows = models.PositiveBigIntegerField(default=0)
    failure_code = models.CharField(max_length=60, blank=True)
    night = models.DateField(null=True, editable=False)
    """Of an automatic one: whoever inserts the row first makes the night's backup."""

    objects = BackupQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ("-started_at",)
        constraints = [
            models.UniqueConstraint("night", condition=~Q(night=None), name="one_backup_a_night"),
        ]

    def __str__(self) -> str:
        return self.name or str(self.id)


class IdentifierKey(models.Model):
    """A key of identifiers, by its number and fingerprint; the highest number is in use."""

    number = models.PositiveSmallIntegerField(primary_key=True)
    fingerprint = models.CharField(max_length=64, unique=True)
    known_since = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"identifier key {self.number}"
