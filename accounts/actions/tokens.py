"""API tokens: issued once in clear, kept as a hash, revoked for good."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.administration import demand_administrator
from accounts.models import EVERYDAY, ApiToken, Scope, User
from accounts.tokens import PREFIX, digest_of
from medportal.common.errors import DomainError

LONGEST = timedelta(days=366)
USUAL = timedelta(days=90)


class IssuedToken(NamedTuple):
    token: ApiToken
    secret: str
    """Shown to the person now, and never again."""


@transaction.atomic
def issue_token(
    *,
    actor: User | None,
    user: User,
    name: str = "",
    expires_at: datetime | None = None,
    scopes: Iterable[str] = EVERYDAY,
) -> IssuedToken:
    """A new token of ``user``, for themselves or by their administrator. It always ends."""
    if actor != user:
        demand_administrator(actor, user.organisation_id)
    now = timezone.now()
    ends = expires_at or now + USUAL
    if not now < ends <= now + LONGEST:
        raise DomainError(
            "token_expiry", _("A token ends in the future, and within a year at the latest.")
        )
    if not user.is_active:
        raise DomainError("user_inactive", _("This account is not active."))
    allowed = check_scopes(scopes)
    secret = PREFIX + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        user=user,
        name=name.strip()[:80],
        digest=digest_of(secret),
        expires_at=ends,
        scopes=allowed,
    )
    _record(actor, "token.issue", token)
    return IssuedToken(token, secret)


@transaction.atomic
def revoke_token(*, actor: User | None, token: ApiToken) -> ApiToken:
    if actor != token.user:
        demand_administrator(actor, token.user.organisation_id)
    if token.revoked_at is None:
        token.revoked_at = timezone.now()
        token.save(update_fields=["revoked_at"])
        _record(actor, "token.revoke", token)
    return token


def check_scopes(scopes: Iterable[str]) -> list[str]:
    """``scopes`` in their usual order; a token that may do nothing is a mistake."""
    wanted = set(scopes)
    if not wanted or not wanted <= set(Scope.values):
        known = ", ".join(Scope.values)
        raise DomainError(
            "token_scope",
            _("A token needs one or more of these scopes: %(known)s.") % {"known": known},
        )
    return [scope for scope in Scope.values if scope in wanted]


def _record(actor: User | None, act: str, token: ApiToken) -> None:
    audit.record(
        actor=actor,
        act=act,
        what=f"token:{token.pk}",
        detail={"username": token.user.username, "name": token.name, "scopes": token.scopes},
        organisation=token.user.organisation,
    )
