"""How much a house used its services: runs, how they ended, and seconds of computing.

Of the organisation alone, counted over rows: no patient is read, none is named.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, DateField, DurationField, F, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce, TruncDate
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.models import Organisation, User
from accounts.rights import demand, is_program
from diagnosis.inference.models import Explanation, Job, Prediction
from medportal.common.errors import DomainError, Pointer

State = Job.State
MONTH = re.compile(r"^(\d{4})-(0[1-9]|1[0-2])$")
BY: dict[str, dict[str, Any]] = {
    "day": {"day": TruncDate("requested_at", output_field=DateField())},
    "service": {"slug": F("service__slug")},
    "person": {
        "username": F("requested_by__username"),
        "name": F("requested_by__display_name"),
        "roles": F("requested_by__roles"),
    },
}
"""What usage is told by, and the columns that this takes."""


@dataclass(frozen=True)
class Usage:
    """One line. ``day``, ``service`` and ``person`` are empty where nobody asked for them."""

    day: date | None
    service: str
    person: str
    kind: str
    runs: int
    done: int
    refused: int
    failed: int
    cancelled: int
    seconds: float


COLUMNS = tuple(field.name for field in fields(Usage))


@dataclass(frozen=True)
class Month:
    """A month by the portal's clock."""

    first: date

    @property
    def start(self) -> datetime:
        midnight = datetime.combine(self.first, datetime.min.time())
        return timezone.make_aware(midnight)

    @property
    def following(self) -> Month:
        return Month((self.first + timedelta(days=32)).replace(day=1))

    @property
    def previous(self) -> Month:
        return Month((self.first - timedelta(days=1)).replace(day=1))

    @property
    def is_over(self) -> bool:
        return self.following.start <= timezone.now()

    def __str__(self) -> str:
        return f"{self.first:%Y-%m}"


def month_of(asked: str) -> Month:
    """``2026-11``; without one the month that it is now."""
    if not asked:
        return Month(timezone.localdate().replace(day=1))
    match = MONTH.match(asked)
    if match is None or int(match[1]) < 2000:
        text = _("A month is written like 2026-11.")
        pointer = Pointer("?month", "not_a_month", text)
        raise DomainError("month_unreadable", text, pointers=[pointer])
    return Month(date(int(match[1]), int(match[2]), 1))


def read_usage(*, actor: User, month: Month, by: Iterable[str], act: str) -> list[Usage]:
    """For an administrator, of the own organisation; ``act`` is what the trail calls it."""
    demand(actor, act)
    assert actor.organisation is not None
    found = usage_of(actor.organisation, month, by)
    audit.record(actor=actor, act=act, what=f"usage/{month}")
    return found


def usage_of(organisation: Organisation, month: Month, by: Iterable[str]) -> list[Usage]:
    columns = {name: column for part in by for name, column in BY[part].items()}
    rows = (
        Prediction.unscoped.filter(
            organisation=organisation,
            requested_at__gte=month.start,
            requested_at__lt=month.following.start,
        )
        .values(**columns)
        .annotate(
            runs=Count("pk", filter=~Q(state=State.CANCELLED)),
            done=Count("pk", filter=Q(state__in=[State.DONE, State.ENTERED_IN_ERROR])),
            refused=Count("pk", filter=Q(state=State.REFUSED)),
            failed=Count("pk", filter=Q(state=State.FAILED)),
            cancelled=Count("pk", filter=Q(state=State.CANCELLED)),
            seconds=Coalesce(Sum(_took()), timedelta(0), output_field=DurationField())
            + Coalesce(Sum(_explained()), timedelta(0), output_field=DurationField()),
        )
        .order_by(*(name for name in columns if name != "roles"))
    )
    return [_usage(row) for row in rows]


def _took() -> Any:
    """The last attempt's time with a worker; of what never began there is none."""
    return F("finished_at") - F("started_at")


def _explained() -> Any:
    """The same for all explanations of a run: it may have several."""
    rows = Explanation.unscoped.filter(prediction=OuterRef("pk")).values("prediction")
    return Subquery(rows.annotate(took=Sum(_took())).values("took"), DurationField())


def _usage(row: dict[str, Any]) -> Usage:
    roles = row.pop("roles", None)
    username, name = row.pop("username", ""), row.pop("name", "")
    kind = "" if roles is None else "system" if is_program(roles) else "person"
    seconds = round(row.pop("seconds").total_seconds(), 3)
    return Usage(
        day=row.pop("day", None),
        service=row.pop("slug", ""),
        person=name or username,
        kind=kind,
        seconds=seconds,
        **row,
    )
