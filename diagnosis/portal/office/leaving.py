"""An administrator hands over what somebody leaves undecided: counts and colleagues, no patient."""

from __future__ import annotations

from collections import Counter
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.once import once
from accounts.permissions import requires
from diagnosis.inference.actions import hand_over_all, undecided_of
from diagnosis.portal.frame.access import PersonRequest, refused_in_place
from diagnosis.portal.frame.colleagues import doctors_of
from medportal.common.errors import DomainError
from medportal.common.ids import parse_id


@require_http_methods(["GET", "POST"])
@requires("leaver.hand-over")
@once
def hand_over(request: PersonRequest, user: UUID) -> HttpResponse:
    people = User.objects.filter(organisation=request.user.organisation_id)
    leaver = people.filter(pk=user).first()
    if leaver is None:
        raise Http404
    if request.method == "POST":
        wanted = parse_id(request.POST.get("to", ""))
        _hand_over(request, leaver, people.filter(pk=wanted).first() if wanted else None)
        return redirect("portal:leaver", leaver.pk)
    patients = Counter(undecided_of(request.user, leaver).values_list("patient", flat=True))
    takers: Counter[User] = Counter()
    for patient, doctors in doctors_of(patients).items():
        takers.update({doctor: patients[patient] for doctor in doctors if doctor != leaver})
    context = {"leaver": leaver, "total": patients.total(), "takers": takers.most_common()}
    return render(request, "portal/office/leaver.html", context)


def _hand_over(request: PersonRequest, leaver: User, chosen: User | None) -> None:
    if chosen is None:
        messages.error(request, _("Choose a clinician of the organisation."))
        return
    try:
        done = hand_over_all(actor=request.user, leaver=leaver, to=chosen)
    except DomainError as error:
        refused_in_place(request, error)
        return
    text = ngettext(
        "{n} result is now {name}'s to decide.",
        "{n} results are now {name}'s to decide.",
        done.handed_over,
    )
    messages.success(request, text.format(n=done.handed_over, name=chosen))
