"""This patient's risk over time, and the change between two results taken apart."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.permissions import requires
from diagnosis.inference.before.own_estimate import with_own_estimates_first
from diagnosis.inference.further.over_time import (
    change_of,
    chosen_two,
    results_over_time,
    seen_service,
)
from diagnosis.portal.frame.access import PersonRequest, open_chart, raise_for
from diagnosis.portal.frame.identity import identity
from diagnosis.portal.trend.change_shown import ChangeShown
from diagnosis.portal.trend.risk_trend import risk_trend
from diagnosis.portal.words import sentences
from medportal.common.errors import DomainError


@require_GET
@requires("trend.read")
def trend(request: PersonRequest, patient: UUID, slug: str) -> HttpResponse:
    """``earlier`` and ``later`` choose two results; without them, the last two."""
    context = _context(request, patient, slug, act="trend.read")
    return render(request, "portal/trend/risk_trend.html", context)


@require_GET
@requires("trend.print")
def on_paper(request: PersonRequest, patient: UUID, slug: str) -> HttpResponse:
    """The same for paper; opening it counts as printing."""
    context = _context(request, patient, slug, act="trend.print")
    context |= {"printed_by": request.user, "printed_at": timezone.now()}
    return render(request, "portal/trend/risk_trend_print.html", context)


def _context(request: PersonRequest, patient: UUID, slug: str, *, act: str) -> dict[str, Any]:
    try:
        service = seen_service(request.user, slug)
    except DomainError as error:
        raise_for(error)
        raise
    shown = open_chart(request.user, patient, act=act, what=f"service/{service.slug}")
    found = with_own_estimates_first(request.user, results_over_time(request.user, shown, service))
    results = [one for one in found if not one.is_withheld]
    try:
        two = chosen_two(results, request.GET.get("earlier"), request.GET.get("later"))
    except LookupError as error:
        raise Http404 from error
    change = change_of(two)
    return {
        "patient": shown,
        "who": identity(shown, request.user),
        "service": service,
        "trend": risk_trend(results, two or ()),
        "chosen": two,
        "withheld": [one for one in found if one.is_withheld],
        "change": ChangeShown(change) if change else None,
        "not_a_cause": sentences.say("not_a_cause"),
        "demonstration_line": sentences.say("demonstration"),
    }
