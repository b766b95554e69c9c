"""Login, logout, password, language, and a person's own account."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from allauth.account.forms import LoginForm
from allauth.account.views import LoginView, LogoutView
from django.conf import settings
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST
from django.views.i18n import set_language as set_language_cookie

from accounts import actions, drafts
from accounts.forms import EndSessionsForm, LanguageForm, PasswordForm, TokenForm
from accounts.login.adapter import first_page
from accounts.login.sessions import state_of
from accounts.models import ApiToken, AuditEvent, Membership, Role, User
from accounts.once import once, shown_once

LOGINS_SHOWN = 8
UNPROCESSABLE = 422
EVERYTHING_OF_THIS_SITE = '"cache", "cookies", "storage"'

login = LoginView.as_view()


class PrivateLogoutView(LogoutView):  # type: ignore[misc]  # allauth has no types
    """Ends the session and asks the browser to forget what it saw: ward computers are shared."""

    def post(self, *args: Any, **kwargs: Any) -> HttpResponse:
        response: HttpResponse = super().post(*args, **kwargs)
        response["Clear-Site-Data"] = EVERYTHING_OF_THIS_SITE
        response.delete_cookie(settings.LANGUAGE_COOKIE_NAME)
        return response


@sensitive_post_parameters()
@require_POST
def login_again(request: HttpRequest) -> HttpResponse:
    """Log in over a page that stayed open: the same form, the same locks, and no other page."""
    form = LoginForm(request.POST, request=request)
    if not form.is_valid():
        reasons = [str(reason) for found in form.errors.values() for reason in found]
        return JsonResponse({"error": " ".join(reasons)}, status=UNPROCESSABLE)
    form.login(request)
    return JsonResponse(state_of(request))


logout = PrivateLogoutView.as_view()


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


@sensitive_post_parameters()
@login_required
@require_http_methods(["GET", "POST"])
@once
def change_password(request: HttpRequest) -> HttpResponse:
    user = _person(request)
    form = PasswordForm(request.POST if request.method == "POST" else None, asked_in=request)
    if form.is_valid():
        had_to = user.must_change_password
        actions.change_password(actor=user, password=form.cleaned_data["new_password"])
        update_session_auth_hash(request, user)
        return redirect(first_page(user) if had_to else "accounts:account")
    status = 422 if form.is_bound else 200
    return render(request, "account/password_change.html", {"form": form}, status=status)


@login_required
@require_http_methods(["GET"])
def account(request: HttpRequest) -> HttpResponse:
    return _account_page(request)


@sensitive_post_parameters()
@login_required
@require_POST
@once
def issue_token(request: HttpRequest) -> HttpResponse:
    """The answer itself shows the token: it is never stored, so no later page could."""
    form = TokenForm(request.POST, asked_in=request)
    if not form.is_valid():
        return _account_page(request, status=422, token_form=form)
    user = _person(request)
    issued = actions.issue_token(
        actor=user,
        user=user,
        name=form.cleaned_data["name"],
        expires_at=form.ends_at,
        scopes=form.cleaned_data["scopes"],
        reason=form.cleaned_data["reason"],
    )
    page = _account_page(request, issued=issued)
    shown_once(page, reverse("accounts:account"))
    return page


@login_required
@require_POST
@once
def revoke_token(request: HttpRequest, token: UUID) -> HttpResponse:
    user = _person(request)
    found = ApiToken.objects.filter(pk=token, user=user).select_related("user").first()
    if found is None:
        raise Http404
    actions.revoke_token(actor=user, token=found)
    return redirect("accounts:account")


@sensitive_post_parameters()
@login_required
@require_POST
@once
def end_sessions(request: HttpRequest) -> HttpResponse:
    user = _person(request)
    form = EndSessionsForm(request.POST, asked_in=request)
    if not form.is_valid():
        return _account_page(request, status=422, sessions_form=form)
    actions.end_other_sessions(actor=user, password=form.cleaned_data["password"])
    update_session_auth_hash(request, user)
    return _account_page(request, sessions_ended=True)


@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """The browser's choice, and the person's: it is there at the next computer, too."""
    form = LanguageForm(request.POST)
    if form.is_valid() and request.user.is_authenticated:
        actions.set_language(actor=_person(request), language=form.cleaned_data["language"])
    answer: HttpResponse = set_language_cookie(request)
    drafts.keep(request, request.POST.get("draft", ""), answer.headers.get("Location", ""))
    return answer


def _account_page(request: HttpRequest, status: int = 200, **extra: Any) -> HttpResponse:
    user = _person(request)
    context: dict[str, Any] = {
        "roles": [Role(role).label for role in user.roles],
        "memberships": Membership.objects.current().filter(user=user).select_related("team"),
        "tokens": ApiToken.objects.filter(user=user),
        "logins": AuditEvent.objects.filter(actor_id=user.pk, act__in=["login", "login.failed"])[
            :LOGINS_SHOWN
        ],
        "languages": settings.LANGUAGES,
        "now": timezone.now(),
        "token_form": TokenForm(asked_in=request),
        "sessions_form": EndSessionsForm(asked_in=request),
    }
    return render(request, "accounts/account.html", {**context, **extra}, status=status)
