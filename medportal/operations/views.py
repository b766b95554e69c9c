"""The status page: for administrators, without a patient and without anything clinical."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.permissions import requires
from diagnosis.portal.frame.access import PersonRequest
from medportal.operations.status import status_for


@require_GET
@requires("status.read")
def status(request: PersonRequest) -> HttpResponse:
    """As of now. It never refreshes by itself: who looks says so."""
    house = request.user.organisation
    assert house is not None
    return render(request, "operations/status.html", {"status": status_for(house)})
