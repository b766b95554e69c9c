"""Try-out: other values on a run, computed while the hand moves. Nothing of it is stored."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts.permissions import requires
from diagnosis.inference.further import what_if, what_if_quota
from diagnosis.inference.models import Prediction
from diagnosis.portal.frame.access import PersonRequest
from diagnosis.portal.frame.identity import identity
from diagnosis.portal.result.views import note, visible_prediction
from diagnosis.portal.try_out.try_page import TryPage
from medportal.common.errors import DomainError
from medportal.common.web.http import say_when

NO_CHANGE, CONFLICT = 204, 409
VISITED, MOST_VISITED = "tried", 50
"""In the session: the runs whose try-out was opened in it, by their opaque ids."""
BESIDE = ("service", "version", "patient")
CLOSED: dict[str, str | Promise] = {
    "entered_in_error": _("This run was marked as entered in error: nothing is built on it."),
    "pending": _("This run has no result yet. Come back when it has."),
    "estimate_first": _("Your own estimate comes first: then the number, then other values."),
    "no_result": _("This run has no result to start from."),
    "stopped": _("The service is stopped: its model answers nothing, tried values included."),
    "replaced": _("Another version of the service answers now. Run it again, then try values."),
    "expired": _("This result has expired. Run it again, then try values."),
    "kind": _("Values can not be tried on an answer of this kind."),
    "unreadable": _("The model cannot be read at the moment. Tell the operators."),
}


@require_http_methods(["GET", "POST"])
@requires("prediction.try")
def try_out(request: PersonRequest, prediction: UUID) -> HttpResponse:
    """The visit leaves one event, whichever way it begins; the hand's positions leave none."""
    found = visible_prediction(request.user, prediction, BESIDE)
    found.version.service = found.service  # one row, however many ways lead to it
    closed = what_if.closed(found)
    artifact = None if closed else what_if.artifact_of(found)
    if artifact is None:
        return _answer(request, found, {"message": CLOSED[closed or "unreadable"]}, CONFLICT)
    try:
        what_if_quota.demand(request.user, found.service)
    except DomainError as error:
        answer = _answer(request, found, {"message": error.message}, error.status)
        say_when(answer, error)
        return answer
    moves = request.method == "POST" and not request.POST.get("reset")
    posted, doubts = request.POST if moves else None, "doubts" in request.GET
    page = TryPage(found, request.user, artifact, posted, doubts=doubts)
    if page.is_overtaken:
        return HttpResponse(status=NO_CHANGE)
    if _begins_a_visit(request, found):
        note(request.user, found, "prediction.try")
    return _answer(request, found, {"page": page})


def _begins_a_visit(request: PersonRequest, found: Prediction) -> bool:
    """Every whole page does; a moved value only where this session has not seen the page."""
    visited: list[str] = request.session.get(VISITED, [])
    is_first = str(found.pk) not in visited
    if is_first:
        request.session[VISITED] = [*visited, str(found.pk)][-MOST_VISITED:]
    return is_first or not _is_part(request)


def _is_part(request: PersonRequest) -> bool:
    return request.method == "POST" and "HX-Request" in request.headers


def _answer(
    request: PersonRequest, found: Prediction, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    """The whole page, or for its script only what follows the hand."""
    context["prediction"] = found
    if _is_part(request):
        text = render_to_string(
            "portal/try_out/_try_answer.html", context
        )  # nothing of a whole page
        return HttpResponse(text, status=status)
    patient = found.patient
    context |= {
        "patient": patient,
        "who": identity(patient, request.user) if patient else None,
        "key": uuid4().hex,
    }
    return render(request, "portal/try_out/try.html", context, status=status)
