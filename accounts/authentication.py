"""``Authorization: Bearer …`` for REST. Session cookies do not count there."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from accounts import audit, tokens
from accounts.models import ApiToken, User

SCHEME = b"bearer"
PARTS = 2


class BearerAuthentication(BaseAuthentication):
    """A token that is unknown, expired, revoked or of an inactive user looks the same: 401."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        parts = get_authorization_header(request).split()
        if not parts or parts[0].lower() != SCHEME:
            return None
        token = tokens.holder_of(parts[1].decode("latin-1")) if len(parts) == PARTS else None
        if token is None:
            audit.record_refused(actor=None, act="token.refused")
            raise AuthenticationFailed(_("This token is not valid."), code="token_not_valid")
        tokens.note_use(token)
        return token.user, token

    def authenticate_header(self, _request: Request) -> str:
        return "Bearer"
