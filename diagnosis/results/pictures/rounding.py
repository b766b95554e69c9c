"""The one way in which a fraction becomes whole per cent or points, alone or as part of a sum."""

from __future__ import annotations

import math
from collections.abc import Sequence

EXACT = 1e-9
FINEST = 1
"""Decimals of a point, where whole points would hide or double what is small."""


def whole(fraction: float) -> int:
    """A fraction in whole per cent, halves away from zero."""
    return int(math.copysign(math.floor(abs(fraction) * 100 + 0.5), fraction))


def rounded(fraction: float, decimals: int) -> float:
    """The same with decimals; without any it is a whole number."""
    grain = 10**decimals
    return whole(fraction * grain) / grain if decimals else whole(fraction)


def shared_out(parts: Sequence[float], total: float, decimals: int = 0) -> list[float]:
    """Fractions as points that add up to ``total`` points: the largest remainders are rounded up.

    So no row of «rounding» is left over, and no part is off by a whole unit.
    """
    if not parts:
        return []
    grain = 10**decimals
    exact = [part * 100 * grain for part in parts]
    points = [math.floor(one) for one in exact]
    missing = round(total * grain) - sum(points)
    by_remainder = sorted(range(len(parts)), key=lambda i: points[i] - exact[i])
    for turn in range(max(missing, 0)):
        points[by_remainder[turn % len(parts)]] += 1
    for turn in range(max(-missing, 0)):  # a total that was itself rounded down
        points[by_remainder[-1 - turn % len(parts)]] -= 1
    return [one / grain for one in points] if decimals else list(points)


def is_too_coarse(parts: Sequence[float], points: Sequence[float]) -> bool:
    """Whether rounding moved some part by more than the smallest that is printed is large."""
    printed = [abs(part) * 100 for part, one in zip(parts, points, strict=True) if one]
    moved = [abs(part * 100 - one) for part, one in zip(parts, points, strict=True)]
    return bool(printed) and max(moved) > min(printed) + EXACT


def decimals_for(parts: Sequence[float], start: float, end: float) -> int:
    """How many decimals the bars from ``start`` to ``end`` need: none, or one."""
    coarse = shared_out(parts, whole(end) - whole(start))
    return FINEST if is_too_coarse(parts, coarse) else 0
