"""Recording what the clinician made of a result."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.once import once
from accounts.permissions import requires
from diagnosis.inference import actions
from diagnosis.portal.frame.access import PersonRequest, raise_for
from diagnosis.portal.frame.worklist_filters import keep_place
from diagnosis.portal.result.decision_form import DecisionForm
from diagnosis.portal.result.views import (
    context_of,
    note,
    result_page,
    visible_prediction,
)
from medportal.common.errors import DomainError

CONFLICT, UNPROCESSABLE = 409, 422


@require_POST
@requires("decision.record")
@once
def decide(request: PersonRequest, prediction: UUID) -> HttpResponse:
    found = visible_prediction(request.user, prediction)
    if found.is_withheld:
        messages.warning(request, _("Give your own estimate first, or say that you cannot judge."))
        return redirect("portal:prediction", found.pk)
    form = DecisionForm(request.POST, prediction=found)
    status = UNPROCESSABLE
    if form.is_valid():
        keep_place(request, request.user, found)
        try:
            decision = actions.record_decision(
                actor=request.user, prediction=found, decision=form.decision
            )
        except DomainError as error:
            raise_for(error)
            form.take_errors(error)
            status = CONFLICT if error.status == CONFLICT else UNPROCESSABLE
        else:
            amended = decision.amends_id is not None
            messages.success(
                request, _("Decision amended.") if amended else _("Decision recorded.")
            )
            return redirect("portal:prediction", found.pk)
    page = result_page(request, found)
    page.bound_decision = form
    note(request.user, found, "prediction.read")
    return render(
        request, "portal/result/prediction.html", context_of(request, page), status=status
    )
