"""What a token is good for: every view of REST names the scope of each of its acts, or answers 403.

A view says it in one line, by the action of a viewset or by the method of a plain view:
``scopes = {"list": Scope.READ, "create": Scope.WRITE}`` or ``{"GET": Scope.READ}``.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from accounts.models import ApiToken, Scope


class InScope(BasePermission):
    """Denies what no scope was declared for; what a view does not answer at all stays a 405."""

    code = "scope_missing"

    def has_permission(self, request: Request, view: Any) -> bool:
        name = act_of(request, view)
        if name is None:
            return True
        needed: str | None = getattr(view, "scopes", {}).get(name)
        self.message = _("This token lacks the scope «%(scope)s».") % {"scope": needed or name}
        return needed is not None and holds(request, needed)


def holds(request: Request, scope: str) -> bool:
    """Whether the token of ``request`` has ``scope``; without a token nothing has."""
    token = request.auth
    return isinstance(token, ApiToken) and scope in token.scopes


def may_explain(request: Request) -> bool:
    return holds(request, Scope.EXPLAIN)


def act_of(request: Request, view: Any) -> str | None:
    """The viewset's action or the method; nothing where the view has no such method."""
    method = "GET" if request.method == "HEAD" else str(request.method)
    if method not in view.allowed_methods or method == "OPTIONS":
        return None  # a description of the address, without a row
    action: str | None = getattr(view, "action", None)
    return action or method
