"""«Stay logged in»: an act of the person, so the session goes on."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST


@require_POST
@login_required
def stay(_request: HttpRequest) -> HttpResponse:
    return HttpResponse(status=204)
