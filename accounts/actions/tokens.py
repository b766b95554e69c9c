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
from accounts.administration import demand_in_house
from accounts.api_tokens.tokens import PREFIX, digest_of
from accounts.models import EVERYDAY, ApiToken, Scope, User
from accounts.request_facts import operator
from accounts.rights import is_program
from medportal.common.errors import DomainError, Pointer
from medportal.common.signs import comma

LONGEST = timedelta(days=366)
USUAL = timedelta(days=90)
LONGEST_WITHOUT_REASON = timedelta(days=90, minutes=1)


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
    reason: str = "",
) -> IssuedToken:
    """A new token of ``user``: their own, or of a service client by its administrator.

    Nobody gets a token that acts as another person; the operator at the machine may, by name.
    """
    _demand_own_or_of_a_program(actor, user)
    now = timezone.now()
    ends = expires_at or now + USUAL
    if not now < ends <= now + LONGEST:
        raise DomainError(
            "token_expiry", _("A token ends in the future, and within a year at the latest.")
        )
    if actor == user and ends > now + LONGEST_WITHOUT_REASON and not reason.strip():
        raise DomainError(
            "token_reason",
            _("Say why a token has to hold for more than 90 days."),
            pointers=[Pointer("/reason", "required", _("Say why."))],
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
        issued_by=(str(actor) if actor else operator())[:150],
    )
    _record(actor, "token.issue", token, why=reason.strip())
    return IssuedToken(token, secret)


def _demand_own_or_of_a_program(actor: User | None, user: User) -> None:
    if actor is None or actor == user:
        return
    demand_in_house(actor, "token.issue", user.organisation_id)
    if not (user.is_active and is_program(user.roles)):
        raise DomainError(
            "token_of_a_person",
            _("People issue their own tokens, on their account page; you issue those of programs."),
            status=403,
        )


@transaction.atomic
def revoke_token(*, actor: User | None, token: ApiToken) -> ApiToken:
    if actor != token.user:
        demand_in_house(actor, "token.revoke", token.user.organisation_id)
    if token.revoked_at is None:
        token.revoked_at = timezone.now()
        token.save(update_fields=["revoked_at"])
        _record(actor, "token.revoke", token)
    return token


def check_scopes(scopes: Iterable[str]) -> list[str]:
    """``scopes`` in their usual order; a token that may do nothing is a mistake."""
    wanted = set(scopes)
    if not wanted or not wanted <= set(Scope.values):
        known = comma().join(Scope.values)
        raise DomainError(
            "token_scope",
            _("A token needs one or more of these scopes: %(known)s.") % {"known": known},
        )
    return [scope for scope in Scope.values if scope in wanted]


def _record(actor: User | None, act: str, token: ApiToken, why: str = "") -> None:
    ends = token.expires_at
    audit.record(
        actor=actor,
        act=act,
        what=f"token:{token.pk}",
        why=why,
        detail={
            "username": token.user.username,
            "name": token.name,
            "scopes": token.scopes,
            "until": ends.isoformat() if ends else None,
        },
        organisation=token.user.organisation,
    )
