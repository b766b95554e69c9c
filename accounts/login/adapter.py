"""What we ask of allauth: no sign-up, no mail, and a first page that each role can use."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.urls import reverse

from accounts.login.logins import note_failure
from accounts.models import User
from accounts.request_facts import client_address
from accounts.rights import may

FIRST_PAGES = (
    ("worklist.read", "portal:worklist"),
    ("version.approve", "portal:reviews"),
    ("version.submit", "portal:services"),
    ("audit.search", "portal:audit"),
    ("administration.enter", "admin:index"),
)


def first_page(user: User) -> str:
    """Where the person's work waits; whoever has no role here reads their own account."""
    for act, route in FIRST_PAGES:
        if may(user, act):
            return reverse(route)
    return reverse("accounts:account")


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    def is_open_for_signup(self, _request: HttpRequest) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_address(request)

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Too many attempts on one name, from wherever: refused unread, and in the trail."""
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            note_failure(credentials=credentials)
            raise

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        assert isinstance(request.user, User)
        return first_page(request.user)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        assert isinstance(request.user, User)
        return first_page(request.user)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """MedPortal writes no mail."""

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Pages say themselves what happened."""
