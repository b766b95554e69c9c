"""Passwords and the sessions that hang on them."""

from __future__ import annotations

from django.contrib.auth.password_validation import validate_password
from django.db import transaction

from accounts import audit
from accounts.administration import demand_in_house
from accounts.api_tokens.tokens import end_tokens
from accounts.login.passwords import one_time_password
from accounts.models import User


@transaction.atomic
def change_password(*, actor: User, password: str) -> User:
    """The person's own new password. Their other sessions and all tokens end with the old one."""
    validate_password(password, actor)
    actor.set_password(password)
    actor.must_change_password = False
    actor.save(update_fields=["password", "must_change_password"])
    ended = end_tokens(actor)
    audit.record(
        actor=actor,
        act="password.change",
        what=f"user:{actor.pk}",
        detail={"tokens_revoked": ended},
    )
    return actor


@transaction.atomic
def end_other_sessions(*, actor: User, password: str) -> User:
    """The same password under a new salt: every session that was built on the old hash is void."""
    actor.set_password(password)
    actor.save(update_fields=["password"])
    audit.record(actor=actor, act="sessions.end", what=f"user:{actor.pk}")
    return actor


@transaction.atomic
def reset_password(*, actor: User | None, user: User) -> str:
    """A one-time password to hand over. Sessions and tokens of the old one are void at once."""
    demand_in_house(actor, "password.reset", user.organisation_id)
    handed_over = one_time_password()
    user.set_password(handed_over)
    user.must_change_password = True
    user.save(update_fields=["password", "must_change_password"])
    ended = end_tokens(user)
    audit.record(
        actor=actor,
        act="password.reset",
        what=f"user:{user.pk}",
        detail={"username": user.username, "tokens_revoked": ended},
        organisation=user.organisation,
    )
    return handed_over
