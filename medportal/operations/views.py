"""The status page: for administrators, without a patient and without anything clinical."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.models import Role
from accounts.permissions import require_role
from diagnosis.portal.frame.access import PersonRequest
from medportal.operations.status import status_for


@require_GET
@require_role(Role.ADMINISTRATOR)
def status(request: PersonRequest) -> HttpResponse:
    """As of now. It never refreshes by itself: who looks says so."""
    house = request.user.organisation
    assert house is not None
    return render(request, "operations/status.html", {"status": status_for(house)})
