"""Who may use which page: whoever may do its act. Over REST the actions themselves ask."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils.translation import gettext_lazy as _

from accounts.rights import RIGHTS, may, offered

View = TypeVar("View", bound=Callable[..., HttpResponseBase])
CLINICAL = {"patient", "prediction"}
"""What an address calls that which does not exist for somebody who may not see it."""


def requires(act: str) -> Callable[[View], View]:
    """The page is for those who may do this act: others get 403 and a reason, strangers the login.

    Whoever sees no chart at all gets 404 where the address names a patient or a prediction.
    """
    if act not in RIGHTS:
        raise ValueError(f"The table of rights has no act «{act}».")

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            user = request.user
            if not user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if not offered(user, act):
                if CLINICAL & kwargs.keys() and not may(user, "patient.read"):
                    raise Http404
                raise PermissionDenied(_("Your role does not use this page."))
            return view(request, *args, **kwargs)

        guarded.required_act = act  # type: ignore[attr-defined]
        return cast(View, guarded)

    return decorate
