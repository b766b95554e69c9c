"""Who may use which page, by role. Over REST the actions themselves ask."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext_lazy as _

View = TypeVar("View", bound=Callable[..., HttpResponseBase])


def require_role(*roles: str) -> Callable[[View], View]:
    """Only these roles use the page: others get 403 and a reason, strangers the login."""
    if not roles:
        raise ValueError("Name the roles that may use the page.")

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            user = request.user
            if not user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if not user.has_role(*roles):
                raise PermissionDenied(_("Your role does not use this page."))
            return view(request, *args, **kwargs)

        guarded.required_roles = frozenset(roles)  # type: ignore[attr-defined]
        return cast(View, guarded)

    return decorate
