"""For whoever watches: alive, ready, and the numbers."""

from __future__ import annotations

import hmac

from django.conf import settings
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from medportal.operations import exposition
from medportal.operations import metrics as numbers
from medportal.operations.facts import broker_keeps_messages, database_answers


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
    return HttpResponse(exposition.text(numbers.families()), content_type=exposition.CONTENT_TYPE)
