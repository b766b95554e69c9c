"""Round numbers along an axis in any unit."""

from __future__ import annotations

import math

_ROUND = (1.0, 2.0, 5.0, 10.0)


def ticks(low: float, high: float, most: int = 6) -> list[float]:
    """Multiples of a round step from ``low`` to ``high``, at most ``most`` of them."""
    if not high > low:
        return [low]
    rough = (high - low) / max(most - 1, 1)
    scale = 10.0 ** math.floor(math.log10(rough))
    step = next(r * scale for r in _ROUND if r * scale >= rough * (1 - 1e-9))
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [round(i * step, 12) for i in range(first, last + 1)]
