"""A row that a worker takes, holds by a lease, and settles; the message is only a nudge.

The lease is short and its holder renews it while it works. Whoever is killed renews nothing, so
that the row is free within seconds. The clock is the database's, whatever machines say.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Event, Thread
from typing import Any, Self

import structlog
from django.conf import settings
from django.db import DatabaseError, connection, models, transaction
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

log = structlog.get_logger(__name__)
RENEWALS = 3
"""In the time of one lease: two may be late."""
LAPSED = Q(state="running", lease_until__lt=Now())


class JobQuerySet(models.QuerySet[Any]):
    def claimable(self) -> Self:
        """Queued, or held by somebody whose lease ran out; not yet tried too often."""
        return self._free().filter(attempts__lt=settings.ATTEMPT_LIMIT)

    def exhausted(self) -> Self:
        """Tried as often as allowed, and the last attempt's lease ran out."""
        return self._free().filter(attempts__gte=settings.ATTEMPT_LIMIT)

    def _free(self) -> Self:
        return self.filter(Q(state=Job.State.QUEUED) | LAPSED)

    def lost(self, *, unrung_for: timedelta) -> Self:
        """Held by nobody although somebody was rung for: lapsed, or queued for so long."""
        queued = Q(state=Job.State.QUEUED, requested_at__lt=Now() - unrung_for)
        return self.claimable().filter(queued | LAPSED)

    @transaction.atomic
    def claim(self, pk: uuid.UUID | str) -> Any | None:
        """Take the row if nobody holds it. One UPDATE decides, so two workers cannot both win."""
        won = (
            self.claimable()
            .filter(pk=pk)
            .update(
                state=Job.State.RUNNING,
                attempts=F("attempts") + 1,
                started_at=timezone.now(),
                lease_until=leased(),
            )
        )
        return self.get(pk=pk) if won else None

    def renew(self, job: Any) -> bool:
        """Hold on to a claimed row; False if it is settled or somebody else's by now."""
        mine = self.filter(pk=job.pk, state=Job.State.RUNNING, attempts=job.attempts)
        return bool(mine.update(lease_until=leased()))

    def settle(self, job: Any, **result: object) -> bool:
        """Store the outcome unless a later attempt has taken over since ``job`` was claimed."""
        mine = self.filter(pk=job.pk, state=Job.State.RUNNING, attempts=job.attempts)
        return bool(mine.update(finished_at=timezone.now(), lease_until=None, **result))

    @transaction.atomic
    def give_up(self, pk: uuid.UUID | str) -> Any | None:
        """End a row that was tried as often as allowed; returns it if it was this call's doing."""
        ended = self.exhausted().filter(pk=pk)
        won = ended.update(
            state=Job.State.FAILED,
            failure_code="too_many_attempts",
            finished_at=timezone.now(),
            lease_until=None,
        )
        return self.get(pk=pk) if won else None

    def release(self, job: Any) -> bool:
        """Hand a claimed row back at once, so that nobody waits for its lease to run out."""
        mine = self.filter(pk=job.pk, state=Job.State.RUNNING, attempts=job.attempts)
        return bool(mine.update(lease_until=Now()))


class Job(models.Model):
    """State, lease and attempts of something that a worker computes."""

    class State(models.TextChoices):
        QUEUED = "queued", _("queued")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        REFUSED = "refused", _("refused")
        FAILED = "failed", _("failed")
        CANCELLED = "cancelled", _("cancelled")
        ENTERED_IN_ERROR = "entered-in-error", _("entered in error")

    PENDING = (State.QUEUED, State.RUNNING)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    state = models.CharField(_("state"), max_length=16, choices=State.choices, default=State.QUEUED)
    requested_at = models.DateTimeField(_("requested"), default=timezone.now)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(_("finished"), null=True)
    lease_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    failure_code = models.CharField(max_length=60, blank=True)

    class Meta:
        abstract = True

    @property
    def is_settled(self) -> bool:
        return self.state not in self.PENDING


def leased() -> Any:
    return Now() + timedelta(seconds=settings.LEASE_SECONDS)


@contextmanager
def held(model: Any, job: Job, *, at_most: float | None = None) -> Iterator[None]:
    """While the block works the lease is renewed, at most for so many seconds.

    After an unexpected error the row is free at once; its attempts say when to stop.
    """
    ended = Event()
    until = time.monotonic() + (at_most or settings.HOLD_SECONDS)
    Thread(target=_renew, args=(model, job, ended, until), daemon=True).start()
    try:
        yield
    except Exception:
        with transaction.atomic():
            model.unscoped.release(job)
        raise
    finally:
        ended.set()


def _renew(model: Any, job: Job, ended: Event, until: float) -> None:
    """A thread of its own, with a session of its own; most runs end before its first renewal."""
    try:
        while not ended.wait(settings.LEASE_SECONDS / RENEWALS) and time.monotonic() < until:
            if not _renewed(model, job):
                return
    finally:
        connection.close()


def _renewed(model: Any, job: Job) -> bool:
    """A database that is away may come back before the lease runs out."""
    try:
        with transaction.atomic():
            return bool(model.unscoped.renew(job))
    except DatabaseError as error:
        log.warning("lease_not_renewed", code=type(error).__name__)
        connection.close()
        return True
