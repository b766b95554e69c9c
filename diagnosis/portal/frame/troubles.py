"""What every page says while a part of the portal is off."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.rights import offered
from medportal.common import moments
from medportal.database.clock import LARGEST_CLOCK_OFFSET, clock_offset
from medportal.liveness import heartbeats


def troubles(user: User) -> list[str]:
    """One sentence for each part that is off and matters to ``user``."""
    found = []
    if offered(user, "outage.read"):
        found.append(_no_new_scores())
    if offered(user, "status.read"):
        found.append(_clock_is_off())
    return [sentence for sentence in found if sentence]


def _no_new_scores() -> str:
    worker = heartbeats.kinds().get("interactive")
    if worker is None or not worker.is_silent:
        return ""
    today = timezone.localdate(worker.seen_at) == timezone.localdate()
    since = moments.clock(worker.seen_at) if today else moments.day_time(worker.seen_at)
    return _(
        "No new scores since %(since)s. Charts and earlier results can be read; what you ask for "
        "is stored and runs when the service is back."
    ) % {"since": since}


def _clock_is_off() -> str:
    seconds = clock_offset()
    if abs(seconds) <= LARGEST_CLOCK_OFFSET:
        return ""
    return _(
        "This machine's clock and the database's are %(seconds).0f seconds apart. Times in the "
        "audit trail and the ends of sessions cannot be trusted: set both by NTP."
    ) % {"seconds": abs(seconds)}
