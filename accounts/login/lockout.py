"""Wrong passwords, at the login and at every question for one's own password: ten, then the end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from axes.handlers.database import AxesDatabaseHandler
from django import forms
from django.conf import settings
from django.contrib.auth import authenticate, logout
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from accounts.models import User

WAIT_SECONDS = 60


class NamelessHandler(AxesDatabaseHandler):  # type: ignore[misc]  # axes has no types
    """Counts failures and keeps nothing of what was typed: a name's field may hold a password."""

    def user_login_failed(
        self, sender: Any, credentials: Any, request: HttpRequest | None = None, **more: Any
    ) -> None:
        with _nothing_typed(request):
            super().user_login_failed(sender, credentials, request, **more)


@contextmanager
def _nothing_typed(request: Any) -> Iterator[None]:
    if request is None:
        yield
        return
    kept = request.GET, request.POST
    request.GET, request.POST = QueryDict(), QueryDict()
    try:
        yield
    finally:
        request.GET, request.POST = kept


def tried_name(request: HttpRequest, credentials: Mapping[str, Any] | None) -> str | None:
    """Whose login is tried, as a keyed hash.

    Axes and Django name that field differently, and a lock that counts under one name and looks
    under the other never closes.
    """
    found = credentials or request.POST
    name = found.get("username") or found.get("login")
    if name is None:
        return None
    return salted_hmac("accounts.lockout", str(name), algorithm="sha256").hexdigest()


def locked_page(
    request: HttpRequest, _response: Any = None, _credentials: Any = None
) -> HttpResponse:
    """Axes' answer at the tenth wrong password; a session that asked for it ends here."""
    in_session = request.user.is_authenticated
    if in_session:
        logout(request)
    page = render(request, "account/locked.html", {"in_session": in_session}, status=429)
    page["Retry-After"] = str(int(settings.AXES_COOLOFF_TIME * 3600))
    return page


def too_many_requests(request: HttpRequest) -> HttpResponse:
    """allauth's answer to too many logins from one place, whatever their names."""
    page = render(request, "429.html", status=429)
    page["Retry-After"] = str(WAIT_SECONDS)
    return page


class OwnPasswordForm(forms.Form):
    """Asks for the person's own password: the machine may have been left open.

    A wrong one counts with those of the login, so a session that somebody found open is no place
    to try passwords without an end.
    """

    password = forms.CharField(
        label=_("Present password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, *args: Any, asked_in: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asked_in = asked_in
        assert isinstance(asked_in.user, User)
        self.user: User = asked_in.user

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        found = authenticate(self.asked_in, username=self.user.get_username(), password=password)
        if found != self.user:
            raise ValidationError(_("This is not your present password."), code="password_wrong")
        return password
