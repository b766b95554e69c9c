"""Files of patients: sent in on a page, watched while a worker takes them, and their report."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts import audit
from accounts.once import once
from accounts.permissions import requires
from diagnosis.portal.frame.access import PersonRequest, raise_for
from diagnosis.portal.frame.paging import page_of
from diagnosis.portal.imports.import_page import ImportForm, ImportPage
from diagnosis.records import actions
from diagnosis.records.incoming import table
from diagnosis.records.models import ImportRun
from medportal.common import cells
from medportal.common.errors import DomainError

UNPROCESSABLE, NO_CHANGE = 422, 204
PAGE = 20


@require_http_methods(["GET", "POST"])
@requires("import.request")
@once
def imports(request: PersonRequest) -> HttpResponse:
    """Send a file in; below, what one has sent in before."""
    form = ImportForm(request.POST or None, request.FILES or None, person=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            run = actions.request_import(actor=request.user, wanted=form.wanted)
        except DomainError as error:
            raise_for(error)
            form.add_refusal(error)
        else:
            return redirect("portal:import", run.pk)
    rows = ImportRun.objects.visible_to(request.user).select_related("team")
    shown: Any = page_of(rows.order_by("-requested_at", "pk"), request.GET.get("page"), PAGE)
    context = {"form": form, "shown": shown, "columns": table.COLUMNS}
    status = UNPROCESSABLE if request.method == "POST" else 200
    return render(request, "portal/imports/imports.html", context, status=status)


def _page(request: PersonRequest, pk: UUID, why: str = "") -> ImportPage:
    try:
        run = actions.import_for(request.user, pk)
    except DomainError as error:
        raise Http404 from error
    if why != "progress" or request.GET.get("seen") != ImportPage(run).key:
        audit.record(actor=request.user, act="import.read", what=f"import/{run.pk}", why=why)
    return ImportPage(run)


@require_GET
@requires("import.read")
def import_run(request: PersonRequest, import_run: UUID) -> HttpResponse:
    return render(request, "portal/imports/import.html", {"page": _page(request, import_run)})


@require_GET
@requires("import.read")
def status(request: PersonRequest, import_run: UUID) -> HttpResponse:
    """What a poll asks: nothing where nothing changed."""
    page = _page(request, import_run, why="progress")
    if request.GET.get("seen") == page.key:
        return HttpResponse(status=NO_CHANGE)
    context = {
        "page": page,
        "fragment": "portal/imports/_import_body.html",
        "announcement": page.sentence if page.run.is_settled else "",
    }
    return render(request, "portal/frame/_live.html", context)


@require_GET
@requires("import.read")
def refused(request: PersonRequest, import_run: UUID) -> HttpResponse:
    """The refusals as a table, to put the file right by."""
    page = _page(request, import_run, why="refusals as a table")
    text = cells.table(
        (_("place"), _("row"), _("column"), _("code"), _("what was found")),
        ((f.pointer, f.row, f.column, f.code, f.message) for f in page.findings),
    )
    answer = HttpResponse("\ufeff" + text, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="import-{page.run.pk}-refused.csv"'
    return answer


@require_GET
@requires("import.request")
def template(_request: PersonRequest) -> HttpResponse:
    """An empty table with the columns that are understood."""
    answer = HttpResponse(table.template(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="import-template.csv"'
    return answer
