"""The one way in which a fraction becomes whole per cent or whole points."""

from __future__ import annotations

import math


def whole(fraction: float) -> int:
    """A fraction in whole per cent, halves away from zero."""
    return int(math.copysign(math.floor(abs(fraction) * 100 + 0.5), fraction))
