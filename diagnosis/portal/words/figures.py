"""Numbers as clinicians read them: whole per cent, whole people of a hundred, whole points."""

from __future__ import annotations

import math
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext

from diagnosis.portal.words.wording import day, day_time, number, unit
from diagnosis.results.figures import (
    HARDLY,
    MINUS,
    NARROW,
    SURELY,
    exact_percent,
    exact_range,
    percent,
    percent_range,
    signed,
)
from medportal.common.signs import before_unit

__all__ = [
    "HARDLY",
    "MINUS",
    "NARROW",
    "SURELY",
    "decimal",
    "exact_percent",
    "exact_range",
    "figures",
    "moment",
    "percent",
    "percent_range",
    "quantity",
    "signed",
    "signed_decimal",
    "stored_day",
    "stored_time",
]


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
