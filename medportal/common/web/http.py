"""Errors over HTTP: problem details (RFC 9457) with a pointer to each bad field."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator, Sequence
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.exceptions import ValidationError as DjangoValidationError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from medportal.common.errors import DomainError, Pointer
from medportal.common.json_bodies import MOST_NAMED
from medportal.common.web import unavailable

PROBLEM_TYPE = "application/problem+json"
QUESTION = "?"
MACHINE_PREFIXES = ("/api/", "/v2/", "/fhir/", "/cds-services")


def problem_body(
    code: str, message: object, status: int, pointers: Sequence[Pointer] = ()
) -> dict[str, Any]:
    body: dict[str, Any] = {
        "type": f"urn:medportal:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": _printable(message),
    }
    if pointers:
        body["errors"] = [_error(pointer) for pointer in pointers[:MOST_NAMED]]
    if len(pointers) > MOST_NAMED:
        body["errors_left_out"] = len(pointers) - MOST_NAMED
    return body


def _error(found: Pointer) -> dict[str, str]:
    """``pointer`` into the body; ``parameter`` for what stood behind the question mark."""
    where = "parameter" if found.pointer.startswith(QUESTION) else "pointer"
    place = _printable(found.pointer.removeprefix(QUESTION))
    return {where: place, "code": found.code, "detail": _printable(found.message)}


def _printable(message: object) -> str:
    """The framework repeats what was sent; JSON may hold half a character, UTF-8 may not."""
    return str(message).encode("utf-8", "replace").decode()


def problem(
    code: str, message: object, status: int, pointers: Sequence[Pointer] = ()
) -> JsonResponse:
    """A problem as an answer of a plain Django view."""
    body = problem_body(code, message, status, pointers)
    return JsonResponse(body, status=status, content_type=PROBLEM_TYPE)


def exception_handler(error: Exception, _context: dict[str, Any]) -> Response | None:
    """DRF's: every error of a view becomes a problem; what is not expected stays a 500."""
    if isinstance(error, DomainError):
        return _of_ours(error)
    if isinstance(error, Http404):
        error = exceptions.NotFound(_("No such resource."))
    if isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied(_("You may not do this."), "forbidden")
    if isinstance(error, DjangoValidationError):
        error = exceptions.ValidationError(_django_errors(error))
    if isinstance(error, exceptions.ValidationError):
        pointers = list(_pointers(error.get_full_details(), ""))
        return _answer(problem_body("invalid", _("The request is not valid."), 400, pointers))
    if isinstance(error, exceptions.APIException):
        return _of_framework(error)
    return None


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001  # Django's name
    """An address that leads nowhere: a problem for machines, a page for people."""
    if request.path.startswith(MACHINE_PREFIXES):
        return problem("not_found", _("No such resource."), 404)
    return render(request, "404.html", status=404)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001  # Django's name
    """What the server itself could not read, such as ten thousand fields."""
    return unreadable(request, "bad_request", _("The request could not be read."), 400)


def unreadable(request: HttpRequest, code: str, message: str, status: int) -> HttpResponse:
    """A refusal before anybody read the body: a problem for machines, a bare page for people."""
    if request.path.startswith(MACHINE_PREFIXES):
        return problem(code, message, status)
    page = render_to_string("400.html", {"request": request, "message": message})
    return HttpResponse(page, status=status)


def server_error(request: HttpRequest) -> HttpResponse:
    """No detail, no database: whatever went wrong may still be wrong.

    Django calls this while it handles the error, so the error is still to be had.
    """
    if unavailable.is_unavailable(sys.exception()):
        return _unavailable(request)
    if request.path.startswith(MACHINE_PREFIXES):
        return problem("server_error", _("The server could not answer."), 500)
    page = render_to_string("500.html", {"request": request})  # no context processor asks for rows
    return HttpResponse(page, status=500)


def say_when(response: HttpResponse, error: DomainError) -> None:
    """``Retry-After`` for a refusal that ends by itself."""
    if error.retry_after is not None:
        response["Retry-After"] = str(error.retry_after)


def _of_ours(error: DomainError) -> Response:
    response = _answer(problem_body(error.code, error.message, error.status, error.pointers))
    say_when(response, error)
    return response


def _unavailable(request: HttpRequest) -> HttpResponse:
    if request.path.startswith(MACHINE_PREFIXES):
        text = _("The database does not answer or takes nothing now. Nothing is lost; try again.")
        response: HttpResponse = problem("unavailable", text, HTTPStatus.SERVICE_UNAVAILABLE)
    else:
        response = unavailable.page(request)
    response["Retry-After"] = str(unavailable.RETRY_SECONDS)
    return response


def _of_framework(error: exceptions.APIException) -> Response:
    codes = error.get_codes()
    code = codes if isinstance(codes, str) else "invalid"
    response = _answer(problem_body(code, error.detail, error.status_code))
    challenge = getattr(error, "auth_header", None)
    if challenge:
        response["WWW-Authenticate"] = challenge
    wait = getattr(error, "wait", None)
    if wait:
        response["Retry-After"] = str(math.ceil(wait))
    return response


def _answer(body: dict[str, Any]) -> Response:
    set_rollback()
    return Response(body, status=body["status"], content_type=PROBLEM_TYPE)


def _django_errors(error: DjangoValidationError) -> Any:
    return error.message_dict if hasattr(error, "error_dict") else {"": error.messages}


def _pointers(details: Any, path: str) -> Iterator[Pointer]:
    """DRF's nested details as flat JSON pointers."""
    if isinstance(details, dict) and {"message", "code"} == details.keys():
        yield Pointer(path, str(details["code"]), str(details["message"]))
    elif isinstance(details, dict):
        for name, inner in details.items():
            step = "" if name in {"", "non_field_errors"} else f"/{name}"
            yield from _pointers(inner, path + step)
    elif isinstance(details, list):
        leaves = all(isinstance(d, dict) and {"message", "code"} == d.keys() for d in details)
        for index, inner in enumerate(details):
            yield from _pointers(inner, path if leaves else f"{path}/{index}")
