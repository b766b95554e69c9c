"""The cache: JSON only, because whoever can write a pickle to the broker would run code here."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import structlog
from django.core.cache.backends.redis import RedisCache
from django.core.serializers.json import DjangoJSONEncoder
from redis.exceptions import RedisError

log = structlog.get_logger(__name__)


class JSONSerializer:
    """Numbers stay as they are, so that the server can count with them."""

    def dumps(self, obj: Any) -> int | bytes:
        if type(obj) is int:
            return obj
        return json.dumps(obj, cls=DjangoJSONEncoder).encode()

    def loads(self, data: bytes | str | int) -> Any:
        return json.loads(data)


class ForgivingRedisCache(RedisCache):
    """A cache that is away forgets; it does not fail the page. Locks and limits that count are rows."""

    def _try(self, call: Callable[..., Any], otherwise: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            return call(*args, **kwargs)
        except RedisError as error:
            log.warning("cache_away", code=type(error).__name__)
            return otherwise

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        return self._try(super().get, default, key, default, version)

    def set(self, *args: Any, **kwargs: Any) -> None:
        self._try(super().set, None, *args, **kwargs)

    def add(self, *args: Any, **kwargs: Any) -> bool:
        return bool(self._try(super().add, True, *args, **kwargs))

    def touch(self, *args: Any, **kwargs: Any) -> bool:
        return bool(self._try(super().touch, False, *args, **kwargs))

    def delete(self, *args: Any, **kwargs: Any) -> bool:
        return bool(self._try(super().delete, False, *args, **kwargs))

    def get_many(self, *args: Any, **kwargs: Any) -> dict[Any, Any]:
        found: dict[Any, Any] = self._try(super().get_many, {}, *args, **kwargs)
        return found

    def set_many(self, *args: Any, **kwargs: Any) -> list[Any]:
        missed: list[Any] = self._try(super().set_many, [], *args, **kwargs)
        return missed

    def delete_many(self, *args: Any, **kwargs: Any) -> None:
        self._try(super().delete_many, None, *args, **kwargs)

    def has_key(self, *args: Any, **kwargs: Any) -> bool:
        return bool(self._try(super().has_key, False, *args, **kwargs))

    def incr(self, key: Any, delta: int = 1, version: int | None = None) -> int:
        return int(self._try(super().incr, delta, key, delta, version))

    def clear(self) -> bool:
        return bool(self._try(super().clear, False))
