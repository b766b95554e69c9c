"""Finding a patient. What was searched for is never in an address."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from accounts.models import AuditEvent, User
from accounts.permissions import requires
from diagnosis.portal.frame.access import PersonRequest
from diagnosis.portal.frame.identity import Identity, identities
from diagnosis.portal.frame.names_alike import names_alike
from diagnosis.portal.frame.paging import Shown, page_of
from diagnosis.records import access
from diagnosis.records.finding.patient_search import Query
from diagnosis.records.models import Patient

PAGE = 25
RECENT = 6
LOOK_BACK = 60
LONGEST_QUERY = 120


def _in_order(patients: list[Patient]) -> list[Identity]:
    known = identities(patients)
    return [known[patient.pk] for patient in patients]


def _people(patients: list[Patient]) -> dict[str, object]:
    """Those on the page, and who of them could be taken for another."""
    people = _in_order(patients)
    return {"people": people, "alike": names_alike(people)}


def recently_opened(user: User) -> list[Patient]:
    """The charts that this person opened last and may still see."""
    opened = AuditEvent.objects.filter(actor_id=user.pk, act="patient.read", outcome="success")
    named = opened.order_by("-at").values_list("patients", flat=True)[:LOOK_BACK]
    ids = list(dict.fromkeys(pk for patients in named for pk in patients))[: RECENT * 2]
    seen = Patient.objects.visible_to(user).in_bulk(ids)
    return [seen[pk] for pk in ids if pk in seen][:RECENT]


@require_http_methods(["GET", "POST"])
@requires("patient.search")
def patients(request: PersonRequest) -> HttpResponse:
    if request.method == "POST":
        return _search(request)
    everyone = Patient.objects.visible_to(request.user).filter(is_active=True)
    shown: Shown[Patient] = page_of(
        everyone.order_by("family_name", "given_name", "birth_date", "pk"),
        request.GET.get("page"),
        PAGE,
    )
    recent = recently_opened(request.user) if shown.page == 1 else []
    access.list_patients(request.user, [*recent, *shown.rows])
    context = {"shown": shown, **_people(shown.rows), "recent": _in_order(recent)}
    return render(request, "portal/chart/patients.html", context)


def _search(request: PersonRequest) -> HttpResponse:
    text = request.POST.get("query", "").strip()[:LONGEST_QUERY]
    found = access.search_patients(request.user, Query(text=text))
    context = {"found": found, **_people(found.patients), "query": text}
    return render(request, "portal/chart/patients.html", context)
