"""How often one person may try values: counted in the cache, because a try-out writes no row."""

from __future__ import annotations

import time

from django.core.cache import cache
from django.utils.translation import gettext as _

from accounts.models import User
from diagnosis.inference.before import quota
from diagnosis.registry.models import Service
from medportal.common.errors import DomainError

A_MINUTE, A_DAY = 600, 6_000
"""A hand that never rests asks about ten times a second; whoever asks on is copying the model."""

SECONDS = {"minute": 60, "day": 86_400}
TURN_SECONDS = 60


def demand(user: User, service: Service) -> None:
    """Count one more position; refuse it beyond a limit or where the service's runs are used up."""
    quota.refuse_used_up(service)
    for period, most in (("minute", A_MINUTE), ("day", A_DAY)):
        if _counted(user, period) > most:
            raise _refusal(period)


def _counted(user: User, period: str) -> int:
    key = f"try:{user.pk}:{period}:{int(time.time()) // SECONDS[period]}"
    cache.add(key, 0, SECONDS[period])
    try:
        return int(cache.incr(key))
    except ValueError:  # it ended between the two
        return 1


def _refusal(period: str) -> DomainError:
    if period == "minute":
        text = _("That was too fast for too long. Wait a moment, then go on.")
    else:
        text = _("Enough was tried for one day: the try-out opens again tomorrow.")
    left = SECONDS[period] - int(time.time()) % SECONDS[period]
    return DomainError("too_many_tries", text, status=429, retry_after=max(1, left))


def came(user: User, page: str, turn: int) -> None:
    """Note the newest position that one open page has sent."""
    if page and not is_overtaken(user, page, turn):
        cache.set(_newest(user, page), turn, TURN_SECONDS)


def is_overtaken(user: User, page: str, turn: int) -> bool:
    """Whether that page has sent a newer one since: nobody waits for this answer."""
    return bool(page) and int(cache.get(_newest(user, page), turn)) > turn


def _newest(user: User, page: str) -> str:
    return f"try:{user.pk}:newest:{page}"
