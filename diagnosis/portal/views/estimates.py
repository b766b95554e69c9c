"""An own estimate before the number, by one tap."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from accounts.models import Role
from accounts.permissions import require_role
from diagnosis.inference import actions
from diagnosis.portal.access import PersonRequest, refused_in_place
from diagnosis.portal.views.predictions import visible_prediction
from medportal.common.errors import DomainError


@require_POST
@require_role(Role.CLINICIAN)
def estimate(request: PersonRequest, prediction: UUID) -> HttpResponse:
    """Store the tap; the page that follows shows the number, its reasons and the decision."""
    found = visible_prediction(request.user, prediction)
    choice = request.POST.get("choice", "")
    try:
        actions.give_estimate(actor=request.user, prediction=found, choice=choice)
    except DomainError as error:
        refused_in_place(request, error)
    return redirect("portal:prediction", found.pk)
