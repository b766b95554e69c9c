"""Numbers as clinicians read them: whole per cent, whole people of a hundred, whole points."""

from __future__ import annotations

import math
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext

from diagnosis.portal.charts.rounding import rounded, whole
from diagnosis.portal.words.wording import day, day_time, number, reads_chinese, unit
from medportal.common.signs import before_unit

NARROW = "\u00a0"  # between a number and its sign: never broken
MINUS = "\u2212"
SURELY = 0.99
HARDLY = 0.01


def percent(fraction: float, decimals: int = 0) -> str:
    """«17 %», «<1 %», «>99 %»: a model of this size knows no more than whole per cent.

    ``decimals`` where reasons smaller than a point are added up to it.
    """
    gap = "" if reads_chinese() else NARROW
    if decimals:
        return f"{rounded(fraction, decimals):.{decimals}f}{gap}%"
    if fraction < HARDLY:
        return f"<1{gap}%"
    if fraction > SURELY:
        return f">99{gap}%"
    return f"{whole(fraction)}{gap}%"


def estimate(probability: float | None, decimals: int = 0) -> str:
    """The probability of a result; one without is said to have no number, and is never «<1 %»."""
    return gettext("no number") if probability is None else percent(probability, decimals)


def exact_percent(fraction: float) -> str:
    """Whole per cent of a limit or a count, where «<1 %» would be wrong."""
    return f"{whole(fraction)}{'' if reads_chinese() else NARROW}%"


def percent_range(low: float, high: float) -> str:
    """«78–86 %»: the sign once."""
    first = percent(low).removesuffix("%").rstrip(NARROW)
    return f"{first}\u2013{percent(high)}"


def exact_range(low: float, high: float) -> str:
    return f"{whole(low)}\u2013{exact_percent(high)}"


def signed(points: float, decimals: int = 0) -> str:
    if points == 0:
        return "0"
    size = f"{abs(points):.{decimals}f}"
    return f"+{size}" if points > 0 else f"{MINUS}{size}"


def decimal(value: float | None, decimals: int = 2) -> str:
    return "\u2013" if value is None else f"{value:.{decimals}f}".replace("-", MINUS)


def signed_decimal(value: float, decimals: int = 2) -> str:
    """«+0.39», «−1.43»; what rounds to nothing has no sign."""
    text = decimal(value, decimals)
    if not text.strip("0.\u2212"):
        return text.removeprefix(MINUS)
    return text if text.startswith(MINUS) else f"+{text}"


def figures(value: float) -> str:
    """Three figures that count, never an exponent."""
    if abs(value) < 5e-7:
        return "0"
    decimals = max(0, 2 - math.floor(math.log10(abs(value))))
    text = decimal(value, min(decimals, 6))
    return text.rstrip("0").rstrip(".") if "." in text else text


def moment(value: datetime | str | None) -> datetime | None:
    """A stored time: JSON holds it as text."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    if value is not None and timezone.is_naive(value):
        return timezone.make_aware(value)
    return value


def stored_day(value: datetime | str | None) -> str:
    return day(moment(value))


def stored_time(value: datetime | str | None) -> str:
    return day_time(moment(value))


def quantity(value: object, decimals: int = 0, ucum: str | None = None) -> str:
    """A clinical value with its unit, without digits that nobody measured."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return str(value)
    if ucum == "a":
        years = gettext("years")
        return f"{math.floor(value)}{NARROW}{years}"  # as the banner counts them
    written = unit(ucum)
    return f"{number(float(value), decimals)}{before_unit(written) if written else ''}{written}"
