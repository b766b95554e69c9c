"""The only place that sends a message. The row is the truth; a message is a hint."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import structlog
from celery import Task
from django.db import transaction
from kombu.exceptions import OperationalError

from medportal.common import counters

log = structlog.get_logger(__name__)
HIDDEN: dict[str, Any] = {"argsrepr": "(id)", "kwargsrepr": ""}
"""What a message says about its arguments to whoever lists messages."""


def publish(task: Task[Any, Any], pk: UUID | str, **way: Any) -> bool:
    """Ring for ``pk`` now. A broker that is away is a counter and a log line; a sweep follows.

    ``way``: where else than its own queue the message goes, and when it is of no use any more.
    """
    try:
        task.apply_async((str(pk),), retry=False, **HIDDEN, **way)
    except OperationalError as error:
        counters.add("publish_failed")
        log.warning("broker_away", task=task.name, code=type(error).__name__)
        return False
    return True


def ring(task: Task[Any, Any], pk: UUID | str) -> None:
    """Ring for ``pk`` after the commit, and never fail the request for it."""
    # a lambda and not functools.partial: Django's own report of a hook's error asks for its name
    transaction.on_commit(lambda: publish(task, pk), robust=True)
