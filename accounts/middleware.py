"""The boundary of a request: facts for the trail, refusals, the person's language and password."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import translation

from accounts import acts, audit, request_facts
from accounts.models import AuditEvent
from medportal.common.errors import DomainError
from medportal.common.ids import parse_id
from medportal.common.preferred_units import preferring
from medportal.common.room import require_room
from medportal.common.web.http import not_found, problem, say_when

GetResponse = Callable[[HttpRequest], HttpResponseBase]
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
REFUSALS = (
    HTTPStatus.FORBIDDEN,
    HTTPStatus.NOT_FOUND,
    HTTPStatus.CONFLICT,
    HTTPStatus.GONE,
    HTTPStatus.TOO_MANY_REQUESTS,
)
OPEN_TO_ONE_TIME_PASSWORDS = (
    "account_change_password",
    "account_logout",
    "set_language",
)


class RequestFacts:
    """Says from where a request comes, and writes one event for each act that it refused.

    The view's transaction has ended by the time the answer is here, so an event written now
    stays although the act was rolled back; if it cannot be written, the answer is an error.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        found = request_facts.Facts(
            source=request_facts.client_address(request),
            channel=_channel(request.path_info),
            request_id=getattr(request, "request_id", "") or uuid4().hex,
            has_boundary=True,
        )
        with request_facts.facts(found):
            response = self.get_response(request)
            if not found.refusals:
                _note_refusal(request, response)
            if found.refusals:
                audit.write_apart(found.refusals)
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """A page whose action refused: what was refused and why, not an error of the server."""
        if not isinstance(error, DomainError):
            return None
        return _refusal(request, error)


def _refusal(request: HttpRequest, error: DomainError) -> HttpResponse:
    if request_facts.current().channel == "api":
        answer: HttpResponse = problem(error.code, error.message, error.status, error.pointers)
        say_when(answer, error)
        return answer
    if error.status == HTTPStatus.NOT_FOUND:
        return not_found(request)
    context = {"message": error.message, "pointers": error.pointers}
    page = render(request, "accounts/refused.html", context, status=error.status)
    say_when(page, error)
    return page


class RoomForUploads:
    """No file is taken in while the disk is nearly full; everything else goes on."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, _view: Any, _args: Any, _kwargs: Any
    ) -> HttpResponse | None:
        if request.content_type != "multipart/form-data":
            return None
        try:
            require_room()
        except DomainError as error:
            return _refusal(request, error)
        return None


def _channel(path: str) -> str:
    if path.startswith(("/api/", "/v2/", "/fhir/", "/cds-services")):
        return "api"
    return "admin" if path.startswith("/admin/") else "web"


def _note_refusal(request: HttpRequest, response: HttpResponseBase) -> None:
    in_place = request_facts.current().refused_in_place
    outcome = AuditEvent.Outcome.REFUSED if in_place else _outcome(request, response.status_code)
    match = request.resolver_match
    if outcome is None or match is None or not request.user.is_authenticated:
        return
    audit.record_refused(
        actor=request.user,
        act=acts.ROUTES.get(match.view_name, "request"),
        patients=_patients(match.view_name, match.kwargs),
        what=match.view_name,
        outcome=outcome,
        detail={
            "status": response.status_code,
            **({"code": in_place} if in_place else {}),
            "method": request.method,
            "target": {name: str(value)[:60] for name, value in match.kwargs.items()},
        },
    )


def _outcome(request: HttpRequest, status: int) -> str | None:
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return AuditEvent.Outcome.FAILED
    if status in REFUSALS:
        return AuditEvent.Outcome.REFUSED
    if status >= HTTPStatus.BAD_REQUEST and request.method not in SAFE_METHODS:
        return AuditEvent.Outcome.REFUSED
    return None


def _patients(view_name: str, kwargs: dict[str, Any]) -> list[UUID]:
    named = kwargs.get("patient")
    if named is None and "patient" in view_name:
        named = kwargs.get("pk") or kwargs.get("id")
    found = parse_id(named)
    return [found] if found else []


class PersonalLanguage:
    """Shows pages in the language that the person chose, on whatever machine they sit."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        chosen = request.user.language if request.user.is_authenticated else ""
        if chosen in dict(settings.LANGUAGES):
            translation.activate(chosen)
            request.LANGUAGE_CODE = chosen
        return self.get_response(request)


class PreferredUnits:
    """Shows quantities in the units of the person's organisation; asked for only where one is."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        def chosen() -> Mapping[str, str]:
            organisation = request.user.organisation if request.user.is_authenticated else None
            return organisation.preferred_units if organisation else {}

        with preferring(chosen):
            return self.get_response(request)


class OneTimePassword:
    """Nobody goes on with a password that an administrator knows: the next page is the change."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, _view: Any, _args: Any, _kwargs: Any
    ) -> HttpResponse | None:
        user = request.user
        if request_facts.current().channel == "api":
            return None  # tokens alone count there
        if not user.is_authenticated or not user.must_change_password:
            return None
        match = request.resolver_match
        if match is not None and match.view_name in OPEN_TO_ONE_TIME_PASSWORDS:
            return None
        return redirect("account_change_password")
