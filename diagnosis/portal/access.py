"""Who may open a page at all. Which rows a person sees is the gate's question, not this one's."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from accounts.models import Role, User
from diagnosis.records.models import Patient

View = Callable[..., HttpResponse]
CHART_READERS = (Role.CLINICIAN, Role.NURSE)


class PersonRequest(HttpRequest):
    """A request whose user is known to be logged in; used in annotations only."""

    user: User


def for_roles(*roles: str) -> Callable[[View], View]:
    """Log in first; then 403 with an explanation unless the person has one of ``roles``."""

    def decorate(view: View) -> View:
        @wraps(view)
        @login_required
        def guarded(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.has_role(*roles):
                raise PermissionDenied(_("Your role does not use this page."))
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def visible_patient(user: User, pk: UUID) -> Patient:
    """The patient, or 404: a stranger's patient and a missing one look the same."""
    patient = Patient.objects.visible_to(user).filter(pk=pk).first()
    if patient is None:
        raise Http404
    return patient
