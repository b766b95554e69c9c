"""A half-filled form crosses the language switch: by way of the session, for one page, at once.

The browser's own storage outlives a session and a person, so nothing typed is ever kept there.
"""

from __future__ import annotations

import json
import time
from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest

KEY = "draft"
LONGEST, MOST_FIELDS = 200_000, 500
KEPT_SECONDS = 60


def keep(request: HttpRequest, text: str, address: str) -> None:
    """What stood in the forms of the page at ``address``; whatever is no such thing is dropped."""
    fields = _read(text)
    if fields and request.user.is_authenticated:
        path = urlsplit(address).path
        request.session[KEY] = {"path": path, "fields": fields, "at": int(time.time())}


def taken(request: HttpRequest) -> list[Any] | None:
    """What to fill in on this page again; whichever page comes next, it is there once."""
    if KEY not in request.session:
        return None
    held: dict[str, Any] = request.session.pop(KEY)
    is_fresh = time.time() - held["at"] < KEPT_SECONDS
    return list(held["fields"]) if is_fresh and held["path"] == request.path else None


def _read(text: str) -> list[Any]:
    """``[form, name, [values]]`` for each field, and nothing else."""
    if len(text) > LONGEST:
        return []
    try:
        found = json.loads(text or "[]")
    except (ValueError, RecursionError):
        return []
    return found[:MOST_FIELDS] if isinstance(found, list) and all(map(_is_field, found)) else []


def _is_field(found: Any) -> bool:
    match found:
        case [int(), str(), list(values)]:
            return all(isinstance(value, str) for value in values)
    return False
