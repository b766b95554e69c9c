"""A form that is sent twice stores once: a double click, a slow line, a reload.

Each page that is rendered has a CSRF token of its own (the secret under a new mask), so a token,
an address and the same fields together are one sending. Two of them at the same moment: the second
waits for the first at the unique index, and is sent to where the first one led.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any, TypeVar, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Submission, User

View = TypeVar("View", bound=Callable[..., HttpResponseBase])
TOKEN = "csrfmiddlewaretoken"  # noqa: S105  # the field's name
KEPT_FOR = timedelta(days=1)
REDIRECTS = range(300, 400)


def once(view: View) -> View:
    """Stands next to the view, inside whatever asks for a role, and in the view's transaction."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> HttpResponseBase:
        request = next(arg for arg in args if isinstance(arg, HttpRequest))
        user = request.user
        if request.method != "POST" or TOKEN not in request.POST or not isinstance(user, User):
            return view(*args, **kwargs)
        Submission.objects.filter(user=user, at__lt=timezone.now() - KEPT_FOR).delete()
        sending, is_first = Submission.objects.get_or_create(user=user, key=_key(request))
        if not is_first:
            return _as_before(request, sending)
        response = view(*args, **kwargs)
        location = _led_to(response)
        if location is None:
            sending.delete()  # nothing was stored: mended, or as it is, it may come again
        else:
            Submission.objects.filter(pk=sending.pk).update(location=location[:300])
        return response

    guarded.is_once = True  # type: ignore[attr-defined]
    return cast(View, guarded)


def shown_once(response: HttpResponseBase, after: str) -> HttpResponseBase:
    """Mark an answer whose secret no second sending can show; that one goes to ``after``."""
    response.shown_once = after  # type: ignore[attr-defined]
    return response


def _key(request: HttpRequest) -> str:
    given = [(name, file) for name, files in request.FILES.lists() for file in files]
    files = [(name, file.name, file.size) for name, file in given]
    sent = [request.get_full_path(), sorted(request.POST.lists()), files]
    return hashlib.sha256(json.dumps(sent, default=str).encode()).hexdigest()


def _led_to(response: HttpResponseBase) -> str | None:
    if response.status_code in REDIRECTS:
        return str(response.headers["Location"])
    return getattr(response, "shown_once", None)


def _as_before(request: HttpRequest, sending: Submission) -> HttpResponseBase:
    messages.info(request, _("This was sent twice; it is stored once."))
    return redirect(sending.location or request.path)
