"""One patient's chart, and which services can help here."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.models import User
from accounts.permissions import requires
from diagnosis.inference.before.fitting import ServiceFit, services_for
from diagnosis.inference.before.own_estimate import with_own_estimates_first
from diagnosis.inference.models import Prediction
from diagnosis.portal.chart.lines import results_of
from diagnosis.portal.chart.seen_by import seen_by
from diagnosis.portal.frame.access import PersonRequest, open_chart
from diagnosis.portal.frame.identity import Identity, shown_number
from diagnosis.portal.frame.services_panel import panel_of
from diagnosis.records.chart import Chart, read_chart
from diagnosis.records.models import Note, Patient
from medportal.common.ids import parse_id

EARLIER = 12


def identity_of(chart: Chart) -> Identity:
    """From what the chart has already read."""
    allergies = tuple(allergy.substance for allergy in chart.allergies)
    return Identity(chart.patient, shown_number(chart.identifiers), allergies)


def earlier_predictions(user: User, patient: Patient) -> tuple[list[Prediction], list[Prediction]]:
    """What counts, and apart from it what was only tried or belongs to somebody else."""
    found = (
        Prediction.objects.visible_to(user)
        .filter(patient=patient)
        .select_related("service", "version", "owner")
        .order_by("-index_at", "-requested_at")
    )
    rows = with_own_estimates_first(user, found)
    apart = [row for row in rows if row.is_what_if or row.state == row.State.ENTERED_IN_ERROR]
    counted = [row for row in rows if row not in apart]
    return counted[:EARLIER], apart[:EARLIER]


def notes_with(user: User, held: Chart, wanted: UUID | None) -> list[Note]:
    """The newest, and behind them an older one that somebody found by the search."""
    if wanted is None or any(note.pk == wanted for note in held.notes):
        return list(held.notes)
    found = Note.objects.visible_to(user).filter(patient=held.patient, pk=wanted)
    return [*held.notes, *found]


def _fits(user: User, patient: Patient) -> list[ServiceFit]:
    fits = services_for(user, patient)
    with_own_estimates_first(user, [fit.last for fit in fits if fit.last])
    return fits


@require_GET
@requires("patient.read")
def chart(request: PersonRequest, patient: UUID) -> HttpResponse:
    shown = open_chart(request.user, patient)
    held = read_chart(shown, as_read=True)
    wanted = parse_id(request.GET.get("note"))
    counted, apart = earlier_predictions(request.user, shown)
    context = {
        "patient": shown,
        "who": identity_of(held),
        "chart": held,
        "results": results_of(held),
        "notes": notes_with(request.user, held, wanted),
        "wanted_note": wanted,
        "seen_by": seen_by(request.user, shown),
        "panel": panel_of(_fits(request.user, shown), counted),
        "apart": apart,
    }
    return render(request, "portal/chart/chart.html", context)


@require_GET
@requires("chart.print")
def on_paper(request: PersonRequest, patient: UUID) -> HttpResponse:
    """The summary for paper; opening it counts as printing."""
    shown = open_chart(request.user, patient, act="chart.print")
    held = read_chart(shown, as_read=True)
    context = {
        "patient": shown,
        "who": identity_of(held),
        "chart": held,
        "results": results_of(held),
        "estimates": newest_results(request.user, shown),
    }
    return render(request, "portal/chart/chart_print.html", context)


def newest_results(user: User, patient: Patient) -> list[Prediction]:
    """The last counted result of each service."""
    rows = (
        Prediction.objects.visible_to(user)
        .countable()
        .filter(patient=patient, state=Prediction.State.DONE)
        .select_related("service", "version")
        .order_by("service__slug", "-index_at", "-requested_at")
        .distinct("service__slug")
    )
    return with_own_estimates_first(user, rows)
