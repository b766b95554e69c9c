"""Where the present act comes from, and the refusals that its boundary still has to write."""

from __future__ import annotations

import getpass
import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest


@dataclass
class Facts:
    """Source, channel and request id of what is going on; the boundary empties ``refusals``."""

    source: str = ""
    channel: str = "system"
    request_id: str = ""
    command: str = ""
    """Of the command line: which one; ``source`` is then who typed it."""
    token_id: UUID | None = None
    token_issuer: str = ""
    has_boundary: bool = False
    refused_in_place: str = ""
    """The code of a refusal that the next page tells, so that no status of an answer does."""
    refusals: list[Any] = field(default_factory=list)


_current: ContextVar[Facts | None] = ContextVar("request_facts", default=None)


def current() -> Facts:
    return _current.get() or Facts()


@contextmanager
def facts(found: Facts) -> Iterator[Facts]:
    """``found`` holds inside the block: a request, a command, or one task."""
    token = _current.set(found)
    try:
        yield found
    finally:
        _current.reset(token)


def of_task(task: Any) -> Facts:
    """Of one run of a Celery task."""
    return Facts(source="worker", channel="task", request_id=str(task.request.id or ""))


def of_command(name: str) -> Facts:
    """Of a command: the operating system's word for who sits there, also behind ``sudo``."""
    return Facts(source=operator(), channel="command", command=name)


def operator() -> str:
    """``os:name``, or the number of a user who has no name on this machine."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError):
        name = str(os.getuid())
    before = os.environ.get("SUDO_USER", "")
    return f"os:{before} as {name}" if before and before != name else f"os:{name}"


def client_address(request: HttpRequest) -> str:
    """The caller's address. Of forwarded ones only those count that our own proxies added."""
    address: str = request.META.get("REMOTE_ADDR") or ""
    proxies: int = getattr(settings, "AXES_IPWARE_PROXY_COUNT", 0) or 0
    if not proxies:
        return address
    hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    return hops[-proxies] if len(hops) >= proxies and hops[-proxies] else address
