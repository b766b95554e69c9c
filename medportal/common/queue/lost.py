"""When a queued row counts as one whose message was lost."""

from __future__ import annotations

from datetime import timedelta
from functools import cache

import redis
from django.conf import settings


def unrung_for(queue: str) -> timedelta:
    """Soon where its queue is empty: every message was taken, and the row's was not among them.

    While there are messages the row may well be waiting for its turn: then much later.
    """
    is_empty = _messages(queue) == 0
    return timedelta(seconds=settings.SWEEP_SECONDS if is_empty else settings.RING_AGAIN_SECONDS)


@cache
def _client() -> redis.Redis:
    return redis.Redis.from_url(
        settings.ADDRESSES.broker, socket_connect_timeout=1, socket_timeout=1
    )


def _messages(queue: str) -> int | None:
    prefix = settings.CELERY_BROKER_TRANSPORT_OPTIONS["global_keyprefix"]
    try:
        return int(_client().llen(f"{prefix}{queue}"))
    except redis.RedisError:
        return None
