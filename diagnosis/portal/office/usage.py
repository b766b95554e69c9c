"""How much the house used its services, and how far its quotas are; for administrators."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.permissions import requires
from diagnosis.inference.before import quota
from diagnosis.inference.lists.usage import COLUMNS, Month, month_of, read_usage, usage_of
from diagnosis.portal.frame.access import PersonRequest
from diagnosis.registry.models import Service
from medportal.common import cells
from medportal.common.errors import DomainError

WHOLE = ("day", "service", "person")


def _month(request: PersonRequest) -> Month:
    try:
        return month_of(request.GET.get("month", ""))
    except DomainError:
        return month_of("")  # an address that somebody typed: the month that it is now


@require_GET
@requires("usage.read")
def usage(request: PersonRequest) -> HttpResponse:
    month, house = _month(request), request.user.organisation
    by_service = read_usage(actor=request.user, month=month, by=["service"], act="usage.read")
    assert house is not None
    names = {service.slug: service.name for service in Service.objects.visible_to(request.user)}
    context = {
        "month": month,
        "standings": quota.standings(house),
        "by_service": [(names.get(line.service, line.service), line) for line in by_service],
        "by_person": usage_of(house, month, ["person"]),
        "by_day": usage_of(house, month, ["day"]),
    }
    return render(request, "portal/office/usage.html", context)


@require_GET
@requires("usage.export")
def export(request: PersonRequest) -> HttpResponse:
    """Day × service × person as CSV; no cell of it is a formula."""
    month = _month(request)
    found = read_usage(actor=request.user, month=month, by=WHOLE, act="usage.export")
    table = cells.table(COLUMNS, ([getattr(line, name) for name in COLUMNS] for line in found))
    answer = HttpResponse(table, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="usage-{month}.csv"'
    return answer
