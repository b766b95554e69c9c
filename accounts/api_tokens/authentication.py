"""``Authorization: Bearer …`` for REST. Session cookies do not count there."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed, Throttled
from rest_framework.request import Request

from accounts import audit, request_facts
from accounts.api_tokens import tokens
from accounts.models import ApiToken, User

SCHEME = b"bearer"
PARTS = 2
ENDINGS = {
    "": _("This token is not valid."),
    "expired": _("This token has expired. Ask for a new one."),
    "revoked": _("This token was revoked. Ask for a new one."),
}


class BearerAuthentication(BaseAuthentication):
    """401 for a token that is unknown or of an inactive user, and for one that ended, with how.

    After ten wrong ones from an address it is 429 there, for whoever comes with an unknown one.
    """

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        parts = get_authorization_header(request).split()
        if not parts or parts[0].lower() != SCHEME:
            return None
        secret = parts[1].decode("latin-1") if len(parts) == PARTS else ""
        token = tokens.holder_of(secret)
        if token is None:
            audit.record_refused(actor=None, act="token.refused")
            why = tokens.ended(secret)
            wait = 0 if why else tokens.seconds_locked(request_facts.current().source)
            if wait:
                raise Throttled(wait)
            raise AuthenticationFailed(ENDINGS[why], code=f"token_{why or 'not_valid'}")
        tokens.note_use(token)
        facts = request_facts.current()
        facts.token_id, facts.token_issuer = token.pk, token.issued_by
        return token.user, token

    def authenticate_header(self, _request: Request) -> str:
        return "Bearer"
