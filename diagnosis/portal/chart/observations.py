"""Adding a value to a chart, correcting one, and what stood there before."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from accounts import audit
from accounts.once import once
from accounts.permissions import requires
from diagnosis.portal.chart.lines import FEWEST_FOR_TREND
from diagnosis.portal.charts.trend import Trend, trend
from diagnosis.portal.frame.access import PersonRequest, open_chart, raise_for
from diagnosis.portal.frame.identity import identity
from diagnosis.records import chart, codes
from diagnosis.records.codes import Code, Family
from diagnosis.records.codes.sets import SETS, ObservationSet, find_set
from diagnosis.records.entry.forms import CorrectionForm, ObservationForm, WithdrawalForm
from diagnosis.records.entry.set_form import SetForm
from diagnosis.records.models import Observation, Patient
from diagnosis.records.results import Line, Shown
from medportal.common.errors import DomainError

CONFLICT, UNPROCESSABLE = 409, 422
TREND_HEIGHT = 220


def _observation(request: PersonRequest, patient: UUID, observation: UUID) -> Observation:
    row: Observation | None = (
        Observation.objects.visible_to(request.user)
        .filter(pk=observation, patient=patient)
        .select_related("patient", "recorded_by")
        .first()
    )
    if row is None:
        raise Http404
    return row


def _saved(form: ObservationForm | CorrectionForm | WithdrawalForm, request: PersonRequest) -> bool:
    try:
        return form.is_valid() and form.save(request.user) is not None
    except DomainError as error:
        raise_for(error)
        raise


@require_http_methods(["GET", "POST"])
@requires("observation.record")
@once
def add(request: PersonRequest, patient: UUID) -> HttpResponse:
    """First what, then its value: the second step knows the unit, the bounds and the answers."""
    shown = open_chart(request.user, patient, what="observation")
    chosen = find_set(request.POST.get("set") or request.GET.get("set") or "")
    if chosen is not None:
        return _add_set(request, shown, chosen)
    wanted = request.GET.get("code", "")
    if request.method == "POST":
        form = ObservationForm(request.POST, patient=shown)
        if _saved(form, request):
            messages.success(request, _recorded(form))
            return redirect(_back(request, shown))
    else:
        form = ObservationForm(patient=shown, code=wanted)
    context = {
        "patient": shown,
        "who": identity(shown, request.user),
        "form": form,
        "chosen": form.chosen,
        "families": [] if form.chosen else searched(request.GET.get("q", "")),
        "sets": SETS,
        "q": request.GET.get("q", ""),
        "next": _next(request),
    }
    status = UNPROCESSABLE if form.is_bound else 200
    return render(request, "portal/chart/observations/observation_add.html", context, status=status)


def _add_set(request: PersonRequest, patient: Patient, chosen: ObservationSet) -> HttpResponse:
    """Values of one moment, saved together or not at all."""
    form = SetForm(
        request.POST if request.method == "POST" else None, patient=patient, chosen=chosen
    )
    if form.is_bound:
        try:
            saved = form.save(request.user)
        except DomainError as error:
            raise_for(error)
            raise
        if saved:
            words = ngettext("%(n)d value recorded.", "%(n)d values recorded.", len(saved))
            messages.success(request, words % {"n": len(saved)})
            return redirect(_back(request, patient))
    context = {
        "patient": patient,
        "who": identity(patient, request.user),
        "form": form,
        "next": _next(request),
    }
    status = UNPROCESSABLE if form.is_bound else 200
    return render(request, "portal/chart/observations/observation_set.html", context, status=status)


def searched(words: str) -> Sequence[tuple[Family, Sequence[Code]]]:
    """What can be recorded, by family; only what holds ``words`` in either language or as code."""
    wanted = words.strip().casefold()
    found = [
        (family, [code for code in inside if wanted in code.words])
        for family, inside in codes.grouped()
    ]
    return [(family, inside) for family, inside in found if inside]


def _recorded(form: ObservationForm) -> str:
    """Names what was recorded, never its value."""
    name = form.chosen.name if form.chosen else ""
    return _("Recorded: %(name)s.") % {"name": name}


@require_http_methods(["GET", "POST"])
@requires("observation.correct")
@once
def correct(request: PersonRequest, patient: UUID, observation: UUID) -> HttpResponse:
    shown = open_chart(request.user, patient, what=f"observation/{observation}")
    row = _observation(request, patient, observation)
    withdraws = request.POST.get("act") == "withdraw"
    corrected = request.POST if request.method == "POST" and not withdraws else None
    form = CorrectionForm(corrected, observation=row)
    withdrawal = WithdrawalForm(
        request.POST if withdraws else None, observation=row, prefix="withdrawal"
    )
    if request.method == "POST" and _saved(withdrawal if withdraws else form, request):
        words = _("Marked as entered in error.") if withdraws else _("Corrected.")
        messages.success(request, words)
        return redirect("portal:chart", shown.pk)
    meanwhile = _instead_of(row)
    context = {
        "patient": shown,
        "who": identity(shown, request.user),
        "row": row,
        "meanwhile": meanwhile,
        "code": codes.find(row.code, row.system),
        "form": form,
        "withdrawal": withdrawal,
        "bound": withdrawal if withdraws else form,
    }
    refused = CONFLICT if meanwhile else UNPROCESSABLE
    status = refused if request.method == "POST" else 200
    return render(
        request, "portal/chart/observations/observation_correct.html", context, status=status
    )


def _instead_of(row: Observation) -> Shown | None:
    """What stands there by now, if a colleague was faster."""
    newest = chart.history(row.patient, row.pk)[0]
    return None if newest.pk == row.pk else _as_recorded(newest)


@require_GET
@requires("observation.read")
def history(request: PersonRequest, patient: UUID, observation: UUID) -> HttpResponse:
    """Every value of the quantity, and all that ever stood in the place of this one."""
    row = _observation(request, patient, observation)
    audit.record(
        actor=request.user,
        act="observation.read",
        patients=[row.patient_id],
        what=f"observation/{row.pk}",
    )
    line = _line_of(row)
    context = {
        "patient": row.patient,
        "who": identity(row.patient, request.user),
        "row": row,
        "line": line,
        "label": line.label if line else row.label or row.code,
        "trend": _trend_of(line),
        "has_people": line is not None and any(s.row.recorded_by_id for s in line.values),
        "chain": [_as_recorded(old) for old in chart.history(row.patient, row.pk)],
    }
    return render(request, "portal/chart/observations/observation_history.html", context)


def _trend_of(line: Line | None) -> Trend | None:
    if line is None or len(line.points) < FEWEST_FOR_TREND:
        return None
    return trend(line.points, reference=line.usual, height=TREND_HEIGHT, with_axes=True)


def _as_recorded(row: Observation) -> Shown:
    """In its own unit: a correction may be of the unit alone."""
    unit = codes.normalise_unit(row.unit)
    return Shown(row, codes.find(row.code, row.system), row.unit or unit, row.value_number)


def _line_of(row: Observation) -> Line | None:
    code = codes.find(row.code, row.system)
    key = code.series_key if code else f"{row.system}|{row.code}"
    return chart.read_chart(row.patient, as_read=True).lines.get(key)


def _next(request: PersonRequest) -> str:
    """Back to the place from which the value was asked for: the chart or a service's form."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    return wanted if wanted.replace("-", "").isalnum() else ""


def _back(request: PersonRequest, patient: Patient) -> str:
    slug = _next(request)
    if request.POST.get("then") == "another":
        again = reverse("portal:observation-add", args=[patient.pk])
        return f"{again}?next={slug}" if slug else again
    if slug and slug != "chart":
        return reverse("portal:run", args=[patient.pk, slug])
    return reverse("portal:chart", args=[patient.pk])
