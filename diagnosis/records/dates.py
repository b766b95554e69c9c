"""Dates as people type them."""

from __future__ import annotations

import re
from datetime import date, datetime, time

from django.utils import timezone

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            ("jan", "january"),
            ("feb", "february"),
            ("mar", "march"),
            ("apr", "april"),
            ("may",),
            ("jun", "june"),
            ("jul", "july"),
            ("aug", "august"),
            ("sep", "sept", "september"),
            ("oct", "october"),
            ("nov", "november"),
            ("dec", "december"),
        ),
        start=1,
    )
    for name in names
}

# Only forms that can mean one day: 03/04/1961 is March here and April there.
_FORMS = (
    re.compile(r"(?<!\d)(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})(?!\d)"),
    re.compile(r"(?<!\d)(?P<year>\d{4})年\s*(?P<month>\d{1,2})月\s*(?P<day>\d{1,2})[日号]?"),
    re.compile(
        r"(?<!\d)(?P<day>\d{1,2})[-/. ]?(?P<name>[A-Za-z]{3,9})[-/., ]{0,2}(?P<year>\d{4})(?!\d)"
    ),
    re.compile(r"(?P<name>[A-Za-z]{3,9})[ .-]*(?P<day>\d{1,2})(?:,\s*|\s+)(?P<year>\d{4})(?!\d)"),
    re.compile(r"(?<![\w-])(?P<year>(?:18|19|20)\d{2})(?P<month>\d{2})(?P<day>\d{2})(?![\w-])"),
    re.compile(r"(?<!\d)(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4})(?!\d)"),
)


_CLOCK = re.compile(r"(?P<hour>\d{1,2})[:.：](?P<minute>\d{2})(?::\d{2}(?:\.\d+)?)?")


def take_date(text: str) -> tuple[date | None, str]:
    """The first date in a text, and the text without it."""
    for form in _FORMS:
        for match in form.finditer(text):
            found = _date(match.groupdict())
            if found is not None:
                return found, f"{text[: match.start()]} {text[match.end() :]}"
    return None, text


_EITHER_WAY = re.compile(
    r"(?<![\d/.-])(?P<a>\d{1,2})(?P<mark>[/-])(?P<b>\d{1,2})(?P=mark)(?P<year>\d{4})(?![\d/.-])"
)


def take_dates(text: str) -> tuple[list[date], str]:
    """Every day that the first date in a text can mean, and the text without it.

    For looking somebody up: 03/04/1963 is asked for both ways, 17/03/1963 is one day. Whoever
    stores a date reads it with ``parse_date``.
    """
    found, rest = take_date(text)
    if found is not None:
        return [found], rest
    match = _EITHER_WAY.search(text)
    if match is None:
        return [], text
    year, first, second = match["year"], match["a"], match["b"]
    ways = ({"year": year, "month": m, "day": d} for d, m in ((first, second), (second, first)))
    days = [day for day in map(_date, ways) if day is not None]
    return list(dict.fromkeys(days)), f"{text[: match.start()]} {text[match.end() :]}"


def parse_date(text: str) -> date | None:
    """The date that a text is, if it is nothing else."""
    found, rest = take_date(text)
    return None if rest.strip() else found


def parse_moment(text: str) -> datetime | None:
    """The date and time that a text is, in local time; without a time, noon of that day."""
    found, rest = take_date(text)
    clock = _CLOCK.fullmatch(rest.strip().removeprefix("T").strip())
    if found is None or (rest.strip() and clock is None):
        return None
    try:
        at = time(int(clock["hour"]), int(clock["minute"])) if clock else time(12)
    except ValueError:
        return None
    return timezone.make_aware(datetime.combine(found, at))


def _date(parts: dict[str, str]) -> date | None:
    name = parts.get("name")
    month = _MONTHS.get(name.casefold()) if name else int(parts["month"])
    if month is None:
        return None
    try:
        return date(int(parts["year"]), month, int(parts["day"]))
    except ValueError:
        return None
