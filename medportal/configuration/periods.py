"""To which period a moment belongs. Knows no Django, because the settings ask."""

from __future__ import annotations

import time
from datetime import UTC, datetime


def period_start(seconds: float) -> str:
    """The start of the period in which we are: the same for every beat, whenever it started."""
    now = time.time()
    return datetime.fromtimestamp(now - now % seconds, UTC).isoformat()
