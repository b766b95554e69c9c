"""Which workers have been silent for too long, by the rows that their own tasks write."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field

import psycopg
import redis

LOOK_SECONDS = 5.0
AGES = "SELECT kind, extract(epoch FROM min(now() - seen_at)) FROM liveness_heartbeat GROUP BY kind"


@dataclass
class Pulse:
    """``allowed``: for each kind of worker the seconds without a sign that it may take."""

    database: str
    broker: str
    allowed: Mapping[str, float]
    _looked_at: float = field(default_factory=time.monotonic)
    _away_at: float = field(default_factory=time.monotonic)

    def silent(self) -> set[str]:
        """The kinds that should have been heard by now.

        None while a server is away, and as long again: a worker cannot say anything then.
        """
        now = time.monotonic()
        if now - self._looked_at < LOOK_SECONDS:
            return set()
        self._looked_at = now
        ages = self._ages()
        if ages is None:
            self._away_at = now
            return set()
        due = {kind: most for kind, most in self.allowed.items() if now - self._away_at > most}
        return {kind for kind, most in due.items() if ages.get(kind, most + 1) > most}

    def _ages(self) -> dict[str, float] | None:
        try:
            with redis.Redis.from_url(self.broker, socket_timeout=2) as broker:
                broker.ping()
            with psycopg.connect(self.database, connect_timeout=2) as session:
                return {kind: float(age) for kind, age in session.execute(AGES)}
        except (psycopg.Error, redis.RedisError):
            return None
