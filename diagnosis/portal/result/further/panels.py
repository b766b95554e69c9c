"""A part of a result that is fetched when somebody opens it; a page of its own without scripts."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render

from diagnosis.inference.models import Job, Prediction
from diagnosis.inference.scoring.reproducing import is_unreadable
from diagnosis.portal.frame.access import PersonRequest
from diagnosis.portal.frame.identity import identity
from diagnosis.portal.result.views import visible_prediction
from diagnosis.results.kind import Panel

State = Job.State
ASK_THE_MODEL = ("uncertainty", "counterfactual")


def done_prediction(request: PersonRequest, pk: UUID) -> Prediction:
    """A result with its number, or 404."""
    found = visible_prediction(request.user, pk)
    is_there = found.state == State.DONE and found.headline is not None
    if not is_there or not found.offers(Panel.FURTHER):
        raise Http404
    return found


def shown(
    request: PersonRequest, prediction: Prediction, name: str, context: dict[str, Any]
) -> HttpResponse:
    """The part alone where the page asked for it, else with the page around it."""
    part = f"portal/result/further/_{name}.html"
    if name in ASK_THE_MODEL and is_unreadable(prediction.version):
        part = "portal/result/further/_unreadable.html"
    if request.htmx:
        return render(request, part, {**context, "prediction": prediction})
    patient = prediction.patient
    around = {
        "part": part,
        "prediction": prediction,
        "patient": patient,
        "who": identity(patient, request.user) if patient else None,
    }
    return render(request, "portal/result/further/panel.html", {**around, **context})
