"""Round numbers along an axis in any unit, and round moments along one of time."""

from __future__ import annotations

import math
from datetime import datetime, timedelta

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


_MONTHS = (1, 3, 6, 12, 24, 60, 120)
_DAYS = (1, 2, 7, 14)
_HOURS = (1, 3, 6, 12)
_MONTH = 30.4


def moments(start: datetime, end: datetime, most: int = 5) -> list[datetime]:
    """Round moments between two, at most ``most``: first days of months, days, or hours."""
    days = (end - start).total_seconds() / 86400
    for step in _HOURS:
        if days * 24 / step <= most:
            return _every(start, end, timedelta(hours=step), _midnight(start))
    for step in _DAYS:
        if days / step <= most:
            return _every(start, end, timedelta(days=step), _midnight(start))
    step = next((m for m in _MONTHS if days / _MONTH / m <= most), _MONTHS[-1])
    return _firsts(start, end, step)


def _midnight(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


def _every(start: datetime, end: datetime, step: timedelta, at: datetime) -> list[datetime]:
    found = []
    while at <= end:
        if at >= start:
            found.append(at)
        at += step
    return found


def _firsts(start: datetime, end: datetime, step: int) -> list[datetime]:
    """First days of every so many months, counted from January."""
    number = start.year * 12 + start.month - 1
    number -= number % step
    found: list[datetime] = []
    while True:
        at = _midnight(start).replace(year=number // 12, month=number % 12 + 1, day=1)
        if at > end:
            return found
        if at >= start:
            found.append(at)
        number += step
