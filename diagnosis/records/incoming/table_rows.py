"""The rows of a table, gathered by patient, and what their fields mean."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time

from django.utils import timezone
from django.utils.translation import gettext as _

from diagnosis.records import codes
from diagnosis.records.dates import parse_date
from diagnosis.records.incoming.shapes import (
    LONGEST_IDENTIFIER,
    Incoming,
    NotKept,
    Observed,
    Place,
)
from diagnosis.records.models import Observation, Patient
from diagnosis.records.persons import NewPatient
from diagnosis.records.validation import Given, Value
from medportal.common.errors import Pointer

PERSONAL = ("family_name", "given_name", "native_name", "sex", "birth_date", "deceased_on")
MEASURED = ("value", "unit", "observed_at", "source_identifier")
FIRST_YEAR, LAST_YEAR = 1850, 2149
"""Far from the ends of the calendar, where another time zone is an error of arithmetic."""

_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,9})?")
_ENDLESS = re.compile(r"[+-]?(?:nan|inf|infinity)", re.IGNORECASE)
_ZONED = re.compile(
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?(?P<zone>Z|[+-]\d\d:?\d\d)?"
)
PLACES = {
    "/identifiers": "/patient",
    "/identifiers/value": "/patient",
    "/identifiers/system": "/number_system",
}
Row = dict[str, str]


@dataclass
class Person:
    """What the rows of one patient say; ``row`` is the first of them."""

    number: str
    system: str
    row: int
    said: dict[str, tuple[str, int]] = field(default_factory=dict)
    observed: list[Observed] = field(default_factory=list)
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

    def observe(self, row: Row, number: int, comma: bool, not_kept: Counter[NotKept]) -> None:  # noqa: FBT001
        """The observation of a row, if it has one; ``comma`` says that it parts decimals."""
        code = row.get("code", "")
        if not code:
            if any(row.get(name) for name in MEASURED):
                message = _("There is a value and no code.")
                self.found.append(Pointer(f"/{number}/code", "required", message))
            return
        entry = codes.find(code, row.get("system") or None)
        is_frame = entry is not None and entry.is_panel and not row.get("value")
        if entry is None or is_frame:  # the parts of a panel have rows of their own
            reason = "no_value" if is_frame else "code_not_held"
            not_kept[NotKept("Observation", reason, code[:80], row.get("label", "")[:160])] += 1
            return
        place = Place(f"/{number}")
        at = _moment(row.get("observed_at", ""))
        limits = [_limit(row, name, comma) for name in ("reference_low", "reference_high")]
        wrong = [place.of(one) for one in (at, *limits) if isinstance(one, Pointer)]
        self.found += wrong
        if wrong:
            return
        low, high = (None if isinstance(limit, Pointer) else limit for limit in limits)
        when = None if isinstance(at, Pointer) else at
        value = row.get("value", "")
        given = Given(
            code=entry.code,
            system=entry.system,
            value=value if entry.is_coded else _number(value, comma),
            unit=row.get("unit", ""),
            observed_at=when,
            status=row.get("status") or Observation.Status.FINAL,
            source_identifier=_identifier(row, entry.code, when),
            reference_low=low,
            reference_high=high,
        )
        self.observed.append(Observed(given, place))

    def incoming(self) -> Incoming:
        """As a person with facts; a number alone is enough for somebody who is known here."""
        place = Place(f"/{self.row}", PLACES)
        numbers = [(self.system, self.number)] if self.number else []
        found = list(self.found)
        born, died = self._day("birth_date", found), self._day("deceased_on", found)
        said = {name: text for name, (text, _row) in self.said.items()}
        if not said:
            return Incoming(None, place, self.observed, found=found, numbers=numbers)
        if born is None:
            if "birth_date" not in said:
                message = _("The birth date is missing.")
                found.append(Pointer(f"/{self.row}/birth_date", "required", message))
            return Incoming(None, place, self.observed, found=found, numbers=numbers)
        person = NewPatient(
            family_name=said.get("family_name", ""),
            given_name=said.get("given_name", ""),
            native_name=said.get("native_name", ""),
            sex=said.get("sex", Patient.Sex.UNKNOWN),
            birth_date=born,
            deceased_on=died,
            identifiers=numbers,
        )
        return Incoming(person, place, self.observed, found=found, numbers=numbers)

    def _day(self, name: str, found: list[Pointer]) -> date | None:
        text, row = self.said.get(name, ("", self.row))
        day = _day(text) if text else None
        if text and day is None:
            message = _("Write the date as 14-Mar-1961, 1961-03-14 or 1961年3月14日.")
            found.append(Pointer(f"/{row}/{name}", "date_not_understood", message))
        return day


def _identifier(row: Row, code: str, at: datetime | None) -> str:
    """The source's own, else code and time: a corrected file then corrects the value."""
    made = f"{code}@{at.astimezone(UTC).isoformat() if at else ''}"
    name = row.get("source_identifier") or made
    return name if len(name) <= LONGEST_IDENTIFIER else hashlib.sha256(name.encode()).hexdigest()


def _limit(row: Row, name: str, comma: bool) -> float | Pointer | None:  # noqa: FBT001
    text = row.get(name, "")
    found = _number(text, comma) if text else None
    if isinstance(found, str):
        return Pointer(f"/{name}", "not_a_number", _("This is not a number."))
    return found


def _number(text: str, comma: bool) -> Value:  # noqa: FBT001
    """What is no number goes on to the validator as it is."""
    plain = text.replace(",", ".") if comma and text.count(",") == 1 else text
    if _NUMBER.fullmatch(plain) or _ENDLESS.fullmatch(plain):
        return float(plain)
    return text


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
