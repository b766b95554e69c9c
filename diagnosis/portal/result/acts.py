"""What one does with a run besides deciding: again, cancel, hand over, wrong patient, aside."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.once import once
from accounts.permissions import requires
from diagnosis.inference import actions
from diagnosis.inference.models import Job, Prediction
from diagnosis.portal.frame.access import PersonRequest, raise_for, refused_in_place, take_and_show
from diagnosis.portal.frame.colleagues import colleagues
from diagnosis.portal.result.cure import Cure
from diagnosis.portal.result.views import (
    context_of,
    note,
    result_page,
    visible_prediction,
)
from medportal.common.errors import DomainError

UNPROCESSABLE = 422


_take = partial(take_and_show, "portal:prediction")


@require_POST
@requires("prediction.cancel")
@once
def cancel(request: PersonRequest, prediction: UUID) -> HttpResponse:
    found, actor = visible_prediction(request.user, prediction), request.user
    return _take(
        request,
        found,
        lambda: actions.cancel_prediction(actor=actor, prediction=found),
        _("Cancelled."),
    )


@require_POST
@requires("prediction.again")
@once
def again(request: PersonRequest, prediction: UUID) -> HttpResponse:
    """The same question on the chart as it is now; a refused run takes its cure along."""
    found = visible_prediction(request.user, prediction)
    if found.state == Job.State.REFUSED and request.POST.get("cure"):
        return _cured(request, found)
    try:
        new = actions.run_again(actor=request.user, prediction=found)
    except DomainError as error:
        refused_in_place(request, error)
        return redirect("portal:prediction", found.pk)
    return redirect("portal:prediction", new.pk)


def _cured(request: PersonRequest, found: Prediction) -> HttpResponse:
    cure = Cure(found, posted=request.POST)
    if cure.version is None:
        messages.error(request, _("The service is stopped."))
        return redirect("portal:prediction", found.pk)
    answers = cure.answers()
    if not cure.errors:
        try:
            new = actions.request_prediction(actor=request.user, request=cure.request(answers))
        except DomainError as error:
            raise_for(error)
            cure.take_refusal(error)
        else:
            return redirect("portal:prediction", new.pk)
    page = result_page(request, found)
    note(request.user, found, "prediction.read")
    context = context_of(request, page, cure)
    return render(request, "portal/result/prediction.html", context, status=UNPROCESSABLE)


@require_POST
@requires("prediction.wrong-patient")
@once
def wrong_patient(request: PersonRequest, prediction: UUID) -> HttpResponse:
    """Marked, with the values that stayed ticked; why is asked, since they leave the chart."""
    found, actor = visible_prediction(request.user, prediction), request.user
    reason = request.POST.get("reason", "")
    if not reason.strip():
        messages.error(request, _("Nothing was marked: say why it is the wrong patient."))
        return redirect("portal:prediction", found.pk)
    named = request.POST.getlist("withdraw")
    return _take(
        request,
        found,
        lambda: actions.mark_wrong_patient(
            actor=actor, prediction=found, reason=reason, withdraw=named
        ),
        _("Marked as entered in error."),
    )


@require_POST
@requires("prediction.wrong-patient-undo")
@once
def wrong_patient_undo(request: PersonRequest, prediction: UUID) -> HttpResponse:
    found, actor = visible_prediction(request.user, prediction), request.user
    return _take(
        request,
        found,
        lambda: actions.undo_wrong_patient(actor=actor, prediction=found),
        _("Taken back: the run and its values stand as before."),
    )


@require_POST
@requires("prediction.hand-over")
@once
def hand_over(request: PersonRequest, prediction: UUID) -> HttpResponse:
    found, actor = visible_prediction(request.user, prediction), request.user
    chosen = request.POST.get("to", "")
    people = [*colleagues(found, actor), actor]
    person = next((p for p in people if str(p.pk) == chosen), None)
    if person is None:
        messages.error(request, _("Choose somebody who looks after the patient."))
        return redirect("portal:prediction", found.pk)
    handed = _("Handed over to {name}.").format(name=person)
    answer = _take(
        request,
        found,
        lambda: actions.hand_over(actor=actor, prediction=found, to=person),
        _("It is yours to decide now.") if person == actor else handed,
    )
    return redirect("portal:worklist") if request.POST.get("next") == "worklist" else answer


@require_POST
@requires("prediction.dismiss")
@once
def dismiss(request: PersonRequest, prediction: UUID) -> HttpResponse:
    found, actor = visible_prediction(request.user, prediction), request.user
    return _take(
        request,
        found,
        lambda: actions.dismiss_refusal(actor=actor, prediction=found),
        _("Dismissed as not applicable."),
    )
