"""«It is settled», said to whoever waits. Carries ids only, and nothing depends on hearing it."""

from __future__ import annotations

import time
from functools import cache
from uuid import UUID

import redis
import structlog
from django.conf import settings

from medportal.common import counters

log = structlog.get_logger(__name__)

KEPT_SECONDS = 15
LISTENERS = 4
"""How many of those who wait for the same row are woken; others see it at their next look."""

PAUSE_WITHOUT_BROKER = 0.1
QUICK, PATIENT = 1, 2
"""Seconds until a broker that hangs counts as away: for who speaks, and for who listens."""


@cache
def _client(seconds: int) -> redis.Redis:
    return redis.Redis.from_url(
        settings.ADDRESSES.broker, socket_connect_timeout=QUICK, socket_timeout=seconds
    )


def _key(pk: UUID | str) -> str:
    return f"settled:{pk}"


def announce(pk: UUID | str) -> None:
    """Wake those who wait for ``pk``; a broker that is away costs them a fraction of a second."""
    try:
        with _client(QUICK).pipeline(transaction=False) as pipe:
            pipe.rpush(_key(pk), *["1"] * LISTENERS)
            pipe.expire(_key(pk), KEPT_SECONDS)
            pipe.execute()
    except redis.RedisError as error:
        counters.add("announce_failed")
        log.warning("broker_away", code=type(error).__name__)


def listen(pk: UUID | str, seconds: float) -> None:
    """Return when ``pk`` was announced, at the latest after ``seconds``."""
    try:
        _client(PATIENT).blpop([_key(pk)], timeout=max(seconds, 0.01))
    except redis.RedisError:
        time.sleep(min(seconds, PAUSE_WITHOUT_BROKER))
