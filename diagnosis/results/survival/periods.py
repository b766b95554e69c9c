"""Spans of time in words: in the largest unit that says them well."""

from __future__ import annotations

from diagnosis.results.pictures.rounding import whole
from diagnosis.results.sentences import beside
from medportal.common.quantities import number
from medportal.common.text import localized

SENTENCES = beside(__file__.replace("periods.py", "sentences.py"))
DAYS = {"min": 1 / 1440, "h": 1 / 24, "d": 1.0, "wk": 7.0, "mo": 365.25 / 12, "a": 365.25}
"""Of a unit of time in UCUM."""
PRINTED = {"min": "min", "h": "h", "d": "days", "wk": "weeks", "mo": "months", "a": "years"}
NAMES = (("year", "a"), ("month", "mo"), ("day", "d"), ("hour", "h"), ("minute", "min"))
SLACK = 0.02
"""365 days are a year, and 1095 three; 400 are neither."""


def say(name: str, **facts: object) -> str:
    """The sentence of this name in the reader's language."""
    return localized(SENTENCES[name]).format(**facts)


def period(time: float, unit: str) -> str:
    """A horizon: «5 years», «6 months», «400 days»."""
    days = time * DAYS[unit]
    for name, code in NAMES:
        count = days / DAYS[code]
        if count >= 1 - SLACK and abs(count - round(count)) <= SLACK * min(count, 2.0):
            return _counted(name, float(round(count)))
    return _counted(NAMES[-1][0], float(round(days / DAYS["min"])))


def about(time: float, unit: str) -> str:
    """A time that was reckoned: years to a tenth, below two years whole months, and so on."""
    days = time * DAYS[unit]
    for name, code in NAMES:
        count = days / DAYS[code]
        if count >= 2:
            tenths = name == "year" and count < 20
            return _counted(name, whole(count / 10) / 10 if tenths else float(round(count)))
    return _counted(NAMES[-1][0], float(round(days / DAYS["min"])))


def _counted(name: str, count: float) -> str:
    return say(name if count == 1 else f"{name}s", n=number(count))
