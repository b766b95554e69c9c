"""The training ward of a service: twenty sealed cases, estimated before they are opened."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts import audit
from accounts.models import User
from accounts.once import once
from accounts.permissions import requires
from diagnosis.inference import actions
from diagnosis.inference.lists.ward import Ward
from diagnosis.portal.frame.access import PersonRequest, refused_in_place
from diagnosis.portal.service.ward_page import WardPage
from diagnosis.registry.models import Service
from medportal.common.errors import DomainError

LONGEST_NUMBER = 4


def _ward(user: User, slug: str) -> Ward:
    """The ward, or 404 alike for another house's service, a missing one, one without a ward."""
    service = Service.objects.visible_to(user).filter(slug=slug).first()
    ward = Ward(service, user) if service else None
    if ward is None or not ward.has_cases:
        raise Http404
    return ward


@require_GET
@requires("ward.read")
def ward(request: PersonRequest, slug: str) -> HttpResponse:
    found = _ward(request.user, slug)
    audit.record(actor=request.user, act="ward.read", what=slug)
    page = WardPage(found, request.GET.get("case", "")[:LONGEST_NUMBER])
    return render(request, "portal/service/ward.html", {"page": page, "service": found.service})


@require_POST
@requires("ward.begin")
@once
def begin(request: PersonRequest, slug: str) -> HttpResponse:
    try:
        actions.begin_ward(actor=request.user, service=slug)
    except DomainError as error:
        refused_in_place(request, error)
    return redirect("portal:ward", slug)


@require_POST
@requires("ward.answer")
@once
def answer(request: PersonRequest, slug: str) -> HttpResponse:
    """One tap; the page that follows opens the case."""
    asked = request.POST.get("case", "")[:LONGEST_NUMBER]
    number = int(asked) if asked.isascii() and asked.isdigit() else 0
    choice = request.POST.get("choice", "")
    try:
        actions.answer_case(actor=request.user, service=slug, number=number, choice=choice)
    except DomainError as error:
        refused_in_place(request, error)
        return redirect("portal:ward", slug)
    return redirect(f"{reverse('portal:ward', args=[slug])}?case={number}")


@require_GET
@requires("ward.certificate")
def certificate(request: PersonRequest, slug: str) -> HttpResponse:
    """Of the first finished round: what was used, not what somebody is able to do."""
    found = _ward(request.user, slug)
    page = WardPage(found)
    if found.first is None or page.tally is None:
        raise Http404
    audit.record(actor=request.user, act="ward.certificate", what=slug)
    context = {
        "page": page,
        "service": found.service,
        "round": found.first,
        "printed_at": timezone.now(),
    }
    return render(request, "portal/service/ward_certificate.html", context)
