"""How sure a result is; asked of the refits when somebody wants to know."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.permissions import requires
from diagnosis.portal.frame.access import PersonRequest
from diagnosis.portal.result.further.panels import done_prediction, shown
from diagnosis.portal.result.further.uncertainty_panel import sureness_panel
from diagnosis.portal.result.views import note


@require_GET
@requires("prediction.sureness")
def sureness(request: PersonRequest, prediction: UUID) -> HttpResponse:
    found = done_prediction(request, prediction)
    note(request.user, found, "prediction.sureness")
    context = {"title": _("How sure is it"), "sureness": sureness_panel(found)}
    return shown(request, found, "uncertainty", context)
