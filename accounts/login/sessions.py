"""What an open page has to know of the session: whose it is, and for how long."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.middleware.csrf import get_token

from medportal.common.web.middleware import seconds_left


def state_of(request: HttpRequest) -> dict[str, Any]:
    """Whose session it is and how long it lasts; the token goes with the present login."""
    user = request.user
    found: dict[str, Any] = {"user": "", "seconds": 0, "csrf": get_token(request)}
    if user.is_authenticated:
        found |= {"user": user.get_username(), "seconds": seconds_left(request.session)}
    return found
