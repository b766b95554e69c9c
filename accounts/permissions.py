"""Who may use what, by role. Whoever is not named may not."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext_lazy as _
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.models import Role, User

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


class RolePermission(BasePermission):
    """Reading and writing by role; both empty until a subclass names somebody."""

    read_roles: frozenset[str] = frozenset()
    write_roles: frozenset[str] = frozenset()

    def has_permission(self, request: Request, _view: APIView) -> bool:
        user = request.user
        roles = self.read_roles if request.method in SAFE_METHODS else self.write_roles
        return isinstance(user, User) and user.has_role(*roles)


def roles_may(*, read: tuple[str, ...] = (), write: tuple[str, ...] = ()) -> type[RolePermission]:
    """A permission class: ``permission_classes = [roles_may(read=EVERYBODY, write=(…,))]``."""
    attributes: dict[str, Any] = {
        "read_roles": frozenset(read),
        "write_roles": frozenset(write),
    }
    return type("RolesMay", (RolePermission,), attributes)


EVERYBODY = tuple(Role)
CHART_READERS = (Role.CLINICIAN, Role.NURSE, Role.SERVICE_CLIENT)
CHART_WRITERS = (Role.CLINICIAN, Role.NURSE, Role.SERVICE_CLIENT)
DECIDERS = (Role.CLINICIAN,)
