"""kombu's transport for Redis, which lives on when somebody pushes what is no message.

kombu 5.7 reads a queue's item as JSON and trusts its shape; anything else ends the whole worker.
"""

from __future__ import annotations

import json
from base64 import b64decode
from queue import Empty
from typing import Any

import structlog
from kombu.transport import TRANSPORT_ALIASES, redis

from medportal.common import counters

log = structlog.get_logger(__name__)


def _dropped(queue: str) -> None:
    counters.add("garbage_dropped")
    log.error("garbage_dropped", queue=queue)


def is_message(item: object) -> bool:
    """Whether kombu can make a message of ``item``; what it says is the worker's to judge."""
    match item:
        case {
            "body": str(body),
            "headers": dict(),
            "properties": {"delivery_tag": str(), "delivery_info": dict()} as known,
        }:
            return known.get("body_encoding") != "base64" or _is_base64(body)
    return False


def _is_base64(text: str) -> bool:
    try:
        b64decode(text)
    except ValueError:
        return False
    return True


class Channel(redis.Channel):
    def _brpop_read(self, **options: Any) -> Any:
        """The item has left the queue by then, so dropping it is doing nothing more."""
        try:
            return super()._brpop_read(**options)  # type: ignore[misc]  # not in the stubs
        except (json.JSONDecodeError, UnicodeDecodeError):
            _dropped("")
            raise Empty from None


class Transport(redis.Transport):
    Channel = Channel

    def _deliver(self, message: Any, queue: str | None) -> None:
        if is_message(message):
            super()._deliver(message, queue)
        else:
            _dropped(queue or "")


def install() -> None:
    """Use it for every address of Redis."""
    TRANSPORT_ALIASES["redis"] = TRANSPORT_ALIASES["rediss"] = f"{__name__}:Transport"
