"""Counters of ended jobs: rolled forward from the rows, so that every process tells the same.

Counting all rows at every scrape would take longer with each day. A scrape counts what has ended
since the last one, up to a moment that no open transaction can still change.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import transaction
from django.db.models import Count, F, FloatField, Func, IntegerField, QuerySet, Sum, Value
from django.db.models.functions import Extract
from django.utils import timezone

from diagnosis.inference.lists import workload
from diagnosis.inference.models import Job
from medportal.operations.models import Tally, TallyMark

BUCKETS = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0)
"""Upper ends in seconds, from the request to the end: what a person waits."""

LAG = timedelta(seconds=60)
"""A transaction is ended by the server long before; what ended earlier is all there."""


def roll_forward(now: datetime | None = None) -> None:
    """Count what has ended since the last time. Two at once count it once."""
    until = (now or timezone.now()) - LAG
    TallyMark.objects.get_or_create(pk=1)
    with transaction.atomic():
        mark = TallyMark.objects.select_for_update().get(pk=1)
        if mark.until is not None and mark.until >= until:
            return
        for queue, rows, service in workload.queues():
            ended = rows.filter(finished_at__lte=until)
            if mark.until is not None:
                ended = ended.filter(finished_at__gt=mark.until)
            _add(queue, _grouped(ended, service))
        mark.until = until
        mark.save(update_fields=["until"])


def _grouped(ended: QuerySet[Any], service: str) -> Any:
    ends = Value(list(BUCKETS), output_field=ArrayField(FloatField()))
    return (
        ended.annotate(
            slug=F(f"{service}__slug"),
            took=Extract(F("finished_at") - F("requested_at"), "epoch", output_field=FloatField()),
        )
        .annotate(
            bucket=Func(F("took"), ends, function="width_bucket", output_field=IntegerField())
        )
        .values("slug", "state", "bucket")
        .annotate(number=Count("pk"), seconds=Sum("took"))
        .order_by()
    )


def _add(queue: str, groups: Iterable[dict[str, Any]]) -> None:
    for group in groups:
        state = group["state"]
        if state == Job.State.ENTERED_IN_ERROR:  # marked within the last minute: it was an answer
            state = Job.State.DONE
        key = {"service": group["slug"], "state": state, "bucket": group["bucket"]}
        tally, _ = Tally.objects.get_or_create(queue=queue, **key)
        Tally.objects.filter(pk=tally.pk).update(
            count=F("count") + group["number"], seconds=F("seconds") + group["seconds"]
        )
