"""What every page needs: its navigation, whether it is a demonstration, when the session ends."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts import drafts
from accounts.models import Role
from accounts.rights import offered
from diagnosis.portal.frame.troubles import troubles
from medportal import __version__


@dataclass(frozen=True)
class NavItem:
    label: str | Promise
    route: str
    act: str
    """Whoever may do it finds the place in the navigation."""


NAVIGATION = (
    NavItem(_("Worklist"), "portal:worklist", "decision.record"),
    NavItem(_("Round"), "portal:worklist", "worklist.read"),
    NavItem(_("Patients"), "portal:patients", "patient.search"),
    NavItem(pgettext_lazy("menu", "Services"), "portal:services", "service.read"),
    NavItem(_("Reviews"), "portal:reviews", "version.approve"),
    NavItem(_("Audit trail"), "portal:audit", "audit.search"),
    NavItem(_("Usage"), "portal:usage", "usage.read"),
    NavItem(_("Status"), "operations:status", "status.read"),
    NavItem(_("Administration"), "admin:index", "administration.enter"),
)


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """The places where this person has something to do, each address once."""
    user: Any = request.user
    items: list[dict[str, Any]] = []
    for item in NAVIGATION:
        url = reverse(item.route)
        if offered(user, item.act) and url not in [known["url"] for known in items]:
            current = request.path == url or (url != "/" and request.path.startswith(url))
            items.append({"label": item.label, "url": url, "current": current})
    return items


def here(request: HttpRequest) -> str:
    """The page that a form was on: where an address takes a POST alone, nobody comes back to it."""
    if request.method in ("GET", "HEAD"):
        return request.get_full_path()
    before = urlsplit(request.META.get("HTTP_REFERER", ""))
    if not before.path or before.netloc != request.get_host():
        return request.path
    return str(urlunsplit(("", "", before.path, before.query, "")))


def portal(request: HttpRequest) -> dict[str, Any]:
    user: Any = getattr(request, "user", None)
    known: dict[str, Any] = {"portal_version": __version__, "shown_at": timezone.now()}
    if user is None or not user.is_authenticated:
        return {**known, "demonstration": settings.DEMONSTRATION}
    organisation = user.organisation
    return {
        **known,
        "demonstration": settings.DEMONSTRATION
        or bool(organisation and organisation.is_demonstration),
        "nav": navigation(request),
        "role_names": [Role(role).label for role in user.roles],
        "session_seconds": settings.SESSION_IDLE_SECONDS,
        "here": here(request),
        # called by whole pages alone
        "troubles": partial(troubles, user),
        "draft": partial(drafts.taken, request),
    }
