"""How long the session lasts: asked by an open page, lengthened by a person's click."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_http_methods, require_POST

from accounts.sessions import state_of


@require_http_methods(["GET", "POST"])
def session(request: HttpRequest) -> HttpResponse:
    """A page asks by GET, with the header of a poll; «stay logged in» is an act of the person."""
    return stay(request) if request.method == "POST" else JsonResponse(state_of(request))


@require_POST
@login_required
def stay(request: HttpRequest) -> HttpResponse:
    return JsonResponse(state_of(request))
