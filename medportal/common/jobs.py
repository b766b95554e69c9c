"""A row that a worker takes, holds by a lease, and settles; the message is only a nudge."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, Self

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class JobQuerySet(models.QuerySet[Any]):
    def claimable(self) -> Self:
        """Queued, or held by somebody whose lease ran out; not yet tried too often."""
        return self._free().filter(attempts__lt=settings.ATTEMPT_LIMIT)

    def exhausted(self) -> Self:
        """Tried as often as allowed, and the last attempt's lease ran out."""
        return self._free().filter(attempts__gte=settings.ATTEMPT_LIMIT)

    def _free(self) -> Self:
        lapsed = Q(state=Job.State.RUNNING, lease_until__lt=timezone.now())
        return self.filter(Q(state=Job.State.QUEUED) | lapsed)

    @transaction.atomic
    def claim(self, pk: uuid.UUID | str, lease_seconds: float | None = None) -> Any | None:
        """Take the row if nobody holds it. One UPDATE decides, so two workers cannot both win."""
        now = timezone.now()
        lease = timedelta(seconds=lease_seconds or settings.LEASE_SECONDS)
        won = (
            self.claimable()
            .filter(pk=pk)
            .update(
                state=Job.State.RUNNING,
                attempts=F("attempts") + 1,
                started_at=now,
                lease_until=now + lease,
            )
        )
        return self.get(pk=pk) if won else None

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
        return bool(mine.update(lease_until=timezone.now()))


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


@contextmanager
def handed_back(model: Any, job: Job) -> Iterator[None]:
    """After an unexpected error the row is free at once; its attempts say when to stop."""
    try:
        yield
    except Exception:
        with transaction.atomic():
            model.unscoped.release(job)
        raise
