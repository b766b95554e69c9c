"""Beat: whoever holds a lock in the database rings; a second one waits for it.

It sweeps by itself: behind a long queue of runs a message would come too late, and where all
workers are dead nobody would take it.
"""

from __future__ import annotations

from typing import Any

import structlog
from celery.beat import BeatLazyFunc, ScheduleEntry, Scheduler
from django.conf import settings
from django.db import DatabaseError, connection

LOCK = 5_271_003
WAIT_SECONDS = 5.0
log = structlog.get_logger(__name__)


class LockedScheduler(Scheduler):
    """Keeps its schedule in memory and its lock for life: one session of PostgreSQL."""

    _session: Any = None
    """The session that holds the lock: whoever has another one has lost it."""

    def tick(self, *args: Any, **kwargs: Any) -> float:
        if not self._hold():
            return WAIT_SECONDS
        return float(min(super().tick(*args, **kwargs), WAIT_SECONDS))

    def _hold(self) -> bool:
        """Whether the lock is ours now. A lost session has lost the lock."""
        try:
            with connection.cursor() as cursor:
                if self._session is not None and self._session is connection.connection:
                    cursor.execute("SELECT 1")
                    return True
                cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
                self._session = connection.connection if cursor.fetchone()[0] else None
        except DatabaseError as error:
            log.warning("beat_without_database", code=type(error).__name__)
            self._session = None
            connection.close()
        return self._session is not None

    def apply_entry(self, entry: ScheduleEntry, producer: Any = None) -> None:
        """Sweeps here and now; whatever else is due is rung for."""
        if entry.task not in settings.SWEEPS:
            super().apply_entry(entry, producer=producer)
            return
        done = self.app.tasks[entry.task].apply(_evaluated(entry.args))
        if done.failed():
            log.error("sweep_failed", task=entry.task, code=type(done.result).__name__)

    def close(self) -> None:
        connection.close()
        super().close()


def _evaluated(given: Any) -> tuple[Any, ...]:
    """Arguments of an entry may be asked for at the moment of sending: the period is."""
    return tuple(one() if isinstance(one, BeatLazyFunc) else one for one in given or ())
