"""When the database is away, full, read-only or too busy: one static page in both languages."""

from __future__ import annotations

import errno

from django.conf import settings
from django.db import Error, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from medportal.common import counters

RETRY_SECONDS = 10
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)
READ_ONLY = "25006"
"""SQLSTATE of a database that takes nothing now; Django calls it an internal error."""


def is_unavailable(error: BaseException | None) -> bool:
    """Whether the database could not serve us, as opposed to a mistake of ours."""
    if isinstance(error, OperationalError | InterfaceError):
        return True
    if isinstance(error, OSError):
        return error.errno in FULL
    cause = error.__cause__ if isinstance(error, Error) else None
    return getattr(cause, "sqlstate", None) == READ_ONLY


def page(request: HttpRequest) -> HttpResponse:
    """What to do on paper meanwhile. Asks nobody: no row, no session, no language of the user."""
    counters.add("unavailable")
    context = {
        "contact": settings.DOWNTIME_CONTACT,
        "languages": [code for code, _ in settings.LANGUAGES],
        "reference": getattr(request, "request_id", ""),
        "retry_seconds": RETRY_SECONDS,
    }
    return HttpResponse(render_to_string("503.html", context), status=503)
