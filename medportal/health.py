"""For whoever watches: alive, ready, and the numbers."""

from __future__ import annotations

import hmac

from django.conf import settings
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from medportal.operations import exposition
from medportal.operations import metrics as numbers
from medportal.operations.facts import (
    broker_keeps_messages,
    database_answers,
    database_takes_events,
)


@require_safe
@transaction.non_atomic_requests
def live(request: HttpRequest) -> HttpResponse:
    return HttpResponse("alive\n", content_type="text/plain")


@require_safe
@transaction.non_atomic_requests
def ready(request: HttpRequest) -> HttpResponse:
    """Each page leaves an event: where the database takes none, there are no pages.

    Without its broker the portal answers more slowly.
    """
    database = database_answers()
    writes = database and database_takes_events()
    body = {"database": database, "writes": writes, "broker": broker_keeps_messages()}
    return JsonResponse(body, status=200 if writes else 503)


@require_safe
@transaction.non_atomic_requests
def metrics(request: HttpRequest) -> HttpResponse:
    """Numbers in Prometheus' text format, for the bearer of METRICS_TOKEN alone."""
    sent = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not settings.METRICS_TOKEN or not hmac.compare_digest(sent, settings.METRICS_TOKEN):
        raise Http404
    return HttpResponse(exposition.text(numbers.families()), content_type=exposition.CONTENT_TYPE)
