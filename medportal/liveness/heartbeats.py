"""When each kind of worker was last seen to work, and whether that is too long ago."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import ExpressionWrapper, F, fields
from django.db.models.functions import Now

from medportal.liveness.models import Heartbeat

FORGOTTEN = timedelta(days=7)
"""A worker that has not been seen for so long was taken away; its row goes."""


@dataclass(frozen=True)
class Seen:
    """The worker of a kind that was seen last."""

    kind: str
    worker: str
    seen_at: datetime
    age: timedelta

    @property
    def is_silent(self) -> bool:
        """Longer ago than a worker of this kind may be busy with one task."""
        return self.age.total_seconds() > settings.SILENCE_SECONDS.get(
            self.kind, settings.SILENCE_SECONDS["interactive"]
        )


@transaction.atomic
def write(worker: str, kind: str) -> None:
    """``worker`` works now."""
    Heartbeat.objects.update_or_create(worker=worker, defaults={"kind": kind, "seen_at": Now()})
    Heartbeat.objects.filter(seen_at__lt=Now() - FORGOTTEN).delete()


def workers() -> list[Seen]:
    """Every worker with its last sign of life, by kind, the newest first."""
    age = ExpressionWrapper(Now() - F("seen_at"), output_field=fields.DurationField())
    rows = Heartbeat.objects.annotate(age=age).order_by("kind", "-seen_at")
    return [Seen(row.kind, row.worker, row.seen_at, row.age) for row in rows]


def kinds() -> dict[str, Seen]:
    """For each kind of worker the one seen last; a kind that was never seen is not there."""
    newest: dict[str, Seen] = {}
    for seen in workers():
        newest.setdefault(seen.kind, seen)
    return newest
