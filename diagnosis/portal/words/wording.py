"""How the portal writes dates, ages, numbers and units, in the reader's language."""

from __future__ import annotations

from datetime import date, timedelta

from django.utils.translation import gettext, ngettext

from diagnosis.records.derived import completed_years
from medportal.common.moments import clock, day, day_time, reads_chinese
from medportal.common.quantities import number, unit

__all__ = [
    "age_words",
    "arrowed",
    "clock",
    "day",
    "day_time",
    "number",
    "points",
    "reads_chinese",
    "span_words",
    "unit",
]


def age_words(born: date, on: date) -> str:
    """Years; months for the first two of them."""
    years = completed_years(born, on)
    if years >= 2:
        return f"{years}岁" if reads_chinese() else f"{years} y"
    months = (on.year - born.year) * 12 + on.month - born.month - (on.day < born.day)
    return f"{max(months, 0)}个月" if reads_chinese() else f"{max(months, 0)} mo"


def span_words(span: timedelta) -> str:
    """The age of a result in its largest unit."""
    seconds = max(int(span.total_seconds()), 0)
    if seconds < 60:
        return gettext("now")
    if seconds < 3600:
        return gettext("%(n)d min") % {"n": seconds // 60}
    if seconds < 48 * 3600:
        return gettext("%(n)d h") % {"n": seconds // 3600}
    days = seconds // 86400
    return ngettext("%(n)d day", "%(n)d days", days) % {"n": days}


def arrowed(difference: str) -> str:
    """A change with its sign as a line of a list shows it."""
    sign = difference[:1]
    arrow = {"+": "▲ ", "\N{MINUS SIGN}": "▼ "}.get(sign, "± ")
    return f"{arrow}{difference}"


def points(difference: float | None) -> str:
    """A change in percentage points with its sign and arrow."""
    if difference is None:
        return ""
    whole = round(difference * 100)
    if whole == 0:
        return "± 0"
    return f"▲ +{whole}" if whole > 0 else f"▼ \N{MINUS SIGN}{-whole}"
