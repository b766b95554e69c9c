"""A person's session: how long it lasts, and which folds of a page they keep open in it."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_http_methods, require_POST

from accounts.login.sessions import state_of

KEPT = "folds"
FOLDS = {"reasons": True, "evidence": False, "history": False}
"""Parts of the result; whether they are open for who has chosen nothing."""


@require_http_methods(["GET", "POST"])
def session(request: HttpRequest) -> HttpResponse:
    """A page asks by GET, with the header of a poll; «stay logged in» is an act of the person."""
    return stay(request) if request.method == "POST" else JsonResponse(state_of(request))


@require_POST
@login_required
def stay(request: HttpRequest) -> HttpResponse:
    return JsonResponse(state_of(request))


def folds_of(request: HttpRequest) -> dict[str, bool]:
    return FOLDS | (request.session.get(KEPT) or {})


@require_POST
@login_required
def fold(request: HttpRequest) -> HttpResponse:
    """Opened or closed by hand: it stays so until the session ends."""
    name = request.POST.get("fold", "")
    if name not in FOLDS:
        raise Http404
    request.session[KEPT] = folds_of(request) | {name: request.POST.get("open") == "1"}
    return HttpResponse(status=204)
