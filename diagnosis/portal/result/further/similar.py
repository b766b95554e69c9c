"""Patients alike to the one of a result, among those whom the reader may see."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts import audit
from accounts.permissions import requires
from diagnosis.portal.frame.access import PersonRequest
from diagnosis.portal.result.further.panels import done_prediction, shown
from diagnosis.portal.result.further.similar_panel import alike_panel


@require_GET
@requires("prediction.alike")
def alike(request: PersonRequest, prediction: UUID) -> HttpResponse:
    """Everybody whose name is shown is in the event."""
    found = done_prediction(request, prediction)
    panel = alike_panel(request.user, found)
    own = [found.patient_id] if found.patient_id else []
    audit.record(
        actor=request.user,
        act="prediction.alike",
        patients=[*own, *(panel.patients if panel else ())],
        what=f"prediction/{found.pk}",
    )
    context = {"title": _("Patients like this one"), "alike": panel}
    return shown(request, found, "similar", context)
