"""Rows by which a worker shows that it works, and by which a period belongs to one run."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now


class Heartbeat(models.Model):
    """One row a worker, written by a task of its own: message, process and database all worked."""

    worker = models.CharField(max_length=200, primary_key=True)
    kind = models.CharField(max_length=40)
    seen_at = models.DateTimeField(db_default=Now())
    """By the database's clock, as is every comparison with it."""

    objects = models.Manager()

    def __str__(self) -> str:
        return self.worker


class PeriodicRun(models.Model):
    """A periodic job and the period for which it ran: whoever writes the row runs it."""

    job = models.CharField(max_length=60)
    period_start = models.DateTimeField()
    started_at = models.DateTimeField(db_default=Now())

    objects = models.Manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["job", "period_start"], name="one_run_a_period")
        ]

    def __str__(self) -> str:
        return f"{self.job} of {self.period_start}"


class Swept(models.Model):
    """How many jobs one sweep had to ring for again, of one service."""

    at = models.DateTimeField(auto_now_add=True, db_index=True)
    organisation_id = models.UUIDField()
    queue = models.CharField(max_length=20)
    service = models.CharField(max_length=60)
    count = models.PositiveIntegerField()

    class Meta:
        app_label = "operations"  # whose table it is; written by workers, who stand below

    def __str__(self) -> str:
        return f"{self.count} of {self.service}"
