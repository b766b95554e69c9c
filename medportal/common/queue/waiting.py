"""``Prefer: wait``: the caller waits a little so that a quick result needs no second question."""

from __future__ import annotations

import os
import re
import time
from threading import BoundedSemaphore
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction

from medportal.common.queue import bell
from medportal.common.queue.jobs import Job

LOOK_SECONDS = 1.0
"""At the latest: what was not heard is seen."""

SLOTS = max(1, int(os.environ.get("MEDPORTAL_WEB_THREADS", "4")) // 2)
"""At most half of a web process' threads wait; beyond that the answer is 202 at once."""

_slots = BoundedSemaphore(SLOTS)
_WAIT = re.compile(r"(?:^|[,;\s])wait\s*=\s*(\d{1,6})", re.IGNORECASE)


def preferred_seconds(header: str) -> float:
    """What a ``Prefer`` header asks for, at most the limit; 0 where it says nothing of it."""
    found = _WAIT.search(header)
    return float(min(int(found[1]), settings.PREFER_WAIT_LIMIT_SECONDS)) if found else 0.0


def wait_until_settled(kind: type[Job], pk: UUID, seconds: float) -> bool:
    """Wait outside any transaction until the row is settled; each look has its own short one."""
    if seconds <= 0 or not _slots.acquire(blocking=False):
        return _is_settled(kind, pk)
    try:
        end = time.monotonic() + seconds
        while not _is_settled(kind, pk):
            left = end - time.monotonic()
            if left <= 0:
                return False
            bell.listen(pk, min(left, LOOK_SECONDS))
    finally:
        _slots.release()
    return True


@transaction.atomic
def _is_settled(kind: Any, pk: UUID) -> bool:
    settled: bool = kind.unscoped.filter(pk=pk).exclude(state__in=Job.PENDING).exists()
    return settled
