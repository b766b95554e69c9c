"""The rows of a table, gathered by patient, and what their fields mean."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import TypedDict

from django.utils import timezone
from django.utils.translation import gettext as _

from diagnosis.records import codes
from diagnosis.records.codes import Code
from diagnosis.records.dates import parse_date
from diagnosis.records.incoming.numbers import Decimals
from diagnosis.records.incoming.shapes import (
    LONGEST_IDENTIFIER,
    Incoming,
    NotKept,
    Observed,
    Place,
    Said,
    Tally,
    Withdrawn,
)
from diagnosis.records.incoming.words import is_blank, is_limit
from diagnosis.records.models import Observation, Patient
from diagnosis.records.persons import NewPatient
from diagnosis.records.validation import Given
from medportal.common.errors import Pointer

PERSONAL = ("family_name", "given_name", "native_name", "sex", "birth_date", "deceased_on")
UNSETTLED = ("registered", "cancelled", "unknown", "specimen-in-process", "not-done")
"""As FHIR names what is no result yet, or never will be."""
MEASURED = ("value", "unit", "observed_at", "source_identifier")
FIRST_YEAR, LAST_YEAR = 1850, 2149
"""Far from the ends of the calendar, where another time zone is an error of arithmetic."""

_ZONED = re.compile(
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?(?P<zone>Z|[+-]\d\d:?\d\d)?"
)
_CLOCK_OF_A_DAY = re.compile(r"(?<=\d)[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?\Z")
"""What databases write behind a birth date; the day stays the one that is written."""
PLACES = {
    "/identifiers": "/patient",
    "/identifiers/value": "/patient",
    "/identifiers/system": "/number_system",
}
Row = dict[str, str]


class Facts(TypedDict):
    observed: list[Observed]
    withdrawn: list[Withdrawn]
    said: list[Said]
    found: list[Pointer]
    numbers: list[tuple[str, str]]


@dataclass
class Person:
    """What the rows of one patient say; ``row`` is the first of them."""

    number: str
    system: str
    row: int
    said: dict[str, tuple[str, int]] = field(default_factory=dict)
    observed: list[Observed] = field(default_factory=list)
    withdrawn: list[Withdrawn] = field(default_factory=list)
    said_of: list[Said] = field(default_factory=list)
    found: list[Pointer] = field(default_factory=list)

    def note(self, row: Row, number: int) -> None:
        """Once said, a patient's details need not stand in every row, but never change."""
        for name in PERSONAL:
            said = row.get(name, "")
            if not said:
                continue
            first, where = self.said.setdefault(name, (said, number))
            if first != said:
                message = _("Row %(row)d says something else about this patient.")
                place = f"/{number}/{name}"
                self.found.append(Pointer(place, "differs", message % {"row": where}))

    def observe(self, row: Row, number: int, decimals: Decimals, not_kept: Tally) -> None:
        """The observation of a row, if it has one."""
        code = row.get("code", "")
        place = Place(f"/{number}")
        if not code:
            if any(row.get(name) for name in MEASURED):
                not_kept.note(NotKept("Observation", "no_code"), f"{place.at}/code")
            return
        entry = codes.find(code, row.get("system") or None)
        at = _moment(row.get("observed_at", ""))
        when = None if isinstance(at, Pointer) else at
        name = _identifier(row, entry.code if entry else code, when)
        self.said_of.append(Said(Observation, name))
        if row.get("status") == Observation.Status.ENTERED_IN_ERROR:
            self.withdrawn.append(Withdrawn(Observation, name, place.at))
            return
        reason, column = _why_not(row, entry, at)
        if reason or entry is None:
            label = row.get("label") or (entry.name if entry else "")
            what = NotKept("Observation", reason, code[:80], label[:160])
            not_kept.note(what, f"{place.at}/{column}")
            return
        value = row.get("value", "")
        given = Given(
            code=entry.code,
            system=entry.system,
            value=value if entry.is_coded else decimals.read(value),
            unit=row.get("unit", ""),
            observed_at=when,
            status=row.get("status") or Observation.Status.FINAL,
            source_identifier=name,
            reference_low=_limit(row, number, "reference_low", decimals, not_kept),
            reference_high=_limit(row, number, "reference_high", decimals, not_kept),
        )
        self.observed.append(Observed(given, place))

    def incoming(self) -> Incoming:
        """As a person with facts; a number alone is enough for somebody who is known here."""
        place = Place(f"/{self.row}", PLACES)
        numbers = [(self.system, self.number)] if self.number else []
        found = list(self.found)
        born, died = self._day("birth_date", found), self._day("deceased_on", found)
        said = {name: text for name, (text, _row) in self.said.items()}
        facts: Facts = {
            "observed": self.observed, "withdrawn": self.withdrawn, "said": self.said_of,
            "found": found, "numbers": numbers,
        }  # fmt: skip
        if not said:
            return Incoming(None, place, **facts)
        if born is None:
            if "birth_date" not in said:
                message = _("The birth date is missing.")
                found.append(Pointer(f"/{self.row}/birth_date", "required", message))
            return Incoming(None, place, **facts)
        person = NewPatient(
            family_name=said.get("family_name", ""),
            given_name=said.get("given_name", ""),
            native_name=said.get("native_name", ""),
            sex=said.get("sex", Patient.Sex.UNKNOWN),
            birth_date=born,
            deceased_on=died,
            identifiers=numbers,
        )
        return Incoming(person, place, **facts)

    def _day(self, name: str, found: list[Pointer]) -> date | None:
        text, row = self.said.get(name, ("", self.row))
        day = _day(_CLOCK_OF_A_DAY.sub("", text)) if text else None
        if text and day is None:
            message = _("Write the date as 14-Mar-1961, 1961-03-14 or 1961年3月14日.")
            found.append(Pointer(f"/{row}/{name}", "date_not_understood", message))
        return day


def _identifier(row: Row, code: str, at: datetime | None) -> str:
    """The source's own, else code and time: a corrected file then corrects the value."""
    made = f"{code}@{at.astimezone(UTC).isoformat() if at else ''}"
    name = row.get("source_identifier") or made
    return name if len(name) <= LONGEST_IDENTIFIER else hashlib.sha256(name.encode()).hexdigest()


def _why_not(row: Row, entry: Code | None, at: datetime | Pointer | None) -> tuple[str, str]:
    """Why the value of a row is none, and in which column that stands."""
    value = row.get("value", "")
    is_answer = entry is not None and entry.answer(value) is not None
    is_frame = entry is not None and entry.is_panel and not value
    reasons = (
        (entry is None or (entry.is_panel and not is_frame), "code_not_held", "code"),
        (is_frame, "no_value", "value"),  # the parts of a panel have rows of their own
        (isinstance(at, Pointer), at.code if isinstance(at, Pointer) else "", "observed_at"),
        (at is None, "time_missing", "observed_at"),
        (row.get("status") in UNSETTLED, "status", "status"),
        (is_blank(value) and not is_answer, "no_value", "value"),
        (is_limit(value), "only_a_limit", "value"),
    )
    return next(((reason, where) for is_so, reason, where in reasons if is_so), ("", ""))


def _limit(row: Row, number: int, name: str, decimals: Decimals, not_kept: Tally) -> float | None:
    """An end of the reference range; a value stands without it, too."""
    text = row.get(name, "")
    found = decimals.read(text) if text else None
    if isinstance(found, str):
        what = NotKept("Observation.referenceRange", "range", row.get("code", "")[:80])
        not_kept.note(what, f"/{number}/{name}")
        return None
    return found


def _moment(text: str) -> datetime | Pointer | None:
    """With its time zone; a whole day counts from its first moment, here."""
    if not text:
        return None
    day = _day(text)
    if day is not None:
        return timezone.make_aware(datetime.combine(day, time()))
    zoned = _ZONED.fullmatch(text)
    if zoned and not zoned["zone"]:
        message = _("The time has no time zone: write it as 2026-03-14T09:30+08:00.")
        return Pointer("/observed_at", "no_time_zone", message)
    try:
        at = datetime.fromisoformat(text) if zoned else None
    except ValueError:
        at = None
    if at is None or not FIRST_YEAR <= at.year <= LAST_YEAR:
        message = _("Write the time as 2026-03-14T09:30+08:00, or the day alone as 2026-03-14.")
        return Pointer("/observed_at", "not_a_time", message)
    return at


def _day(text: str) -> date | None:
    found = parse_date(text)
    return found if found and FIRST_YEAR <= found.year <= LAST_YEAR else None
