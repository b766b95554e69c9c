"""What the explanations of a service say together, over the patients whom one may see."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.models import User
from accounts.permissions import requires
from diagnosis.inference.lists.cohort import PRINTED, READ, Wanted, read_cohort, version_in_use
from diagnosis.portal.cohort.page import CohortPage
from diagnosis.portal.frame.access import PersonRequest
from diagnosis.registry.models import Service
from diagnosis.results import offers
from diagnosis.results.kind import Panel


def _service(user: User, slug: str) -> Service:
    """The service, or 404: hidden, of another house and missing look the same."""
    found = Service.objects.met_by(user).filter(slug=slug).first()
    if found is None or not offers(found.definition, Panel.COHORT, found.sheet.features):
        raise Http404
    return found


def _and(question: str) -> str:
    return f"{question}&" if question else ""


@require_GET
@requires("cohort.read")
def cohort(request: PersonRequest, slug: str) -> HttpResponse:
    service, page = _page(request, slug, READ)
    context: dict[str, Any] = {"service": service, "page": page}
    if page is not None:
        context |= {
            "version": page.cohort.version,
            "left_out": page.cohort.left_out,
            "page_keeps": page.page_keeps,
            "group_keeps": _and(page.keeps(group="")),
            "all_keeps": page.keeps(group=""),
            "with_expired": page.keeps(expired="1", group=""),
            "without_expired": page.keeps(expired="", group=""),
        }
    return render(request, "portal/cohort/cohort.html", context)


@require_GET
@requires("cohort.print")
def on_paper(request: PersonRequest, slug: str) -> HttpResponse:
    """Pictures and tables for paper, without a name; opening it counts as printing."""
    service, page = _page(request, slug, PRINTED)
    if page is None or not page.n:
        raise Http404
    context = {
        "service": service,
        "page": page,
        "version": page.cohort.version,
        "left_out": page.cohort.left_out,
        "on_paper": True,
        "printed_at": timezone.now(),
    }
    return render(request, "portal/cohort/cohort_print.html", context)


def _page(request: PersonRequest, slug: str, act: str) -> tuple[Service, CohortPage | None]:
    """The service, and its cohort as the address asks for it unless no version is in use."""
    service, asked = _service(request.user, slug), request.GET.dict()
    version = version_in_use(service)
    if version is None:
        return service, None
    wanted = Wanted(expired=asked.get("expired") == "1", act=act)
    found = read_cohort(actor=request.user, service=service, version=version, wanted=wanted)
    return service, CohortPage(found, request.user, asked)
