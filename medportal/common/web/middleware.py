"""What every request and answer has: an identifier, private answers, and an end of the session."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable

import structlog
from django.conf import settings
from django.contrib.auth import logout
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _

from medportal.common.web.http import unreadable

GetResponse = Callable[[HttpRequest], HttpResponse]
POLL_HEADER = "X-MedPortal-Poll"
"""Sent by a page that asks by itself: such a question keeps no session alive."""

TOUCH_SECONDS = 30


class RequestId:
    """``request.request_id``: in the logs, the audit trail and the answer."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request_id = uuid.uuid4().hex
        request.request_id = request_id  # type: ignore[attr-defined]  # ours, on Django's
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            response = self.get_response(request)
        response["X-Request-ID"] = request_id
        return response


class BodyLimit:
    """A body that is too large, or does not say how large it is, is refused before it is read."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or ""
        if not length and request.META.get("HTTP_TRANSFER_ENCODING"):
            message = _("Say how large the body is: Content-Length is missing.")
            return unreadable(request, "length_required", message, 411)
        most = self._most(request.path)
        if length and (not length.isdecimal() or int(length) > most):
            megabytes = f"{most / 1_000_000:g}"
            message = _("This is too large: at most %(most)s MB are taken.") % {"most": megabytes}
            return unreadable(request, "too_large", message, 413)
        return self.get_response(request)

    def _most(self, path: str) -> int:
        limits: dict[str, int] = settings.BODY_LIMITS
        return next((most for prefix, most in limits.items() if path.startswith(prefix)), 0)


class PrivateAnswers:
    """No answer of ours is kept by a browser or a proxy, and fragments differ from pages."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "no-store")
        response["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
        patch_vary_headers(response, ["HX-Request"])
        return response


class SessionLimits:
    """A session ends after a while without a person's act, and in any case after a working day."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            self._check(request)
        return self.get_response(request)

    def _check(self, request: HttpRequest) -> None:
        now = int(time.time())
        session = request.session
        session.setdefault("began_at", now)
        seen = session.setdefault("seen_at", now)
        if seconds_left(session) < 0:
            logout(request)
        elif now - seen > TOUCH_SECONDS and POLL_HEADER not in request.headers:
            session["seen_at"] = now


def seconds_left(session: SessionBase) -> int:
    """How long the session lasts if nobody does anything."""
    now = int(time.time())
    idle = session.get("seen_at", now) + settings.SESSION_IDLE_SECONDS
    longest = session.get("began_at", now) + settings.SESSION_ABSOLUTE_SECONDS
    return int(min(idle, longest)) - now
