"""Quotas where runs are asked for: counted under a lock, so that none slips past another.

Every request counts that left a row for a worker: from a page or over REST, with changed inputs,
run again, refused, failed, put aside later. What was cancelled before a worker began gives its
place back, and the repeat of an idempotent request is no request.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Organisation, User
from accounts.rights import holders
from diagnosis.inference.models import Job, Prediction
from diagnosis.registry.models import Quota, Service
from medportal.common.errors import DomainError
from medportal.common.moments import day_time
from medportal.common.signs import comma

NAMES_SHOWN = 3


@dataclass(frozen=True)
class Standing:
    """How far one quota is used now, and when it begins anew."""

    quota: Quota
    used: int
    ends_at: datetime

    @property
    def is_used_up(self) -> bool:
        return self.quota.limit is not None and self.used >= self.quota.limit

    @property
    def is_near(self) -> bool:
        return self.quota.warn_at is not None and self.used >= self.quota.warn_at

    @property
    def sentence(self) -> str:
        """For whoever is about to use it up."""
        words = {"used": self.used, "limit": self.quota.limit, "end": day_time(self.ends_at)}
        of_today = self.quota.period == Quota.Period.DAY
        if self.quota.limit is None:
            text = _("Runs of today: %(used)s.") if of_today else _("Runs of this month: %(used)s.")
        elif of_today:
            text = _("%(used)s of %(limit)s runs of today are used; new ones from %(end)s.")
        else:
            text = _("%(used)s of %(limit)s runs of this month are used; new ones from %(end)s.")
        return text % words


def demand(service: Service) -> None:
    """Refuse a run beyond a limit. Call it in the transaction that writes the run's row."""
    rows = Quota.objects.for_service(service).exclude(limit=None)
    for quota in rows.select_for_update(no_key=True, of=("self",)).order_by("pk"):
        standing = _standing(quota)
        if standing.is_used_up:
            raise _refusal(standing)


def refuse_used_up(service: Service) -> None:
    """Refuse what is no run of its own but must not be a way around a quota that is used up."""
    for quota in Quota.objects.for_service(service).exclude(limit=None).order_by("pk"):
        standing = _standing(quota)
        if standing.is_used_up:
            raise _refusal(standing)


def standings(organisation: Organisation | None) -> list[Standing]:
    rows = Quota.objects.filter(organisation=organisation).select_related("service")
    return [_standing(quota) for quota in rows.exclude(limit=None, warn_at=None)]


def warnings(service: Service) -> list[Standing]:
    """Those of a service that are near their end, before somebody runs it."""
    rows = Quota.objects.for_service(service).exclude(limit=None, warn_at=None)
    found = [_standing(quota) for quota in rows.select_related("service")]
    return [standing for standing in found if standing.is_near or standing.is_used_up]


def period(kind: str, now: datetime) -> tuple[datetime, datetime]:
    """Start and end of the day or month that ``now`` is in, by the portal's clock."""
    start = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    if kind == Quota.Period.DAY:
        return start, start + timedelta(days=1)
    start = start.replace(day=1)
    return start, (start + timedelta(days=32)).replace(day=1)


def _standing(quota: Quota) -> Standing:
    start, end = period(quota.period, timezone.now())
    services = [quota.service_id] if quota.service_id else _services(quota)
    counted = Prediction.unscoped.filter(service__in=services, requested_at__gte=start)
    return Standing(quota, counted.exclude(state=Job.State.CANCELLED).count(), end)


def _services(quota: Quota) -> list[object]:
    rows = Service.objects.filter(organisation=quota.organisation_id)
    return list(rows.values_list("pk", flat=True))


def _refusal(standing: Standing) -> DomainError:
    quota = standing.quota
    words = {
        "limit": quota.limit,
        "name": quota.service.name if quota.service else _("all services"),
        "end": day_time(standing.ends_at),
        "people": _administrators(quota),
    }
    if quota.period == Quota.Period.DAY:
        text = _("All %(limit)s runs of today are used up (%(name)s). New ones from %(end)s.")
    else:
        text = _("All %(limit)s runs of this month are used up (%(name)s). New ones from %(end)s.")
    whom = _("Who may raise the quota: %(people)s.")
    seconds = (standing.ends_at - timezone.now()).total_seconds()
    return DomainError(
        "quota_used_up",
        f"{text % words} {whom % words}",
        status=429,
        retry_after=max(1, math.ceil(seconds)),
    )


def _administrators(quota: Quota) -> str:
    people = User.objects.filter(holders("quota.set"), organisation=quota.organisation_id)
    return comma().join(str(user) for user in people[:NAMES_SHOWN]) or _("the administrators")
