"""Beat: whoever holds a lock in the database rings; a second one waits for it."""

from __future__ import annotations

from typing import Any

import structlog
from celery.beat import Scheduler
from django.db import DatabaseError, connection

LOCK = 5_271_003
WAIT_SECONDS = 5.0
log = structlog.get_logger(__name__)


class LockedScheduler(Scheduler):
    """Keeps its schedule in memory and its lock for life: one session of PostgreSQL."""

    _holds = False

    def tick(self, *args: Any, **kwargs: Any) -> float:
        if not self._hold():
            return WAIT_SECONDS
        return float(min(super().tick(*args, **kwargs), WAIT_SECONDS))

    def _hold(self) -> bool:
        """Whether the lock is ours now. A lost session has lost the lock."""
        try:
            with connection.cursor() as cursor:
                if self._holds:
                    cursor.execute("SELECT 1")
                else:
                    cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
                    self._holds = bool(cursor.fetchone()[0])
        except DatabaseError as error:
            log.warning("beat_without_database", code=type(error).__name__)
            self._holds = False
            connection.close()
        return self._holds

    def close(self) -> None:
        connection.close()
        super().close()
