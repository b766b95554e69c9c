"""What would bring a result below a limit; asked of the model when somebody wants to know."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.permissions import requires
from diagnosis.portal.frame.access import PersonRequest
from diagnosis.portal.result.further.counterfactual_panel import reach_panel
from diagnosis.portal.result.further.panels import done_prediction, shown
from diagnosis.portal.result.views import note


@require_GET
@requires("prediction.reach")
def reach(request: PersonRequest, prediction: UUID) -> HttpResponse:
    found = done_prediction(request, prediction)
    note(request.user, found, "prediction.reach")
    context = {"title": _("What would bring it lower"), "reach": reach_panel(found)}
    return shown(request, found, "counterfactual", context)
