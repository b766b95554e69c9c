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
from diagnosis.portal.frame.troubles import troubles
from medportal import __version__

CHART = (Role.CLINICIAN, Role.NURSE)


@dataclass(frozen=True)
class NavItem:
    label: str | Promise
    route: str
    roles: tuple[str, ...]


NAVIGATION = (
    NavItem(_("Worklist"), "portal:worklist", (Role.CLINICIAN,)),
    NavItem(_("Round"), "portal:worklist", (Role.NURSE,)),
    NavItem(_("Patients"), "portal:patients", CHART),
    NavItem(
        pgettext_lazy("menu", "Services"),
        "portal:services",
        (*CHART, Role.DATA_SCIENTIST, Role.REVIEWER, Role.ADMINISTRATOR),
    ),
    NavItem(_("Reviews"), "portal:reviews", (Role.REVIEWER,)),
    NavItem(_("Audit trail"), "portal:audit", (Role.PRIVACY_OFFICER,)),
    NavItem(_("Usage"), "portal:usage", (Role.ADMINISTRATOR,)),
    NavItem(_("Status"), "operations:status", (Role.ADMINISTRATOR,)),
    NavItem(_("Administration"), "admin:index", (Role.ADMINISTRATOR,)),
)


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """The places where this person has something to do, each address once."""
    user: Any = request.user
    items: list[dict[str, Any]] = []
    for item in NAVIGATION:
        url = reverse(item.route)
        if user.has_role(*item.roles) and url not in [known["url"] for known in items]:
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
        "can_search": user.has_role(*CHART),
        "may_record": user.has_role(*CHART),
        "may_run": user.has_role(Role.CLINICIAN),
        "session_seconds": settings.SESSION_IDLE_SECONDS,
        "here": here(request),
        # called by whole pages alone
        "troubles": partial(troubles, user),
        "draft": partial(drafts.taken, request),
    }
