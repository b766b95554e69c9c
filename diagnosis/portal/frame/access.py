"""Opening a chart from a page: through the gate, with its event, and 404 for what is not seen."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django_htmx.middleware import HtmxDetails

from accounts import request_facts
from accounts.models import User
from diagnosis.records import access
from diagnosis.records.models import Patient
from medportal.common.errors import DomainError

NOT_FOUND, FORBIDDEN = 404, 403


class PersonRequest(HttpRequest):
    """A request whose user is known to be logged in; used in annotations only."""

    user: User
    htmx: HtmxDetails


def raise_for(error: DomainError) -> None:
    """What a page cannot show in place: a missing row and a forbidden one have their own pages."""
    if error.status == NOT_FOUND:
        raise Http404 from error
    if error.status == FORBIDDEN:
        raise PermissionDenied(error.message) from error


def refused_in_place(request: PersonRequest, error: DomainError) -> None:
    """Tell on the next page what the action refused; the trail says that it did."""
    raise_for(error)
    request_facts.current().refused_in_place = error.code
    messages.error(request, str(error.message))


def take(request: PersonRequest, step: Callable[[], object], done: str) -> None:
    """Take one step and say on the next page that it is done, or why it is not."""
    try:
        step()
    except DomainError as error:
        refused_in_place(request, error)
    else:
        messages.success(request, done)


def take_and_show(
    page: str, request: PersonRequest, row: Model, step: Callable[[], object], done: str
) -> HttpResponse:
    """Take one step on a row; its page says what came of it."""
    take(request, step, done)
    return redirect(page, row.pk)


def open_chart(user: User, patient: UUID, *, what: str = "", act: str = access.OPENED) -> Patient:
    """The patient, audited as ``act``; 404 alike for a stranger's patient and a missing one."""
    try:
        return access.open_chart(user, patient, what=what, act=act)
    except DomainError as error:
        raise_for(error)
        raise
