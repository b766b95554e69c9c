"""The services: what each answers, for whom, how well, and whether it runs today."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import User
from accounts.once import once
from accounts.permissions import requires
from accounts.rights import offered
from diagnosis.inference.lists.tallies import tally_of_service
from diagnosis.inference.lists.ward import Ward
from diagnosis.portal.frame.access import PersonRequest, refused_in_place
from diagnosis.portal.frame.identity import Identity, identities
from diagnosis.portal.version.forms import ReasonForm
from diagnosis.portal.version.version_card import card
from diagnosis.portal.words.added_value import added_value
from diagnosis.portal.words.tally import ShownTally, shown_tally
from diagnosis.records import access
from diagnosis.records.finding.patient_search import Query
from diagnosis.registry import actions
from diagnosis.registry.models import ModelVersion, Service, VersionEvent
from medportal.common.errors import DomainError

LONGEST_QUERY = 120
State = ModelVersion.State
IN_USE = (State.PUBLISHED, State.STOPPED)
WAITING = (State.SUBMITTED, State.APPROVED)


@dataclass(frozen=True)
class Listed:
    """One service with the version that answers it, and whether one waits for review."""

    service: Service
    version: ModelVersion | None
    waiting: int

    @property
    def is_running(self) -> bool:
        return self.version is not None and self.version.state == State.PUBLISHED


def _visible(user: User) -> list[Service]:
    return list(Service.objects.met_by(user).order_by("slug"))


def _in_use(versions: list[ModelVersion]) -> ModelVersion | None:
    """The version that doctors meet: published, or stopped until it goes on."""
    order = {State.PUBLISHED: 0, State.STOPPED: 1}
    known = [v for v in versions if v.state in IN_USE]
    return min(known, key=lambda v: (order[State(v.state)], -v.number), default=None)


@require_GET
@requires("service.read")
def services(request: PersonRequest) -> HttpResponse:
    found = _visible(request.user)
    versions: dict[Any, list[ModelVersion]] = {}
    states = (*IN_USE, *WAITING)
    rows = ModelVersion.objects.filter(service__in=found, state__in=states)
    for version in rows.defer("manifest").select_related("published_by"):
        versions.setdefault(version.service_id, []).append(version)
    listed = [
        Listed(
            service,
            _in_use(versions.get(service.pk, [])),
            sum(v.state in WAITING for v in versions.get(service.pk, [])),
        )
        for service in found
    ]
    return render(request, "portal/service/services.html", {"listed": listed})


def _service(user: User, slug: str) -> Service:
    service = next((s for s in _visible(user) if s.slug == slug), None)
    if service is None:
        raise Http404
    return service


@require_http_methods(["GET", "POST"])
@requires("service.read")
def service(request: PersonRequest, slug: str) -> HttpResponse:
    """The sheet and the card in the order in which a clinician asks; POST finds a patient."""
    shown = _service(request.user, slug)
    people, query = _search(request) if request.method == "POST" else (None, "")
    return _page(request, shown, {"people": people, "query": query})


def _search(request: PersonRequest) -> tuple[list[Identity], str]:
    text = request.POST.get("query", "").strip()[:LONGEST_QUERY]
    if not offered(request.user, "prediction.request"):
        raise Http404
    found = access.search_patients(request.user, Query(text=text))
    known = identities(found.patients)
    return [known[patient.pk] for patient in found.patients], text


def _page(
    request: PersonRequest, shown: Service, more: dict[str, Any], status: int = 200
) -> HttpResponse:
    rows = shown.versions.filter(state__in=IN_USE).select_related("published_by", "service")
    version = _in_use(list(rows))
    stopped = None
    if version is not None and version.state == State.STOPPED:
        stopped = VersionEvent.objects.filter(version=version, to_state=State.STOPPED).last()
    context = {
        "service": shown,
        "sheet": shown.definition,
        "version": version,
        "stopped": stopped,
        "card": card(version) if version else None,
        "added": added_value(version) if version else None,
        "versions": shown.versions.defer("manifest").order_by("-number"),
        "estimates": _everybodys(shown),
        "ward": Ward(shown, request.user) if offered(request.user, "ward.read") else None,
        "form": ReasonForm(),
        **more,
    }
    return render(request, "portal/service/service.html", context, status=status)


def _everybodys(service: Service) -> ShownTally | None:
    """All own estimates together, where enough people gave enough of them."""
    tally = tally_of_service(service) if service.ask_own_estimate else None
    return shown_tally(tally) if tally else None


@require_POST
@requires("version.stop")
@once
def stop(request: PersonRequest, slug: str) -> HttpResponse:
    """Stop the published version at once, with the reason that open pages will show."""
    shown = _service(request.user, slug)
    form = ReasonForm(request.POST)
    version = shown.versions.filter(state=State.PUBLISHED).first()
    if version is None:
        messages.warning(request, _("No version of this service is published."))
        return redirect("portal:service", slug=slug)
    if not form.is_valid():
        return _page(request, shown, {"form": form}, status=400)
    try:
        actions.stop_version(
            actor=request.user, version=version, reason=form.cleaned_data["reason"]
        )
    except DomainError as error:
        refused_in_place(request, error)
    else:
        messages.success(request, _("Stopped. Open pages say so at their next look."))
    return redirect("portal:service", slug=slug)
