"""Searching in notes, in all charts that one may see or in one. The words stand in no address."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from accounts.permissions import requires
from diagnosis.portal.frame.access import PersonRequest, open_chart, raise_for
from diagnosis.portal.frame.identity import identities
from diagnosis.records import access
from diagnosis.records.finding.note_search import LONGEST, FoundNotes, NoteQuery
from diagnosis.records.models import Patient
from medportal.common.errors import DomainError

UNPROCESSABLE = 422


@require_http_methods(["GET", "POST"])
@requires("note.search")
def notes(request: PersonRequest) -> HttpResponse:
    return _answer(request, None)


@require_http_methods(["GET", "POST"])
@requires("note.search")
def of_chart(request: PersonRequest, patient: UUID) -> HttpResponse:
    """Opening the form is reading the chart's banner; a search has its own event instead."""
    if request.method == "GET":
        return _answer(request, open_chart(request.user, patient, what="search in notes"))
    return _answer(request, access.patient_for(request.user, patient))


def _answer(request: PersonRequest, patient: Patient | None) -> HttpResponse:
    context: dict[str, Any] = {"patient": patient, "longest": LONGEST}
    if request.method == "GET":
        return render(request, "portal/chart/notes.html", context)
    text = request.POST.get("query", "").strip()[:LONGEST]
    context["query"] = text
    wanted = NoteQuery(text, patient, _number(request.POST.get("page", "1")))
    try:
        found = access.search_notes(request.user, wanted)
    except DomainError as error:
        raise_for(error)
        context["error"] = error.message
        return render(request, "portal/chart/notes.html", context, status=UNPROCESSABLE)
    context |= {"found": found, "groups": _grouped(found)}
    return render(request, "portal/chart/notes.html", context)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else 1


def _grouped(found: FoundNotes) -> list[tuple[Any, list[Any]]]:
    """Patient → hits; the numbers of all of them in one query."""
    known = identities(found.patients)
    groups: dict[UUID, list[Any]] = {}
    for hit in found.hits:
        groups.setdefault(hit.note.patient_id, []).append(hit)
    return [(known[pk], hits) for pk, hits in groups.items()]
