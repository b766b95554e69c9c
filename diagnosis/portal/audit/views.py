"""The audit trail, for the privacy officer: asked by POST, and itself in the trail."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import audit as trail_of
from accounts.permissions import requires
from diagnosis.portal.audit import trail, trail_file
from diagnosis.portal.audit.forms import TrailForm
from diagnosis.portal.frame.access import PersonRequest
from diagnosis.portal.frame.identity import Identity, identities
from diagnosis.records import names
from diagnosis.records.finding import patient_search
from diagnosis.records.models import Patient

UNPROCESSABLE = 422
MOST_ROWS = 10_000
CSV = "text/csv; charset=utf-8"


@require_http_methods(["GET", "POST"])
@requires("audit.search")
def audit(request: PersonRequest) -> HttpResponse:
    officer = request.user
    form = TrailForm(request.POST if request.method == "POST" else {}, officer=officer)
    if not form.is_valid():
        return render(request, "portal/audit/audit.html", {"form": form}, status=UNPROCESSABLE)
    query, question = form.cleaned_data["query"].strip(), form.question
    if query and not question.patient:
        return _choose_patient(request, form, query)
    patient = _identity(request, question)
    if question.patient and patient is None:
        question = trail.Question(aim=question.aim)  # not of this house: as if not asked
    if form.cleaned_data["form"] == "csv":
        return _file(request, form, question, patient)
    page = trail.page_of(officer, question, form.cleaned_data["page"] or 1)
    trail_of.record(
        actor=officer,
        act="audit.search",
        patients=[patient.patient.pk] if patient else [],
        detail={"asked": question.parts, "page": page.number},
    )
    context = {"form": form, "page": page, "who": patient, "keeps": _kept(form)}
    return render(request, "portal/audit/audit.html", context)


def _file(
    request: PersonRequest, form: TrailForm, question: trail.Question, patient: Identity | None
) -> HttpResponse:
    """The whole answer as a table, or none of it: a part would look like the whole."""
    found = list(trail.events(request.user, question)[: MOST_ROWS + 1])
    if len(found) > MOST_ROWS:
        form.add_error(None, _("More than ten thousand events: narrow the question by days."))
        return render(request, "portal/audit/audit.html", {"form": form}, status=UNPROCESSABLE)
    trail_of.record(
        actor=request.user,
        act="audit.export",
        patients=[patient.patient.pk] if patient else [],
        detail={"asked": question.parts, "events": len(found)},
    )
    answer = HttpResponse(trail_file.table_of(request.user, found), content_type=CSV)
    answer["Content-Disposition"] = 'attachment; filename="audit-trail.csv"'
    return answer


def _choose_patient(request: PersonRequest, form: TrailForm, query: str) -> HttpResponse:
    """Names and numbers of those who match; the event holds the question's keyed hash alone."""
    officer = request.user
    found = patient_search.find_identities(officer, patient_search.Query(text=query))
    trail_of.record(
        actor=officer,
        act="patient.search",
        patients=[patient.pk for patient in found.patients],
        detail={
            "total": found.total,
            "by": found.by,
            "hash": names.identifier_hash(officer.organisation_id, query),
        },
    )
    people = list(identities(found.patients).values())
    context = {"form": form, "found": found, "people": people, "keeps": _kept(form)}
    return render(request, "portal/audit/audit.html", context)


def _identity(request: PersonRequest, question: trail.Question) -> Identity | None:
    if question.patient is None:
        return None
    rows = Patient.unscoped.identifiable_to(request.user).filter(pk=question.patient)
    return next(iter(identities(rows).values()), None)


def _kept(form: TrailForm) -> list[tuple[str, Any]]:
    """The question again, for the buttons that ask for its next page or its patient."""
    return [
        (name, form[name].value())
        for name in ("person", "aim", "act", "outcome", "since", "until", "patient")
        if form[name].value()
    ]
