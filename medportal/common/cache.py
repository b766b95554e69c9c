"""The cache: JSON only, because whoever can write a pickle to the broker would run code here."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import structlog
from django.core.cache.backends.redis import RedisCache
from django.core.serializers.json import DjangoJSONEncoder
from redis import exceptions

PAUSE_SECONDS = 1.0
"""A page asks several times; of a broker that hangs only the first question waits."""
log = structlog.get_logger(__name__)


class JSONSerializer:
    """Numbers stay as they are, so that the server can count with them."""

    def dumps(self, obj: Any) -> int | bytes:
        if type(obj) is int:
            return obj
        return json.dumps(obj, cls=DjangoJSONEncoder).encode()

    def loads(self, data: bytes | str) -> Any:
        return json.loads(data)


class ForgivingRedisCache(RedisCache):
    """A cache that is away forgets; it does not fail the page. What must hold is a row."""

    _hangs_until = 0.0

    def _try(self, call: Callable[[], Any], *, otherwise: Any) -> Any:
        if time.monotonic() < self._hangs_until:
            return otherwise
        try:
            return call()
        except exceptions.TimeoutError:
            ForgivingRedisCache._hangs_until = time.monotonic() + PAUSE_SECONDS
            log.warning("cache_away", code="TimeoutError")
            return otherwise
        except exceptions.RedisError as error:
            log.warning("cache_away", code=type(error).__name__)
            return otherwise

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        return self._try(partial(super().get, key, default, version), otherwise=default)

    def set(self, *args: Any, **kwargs: Any) -> None:
        self._try(partial(super().set, *args, **kwargs), otherwise=None)

    def add(self, *args: Any, **kwargs: Any) -> bool:
        return bool(self._try(partial(super().add, *args, **kwargs), otherwise=True))

    def touch(self, *args: Any, **kwargs: Any) -> bool:
        return bool(self._try(partial(super().touch, *args, **kwargs), otherwise=False))

    def delete(self, *args: Any, **kwargs: Any) -> bool:
        return bool(self._try(partial(super().delete, *args, **kwargs), otherwise=False))

    def get_many(self, *args: Any, **kwargs: Any) -> dict[Any, Any]:
        found: dict[Any, Any] = self._try(partial(super().get_many, *args, **kwargs), otherwise={})
        return found

    def set_many(self, *args: Any, **kwargs: Any) -> list[Any]:
        missed: list[Any] = self._try(partial(super().set_many, *args, **kwargs), otherwise=[])
        return missed

    def delete_many(self, *args: Any, **kwargs: Any) -> None:
        self._try(partial(super().delete_many, *args, **kwargs), otherwise=None)

    def has_key(self, *args: Any, **kwargs: Any) -> bool:
        return bool(self._try(partial(super().has_key, *args, **kwargs), otherwise=False))

    def incr(self, key: Any, delta: int = 1, version: int | None = None) -> int:
        return int(self._try(partial(super().incr, key, delta, version), otherwise=delta))

    def clear(self) -> bool:  # type: ignore[override]  # the stubs forget what it returns
        return bool(self._try(super().clear, otherwise=False))
