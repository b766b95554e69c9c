"""What waits for a reviewer: the oldest first."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.permissions import requires
from diagnosis.portal.frame.access import PersonRequest
from diagnosis.registry.models import ModelVersion
from diagnosis.registry.versions import contradictions


@dataclass(frozen=True)
class Waiting:
    """One version in the queue."""

    version: ModelVersion
    contradictions: int
    unexplained: int
    is_own: bool


@require_GET
@requires("version.approve")
def reviews(request: PersonRequest) -> HttpResponse:
    user = request.user
    found = (
        ModelVersion.objects.visible_to(user)
        .awaiting_review()
        .select_related("service", "submitted_by")
        .order_by("submitted_at", "pk")
    )
    rows = [
        Waiting(
            version=version,
            contradictions=len(contradictions.found(version)),
            unexplained=len(contradictions.unexplained(version)),
            is_own=user.pk in (version.submitted_by_id, version.created_by_id),
        )
        for version in found
    ]
    return render(request, "portal/version/reviews.html", {"rows": rows})
