"""What a login, a failed one and a logout leave behind."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from accounts import audit
from accounts.models import AuditEvent, User


@transaction.atomic
def note_login(*, request: HttpRequest | None, user: User, **_: Any) -> None:
    """Visits are counted by logins: «new since my last visit» looks back to the one before."""
    user.previous_visit_at, user.last_visit_at = user.last_visit_at, timezone.now()
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "") if request else ""
    if chosen in dict(settings.LANGUAGES):
        user.language = chosen  # the choice on the login page is the newer one
    user.save(update_fields=["previous_visit_at", "last_visit_at", "language"])
    handed_over = {"one_time_password": True} if user.must_change_password else {}
    audit.record(actor=user, act="login", detail=handed_over)


@transaction.atomic
def note_logout(*, user: User | None, **_: Any) -> None:
    if user is not None:
        audit.record(actor=user, act="logout")


@transaction.atomic
def note_failure(
    *, credentials: dict[str, Any], request: HttpRequest | None = None, **_: Any
) -> None:
    """Names only accounts that exist: what is typed into a wrong field may be a password.

    Inside a session it was a question for one's own password: the event says on which page.
    """
    match = request.resolver_match if request is not None else None
    inside = request is not None and request.user.is_authenticated and match is not None
    user = User.objects.filter(username=str(credentials.get("username", ""))).first()
    audit.record(
        actor=user,
        act="login.failed",
        outcome=AuditEvent.Outcome.REFUSED,
        detail={
            "known": user is not None,
            **({"asked_by": match.view_name} if inside and match else {}),
        },
    )


def connect() -> None:
    user_logged_in.connect(note_login, dispatch_uid="accounts.login")
    user_logged_out.connect(note_logout, dispatch_uid="accounts.logout")
    user_login_failed.connect(note_failure, dispatch_uid="accounts.login.failed")
