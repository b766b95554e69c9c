"""This machine's clock beside the database's."""

from __future__ import annotations

from datetime import datetime

from django.db import connection
from django.utils import timezone

LARGEST_CLOCK_OFFSET = 2.0


def clock_offset() -> float:
    """Seconds by which this machine's clock is ahead of the database's."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        there: datetime = cursor.fetchone()[0]
    return (timezone.now() - there).total_seconds()
