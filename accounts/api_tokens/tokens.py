"""How a bearer token becomes a user."""

from __future__ import annotations

import hashlib
import math
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from accounts.models import ApiToken, AuditEvent, User

PREFIX = "mp_"
"""So that a secret scanner, and a person, recognises one that lies where it should not."""

WRONG_TOKENS = 10
LOCKED_FOR = timedelta(minutes=15)
USE_NOTED_EVERY = timedelta(minutes=1)


def digest_of(secret: str) -> str:
    """A token is 256 bits of chance: a plain hash suffices, and finds the row by its index."""
    return hashlib.sha256(secret.encode()).hexdigest()


def holder_of(secret: str) -> ApiToken | None:
    """The token that ``secret`` opens, if it holds now and its user may still come in."""
    now = timezone.now()
    return (
        ApiToken.objects.select_related("user", "user__organisation")
        .filter(digest=digest_of(secret), revoked_at=None, user__is_active=True)
        .filter(Q(expires_at=None) | Q(expires_at__gt=now))
        .first()
    )


def end_tokens(user: User) -> int:
    """Revoke whatever opens as ``user``; how many there were is for the event of the act."""
    open_ones = ApiToken.objects.filter(user=user, revoked_at=None)
    return open_ones.update(revoked_at=timezone.now())


def ended(secret: str) -> str:
    """``expired`` or ``revoked``, told to whoever holds the secret; empty for any other reason."""
    rows = ApiToken.objects.filter(digest=digest_of(secret), user__is_active=True)
    token = rows.first()
    if token is None:
        return ""
    return "revoked" if token.revoked_at is not None else "expired"


def seconds_locked(source: str) -> int:
    """How long wrong tokens from there are not even called wrong; counted in the trail itself."""
    now = timezone.now()
    wrong = AuditEvent.objects.filter(
        organisation_id=None, act="token.refused", source=source, at__gt=now - LOCKED_FOR
    )
    last = list(wrong.order_by("-at").values_list("at", flat=True)[:WRONG_TOKENS])
    if len(last) < WRONG_TOKENS:
        return 0
    return math.ceil((last[-1] + LOCKED_FOR - now).total_seconds())


def note_use(token: ApiToken) -> None:
    """At most one write a minute, however many patients are scored in it."""
    now = timezone.now()
    stale = Q(last_used_at=None) | Q(last_used_at__lt=now - USE_NOTED_EVERY)
    ApiToken.objects.filter(stale, pk=token.pk).update(last_used_at=now)
