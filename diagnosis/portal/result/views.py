"""One prediction to look at: its page, its progress, print, sheet for the patient, comparison."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts import audit
from accounts.models import User
from accounts.permissions import requires
from accounts.rights import offered
from diagnosis.inference.before.own_estimate import with_own_estimates_first
from diagnosis.inference.further import what_if
from diagnosis.inference.models import Job, Prediction
from diagnosis.inference.scoring.reproducing import reproduce
from diagnosis.portal.frame.access import PersonRequest
from diagnosis.portal.frame.identity import identity
from diagnosis.portal.frame.session import folds_of
from diagnosis.portal.frame.worklist_filters import next_patient
from diagnosis.portal.result.compare_page import comparison
from diagnosis.portal.result.cure import Cure
from diagnosis.portal.result.reasons.chosen_estimate import ASKED
from diagnosis.portal.result.reasons.chosen_estimate import chosen as chosen_estimate
from diagnosis.portal.result.reasons.chosen_view import chosen, is_asked
from diagnosis.portal.result.result_number import number_of
from diagnosis.portal.result.result_page import ResultPage

State = Job.State
NO_CHANGE = 204


BESIDE = (
    "service",
    "organisation",
    "version__service",
    "version__published_by",
    "patient",
    "requested_by",
    "owner",
    "entered_in_error_by",
)


def visible_prediction(user: User, pk: UUID, beside: tuple[str, ...] = BESIDE) -> Prediction:
    """The prediction, or 404: a stranger's and a missing one look the same.

    Without its number while this person owes an own estimate: no page can tell it by mistake.
    """
    rows = Prediction.objects.visible_to(user).select_related(*beside)
    found: Prediction | None = rows.filter(pk=pk).first()
    if found is None:
        raise Http404
    with_own_estimates_first(user, [found])
    return found


def note(user: User, prediction: Prediction, act: str, why: str = "") -> None:
    """The event of somebody who saw or took away this prediction."""
    patients = [prediction.patient_id] if prediction.patient_id else []
    what = f"prediction/{prediction.pk}"
    audit.record(actor=user, act=act, patients=patients, what=what, why=why)


def result_page(request: PersonRequest, prediction: Prediction) -> ResultPage:
    address = request.build_absolute_uri(request.path.split("status/")[0])
    return ResultPage(
        prediction=prediction,
        user=request.user,
        address=address,
        arrangement=chosen(request),
        chosen=chosen_estimate(request, request.user, prediction),
    )


def context_of(
    request: PersonRequest, page: ResultPage, cure: Cure | None = None
) -> dict[str, Any]:
    prediction, patient = page.prediction, page.prediction.patient
    context: dict[str, Any] = {
        "page": page,
        "patient": patient,
        "who": identity(patient, request.user) if patient else None,
        "may_try": offered(request.user, "prediction.try") and not what_if.closed(prediction),
        "folds": folds_of(request),
    }
    decides = offered(request.user, "decision.record")
    if decides and prediction.decided_at is not None:
        context["onward"] = next_patient(request, request.user, prediction)
    if prediction.state == State.REFUSED:
        context["grounds"] = prediction.refused.grounds if prediction.refused else ()
        context["cure"] = (cure or Cure(prediction)) if decides else None
    return context


@require_GET
@requires("prediction.read")
def prediction(request: PersonRequest, prediction: UUID) -> HttpResponse:
    found = visible_prediction(request.user, prediction)
    page = result_page(request, found)
    note(request.user, found, "prediction.read")
    return render(request, "portal/result/prediction.html", context_of(request, page))


def announcement(page: ResultPage) -> str:
    """One sentence at a change of state, for those who listen to the page."""
    if page.is_done:
        if page.is_explaining:
            return _("The number is there. The reasons follow.")
        return _("The number and its reasons are there.") if page.reasons else _("Done.")
    if page.is_withheld:
        return _("The number is there. It waits for your own estimate.")
    sentences_of = {
        State.RUNNING: _("Running."),
        State.REFUSED: _("Not scored: see the reason and its cure."),
        State.FAILED: _("The run failed."),
        State.CANCELLED: _("Cancelled."),
    }
    return str(sentences_of.get(State(page.state), ""))


@require_GET
@requires("prediction.read")
def status(request: PersonRequest, prediction: UUID) -> HttpResponse:
    """What a poll asks: nothing where nothing changed, else the part that did."""
    found = visible_prediction(request.user, prediction)
    page = result_page(request, found)
    if request.GET.get("seen") == page.key:
        return HttpResponse(status=NO_CHANGE)
    note(request.user, found, "prediction.read", why="progress")
    part = (
        "reasons/_prediction_reasons"
        if request.GET.get("part") == "reasons" and page.number
        else "_prediction_body"
    )
    context = {
        **context_of(request, page),
        "fragment": f"portal/result/{part}.html",
        "announcement": _rearranged(request, page) or announcement(page),
    }
    return render(request, "portal/frame/_live.html", context)


def _rearranged(request: PersonRequest, page: ResultPage) -> str:
    """What a choice of the reader changed, while the reasons stand."""
    if is_asked(request):
        return _("In the new order.")
    if ASKED in request.GET and page.reasons:
        return _("Reasons for: %(estimate)s") % {"estimate": page.chosen.label}
    return ""


@require_GET
@requires("prediction.print")
def on_paper(request: PersonRequest, prediction: UUID) -> HttpResponse:
    """The page for paper; opening it counts as printing."""
    found = visible_prediction(request.user, prediction)
    page = result_page(request, found)
    if page.is_withheld:
        return redirect("portal:prediction", found.pk)
    if page.number is None and found.state != State.REFUSED:
        raise Http404
    note(request.user, found, "prediction.print")
    context = {
        **context_of(request, page),
        "printed_at": timezone.now(),
        "printed_by": request.user,
    }
    return render(request, "portal/result/prediction_print.html", context)


@require_GET
@requires("prediction.sheet")
def sheet(request: PersonRequest, prediction: UUID) -> HttpResponse:
    """A hundred figures and both halves for the patient; no word of models."""
    found = visible_prediction(request.user, prediction)
    page = result_page(request, found)
    number = number_of(found)
    if page.is_withheld:
        return redirect("portal:prediction", found.pk)
    if not page.has_sheet or number is None:
        raise Http404
    note(request.user, found, "prediction.sheet")
    context = {
        **context_of(request, page),
        "shown": number.shown,
        "template": found.kind.templates.sheet if found.kind else "",
        "printed_at": timezone.now(),
    }
    return render(request, "portal/result/prediction_sheet.html", context)


@require_GET
@requires("prediction.compare")
def compare(request: PersonRequest, prediction: UUID) -> HttpResponse:
    """This run beside the one that it repeats."""
    now = visible_prediction(request.user, prediction)
    if now.run_again_of_id is None:
        raise Http404
    before = visible_prediction(request.user, now.run_again_of_id)
    for run in (now, before):
        if run.is_withheld:
            return redirect("portal:prediction", run.pk)
    note(request.user, now, "prediction.compare")
    page = result_page(request, now)
    context = {
        **context_of(request, page),
        "comparison": comparison(before, now),
        "reproduction": reproduce(before),
    }
    return render(request, "portal/result/compare.html", context)


@require_POST
@requires("prediction.copy")
def copied(request: PersonRequest, prediction: UUID) -> HttpResponse:
    """The text left the portal by the clipboard."""
    found = visible_prediction(request.user, prediction)
    note(request.user, found, "prediction.copy")
    return HttpResponse(status=NO_CHANGE)
