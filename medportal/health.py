"""For whoever watches: alive, ready, and a few numbers."""

from __future__ import annotations

import hmac
import time
from typing import Any

import redis
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from medportal.common import counters

WANTED_POLICY = "noeviction"
STARTED = time.time()


def _broker() -> Any:
    return redis.Redis.from_url(
        settings.ADDRESSES.broker, socket_connect_timeout=1, socket_timeout=1
    )


def database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def broker_keeps_messages() -> bool:
    """The broker answers and would rather refuse a message than drop one."""
    try:
        policy = _broker().config_get("maxmemory-policy")
    except redis.RedisError:
        return False
    return bool(policy.get("maxmemory-policy") == WANTED_POLICY)


@require_safe
@transaction.non_atomic_requests
def live(request: HttpRequest) -> HttpResponse:
    return HttpResponse("alive\n", content_type="text/plain")


@require_safe
@transaction.non_atomic_requests
def ready(request: HttpRequest) -> HttpResponse:
    """Without its database the portal cannot answer; without its broker it answers more slowly."""
    database, broker = database_answers(), broker_keeps_messages()
    body = {"database": database, "broker": broker}
    return JsonResponse(body, status=200 if database else 503)


@require_safe
@transaction.non_atomic_requests
def metrics(request: HttpRequest) -> HttpResponse:
    """Numbers in Prometheus' text format, for the bearer of METRICS_TOKEN alone."""
    sent = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not settings.METRICS_TOKEN or not hmac.compare_digest(sent, settings.METRICS_TOKEN):
        raise Http404
    numbers: dict[str, float] = {
        "medportal_up_seconds": time.time() - STARTED,
        "medportal_database_up": float(database_answers()),
        "medportal_broker_up": float(broker_keeps_messages()),
    }
    numbers |= {f"medportal_{name}_total": float(n) for name, n in counters.read().items()}
    lines = [f"{name} {number:g}" for name, number in sorted(numbers.items())]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; version=0.0.4")
