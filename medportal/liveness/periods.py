"""A periodic job runs once for each period, however many ring for it."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max

from medportal.liveness.models import PeriodicRun

KEPT = timedelta(hours=1)
"""Longer than any message of a period is on its way."""


@transaction.atomic
def claim(job: str, period: str) -> bool:
    """Whether ``job`` is ours to run for ``period``; without one somebody asked by hand."""
    if not period:
        return True
    start = datetime.fromisoformat(period)
    _, is_ours = PeriodicRun.objects.get_or_create(job=job, period_start=start)
    if is_ours:
        PeriodicRun.objects.filter(job=job, period_start__lt=start - KEPT).delete()
    return is_ours


def last_runs() -> dict[str, datetime]:
    """Each periodic job and when it began last."""
    rows = PeriodicRun.objects.values_list("job").annotate(Max("started_at"))
    return dict(rows.values_list("job", "started_at__max"))
