"""An own estimate before the number, by one tap; and what became of one's own."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts import audit
from accounts.once import once
from accounts.permissions import requires
from diagnosis.inference import actions
from diagnosis.inference.lists.tallies import estimates_given, own_tallies
from diagnosis.portal.frame.access import PersonRequest, refused_in_place
from diagnosis.portal.result.views import visible_prediction
from diagnosis.portal.words.tally import ShownTally, shown_tally
from diagnosis.registry.models import Service
from medportal.common.errors import DomainError


@require_POST
@requires("estimate.give")
@once
def estimate(request: PersonRequest, prediction: UUID) -> HttpResponse:
    """Store the tap; the page that follows shows the number, its reasons and the decision."""
    found = visible_prediction(request.user, prediction)
    choice = request.POST.get("choice", "")
    try:
        actions.give_estimate(actor=request.user, prediction=found, choice=choice)
    except DomainError as error:
        refused_in_place(request, error)
    return redirect("portal:prediction", found.pk)


@dataclass(frozen=True)
class Listed:
    """One service for which this person estimated."""

    service: Service
    given: int
    shown: ShownTally | None


@require_GET
@requires("estimates.read")
def mine(request: PersonRequest) -> HttpResponse:
    """Of whoever asks and of nobody else: there is no address for another person's."""
    tallies = {service.pk: tally for service, tally in own_tallies(request.user)}
    given = estimates_given(request.user)
    services = Service.objects.visible_to(request.user).filter(pk__in=given)
    listed = [
        Listed(
            service,
            given[service.pk],
            shown_tally(tallies[service.pk]) if service.pk in tallies else None,
        )
        for service in services
    ]
    audit.record(actor=request.user, act="estimates.read")
    return render(request, "portal/result/estimates.html", {"listed": listed})
