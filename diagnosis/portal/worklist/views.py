"""The start page: what is mine, what is new, what runs; for nurses, what services still need."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from urllib.parse import urlencode
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from accounts import audit
from accounts.login.adapter import first_page
from accounts.models import User
from accounts.rights import offered
from diagnosis.inference.before.own_estimate import with_own_estimates_first
from diagnosis.inference.lists.worklist import (
    WorklistFilter,
    by_shown_risk,
    in_order,
    look,
    services_in_worklist,
    with_details,
)
from diagnosis.inference.models import Job, Prediction
from diagnosis.portal.frame.access import PersonRequest
from diagnosis.portal.frame.paging import Shown, pages_of, shown_of
from diagnosis.portal.frame.worklist_filters import Filters, filters_of
from diagnosis.portal.worklist.needs import needs_of
from diagnosis.portal.worklist.rows import rows_of
from diagnosis.results import has_headline, offers
from diagnosis.results.kind import Panel

PAGE = 25
MOST_PAGES = 100_000
EVERYTHING = "all"
"""Said in the address: without a word it means what was chosen last."""
State = Job.State
UNDECIDED = Q(state=State.DONE, decided_at=None)


@dataclass(frozen=True)
class Chip:
    """One filter, always visible, with how many it would show."""

    code: str
    label: str | Promise
    count: int
    is_on: bool
    query: str


def _conditions(user: User) -> dict[str, tuple[str | Promise, Q]]:
    last = user.previous_visit_at or timezone.now()
    return {
        "mine": (_("Mine, awaiting decision"), UNDECIDED & Q(owner=user)),
        "undecided": (_("All undecided"), UNDECIDED),
        "running": (_("Running"), Q(state__in=Job.PENDING)),
        "refused": (
            _("Refused or failed"),
            Q(state__in=[State.REFUSED, State.FAILED], dismissed_at=None),
        ),
        "new": (_("New since my last visit"), Q(changed_at__gt=last)),
    }


@require_GET
@login_required
def worklist(request: PersonRequest) -> HttpResponse:
    user = request.user
    if not offered(user, "worklist.read"):
        return redirect(first_page(user))
    listed = _Listed(user, filters_of(request), request.GET.get("page"))
    shown = listed.shown
    rows = listed.whole(shown.rows)
    patients = [row.patient_id for row in rows]
    audit.record(actor=user, act="worklist.read", patients=[pk for pk in patients if pk])
    is_nurse = not offered(user, "decision.record")
    context = {
        "rows": rows_of(rows, user),
        "shown": shown,
        "chips": listed.chips,
        "total": listed.total,
        "services": listed.services,
        "service": listed.service,
        "asks_cohort": listed.asks_cohort,
        "has_headline": listed.has_headline,
        "show": listed.show,
        "by_risk": listed.by_risk,
        "updated": timezone.now(),
        "is_nurse": is_nurse,
        "needs": needs_of(user) if is_nurse else [],
        "page_keeps": listed.kept,
    }
    return render(request, "portal/worklist/worklist.html", context)


class _Listed:
    """The worklist under the filters of this address."""

    def __init__(self, user: User, filters: Filters, page: str | None) -> None:
        self.user = user
        self.conditions = _conditions(user)
        self.services = list(services_in_worklist(user))
        self.show = filters.show if filters.show in self.conditions else ""
        known = [service.slug for service in self.services]
        self.service = filters.service if filters.service in known else ""
        chosen = [one.definition for one in self.services if one.slug == self.service]
        self.asks_cohort = any(offers(sheet, Panel.COHORT) for sheet in chosen)
        self.has_headline = any(has_headline(sheet) for sheet in chosen)
        self.by_risk = bool(self.has_headline and filters.risk)
        self.all = in_order(user, self.services, WorklistFilter(service=self.service))
        if self.by_risk:
            self.all = by_shown_risk(self.all, user)
        self.shown, counts = self._page(page)
        self.total = counts.get("all", 0)
        self.chips = [self._chip("", _("All"), self.total)] + [
            self._chip(code, label, counts.get(code, 0))
            for code, (label, _q) in self.conditions.items()
        ]

    def _chip(self, code: str, label: str | Promise, count: int) -> Chip:
        query = urlencode({"show": code or EVERYTHING, "service": self.service})
        return Chip(code, label, count, code == self.show, query)

    def _page(self, wanted: str | None) -> tuple[Shown[UUID], dict[str, int]]:
        """Which results stand on the page, and how many there are: sorted by what an index holds.

        One service alone by risk: its probabilities mean the same; what expired has none.
        """
        only = self.conditions[self.show][1] if self.show else None
        if self.by_risk:
            done = Q(state=State.DONE)
            only = done if only is None else only & done
        filters = {code: condition for code, (_label, condition) in self.conditions.items()}
        seek = partial(look, self.all, filters, only=only, size=PAGE)
        asked = min(max(1, int(wanted)), MOST_PAGES) if wanted and wanted.isdecimal() else 1
        looked = seek(first=(asked - 1) * PAGE)
        if not looked.rows and asked != 1:  # a number that makes no sense: the nearest that does
            asked = pages_of(seek(first=0).shown, PAGE)
            looked = seek(first=(asked - 1) * PAGE)
        return shown_of(looked.rows, looked.shown, asked, PAGE), looked.counts

    def whole(self, shown: list[UUID]) -> list[Prediction]:
        """The results themselves, in the page's order."""
        found = Prediction.objects.visible_to(self.user).filter(pk__in=shown)
        detailed = with_details(found, self.user).defer(None)
        listed = with_own_estimates_first(self.user, detailed)
        rows = {row.pk: row for row in listed}
        return [rows[pk] for pk in shown if pk in rows]

    @property
    def kept(self) -> str:
        parts = {"show": self.show, "service": self.service, "risk": "1" if self.by_risk else ""}
        found = urlencode({name: value for name, value in parts.items() if value})
        return f"&{found}" if found else ""
