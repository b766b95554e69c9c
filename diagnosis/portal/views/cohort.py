"""What the explanations of a service say together, over the patients whom one may see."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.models import User
from accounts.permissions import require_role
from diagnosis.inference.cohort import read_cohort, version_in_use
from diagnosis.portal.access import CHART_READERS, PersonRequest
from diagnosis.portal.cohort.page import CohortPage
from diagnosis.registry.models import Service


def _service(user: User, slug: str) -> Service:
    """The service, or 404: hidden, of another house and missing look the same."""
    found = Service.objects.met_by(user).filter(slug=slug).first()
    if found is None:
        raise Http404
    return found


def _and(question: str) -> str:
    return f"{question}&" if question else ""


@require_GET
@require_role(*CHART_READERS)
def cohort(request: PersonRequest, slug: str) -> HttpResponse:
    service = _service(request.user, slug)
    version = version_in_use(service)
    context: dict[str, Any] = {"service": service, "version": version}
    if version is not None:
        asked = request.GET.dict()
        found = read_cohort(
            actor=request.user,
            service=service,
            version=version,
            expired=asked.get("expired") == "1",
        )
        context["page"] = page = CohortPage(found, request.user, asked)
        context |= {
            "left_out": found.left_out,
            "page_keeps": page.page_keeps,
            "group_keeps": _and(page.keeps(group="")),
            "all_keeps": page.keeps(group=""),
            "with_expired": page.keeps(expired="1", group=""),
            "without_expired": page.keeps(expired="", group=""),
        }
    return render(request, "portal/cohort.html", context)
