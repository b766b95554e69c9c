"""The one judge of an observation, whoever brings it: form, REST, file."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from diagnosis.records import codes
from diagnosis.records.codes import LOINC, OWN_CODES, Code
from diagnosis.records.models import Observation, Patient
from medportal.common.errors import DomainError, Pointer
from medportal.common.signs import comma

SYSTOLIC, DIASTOLIC = "8480-6", "8462-4"
CLOCKS_DIFFER = timedelta(minutes=5)
Value = float | str | None


@dataclass(frozen=True)
class Given:
    """An observation as somebody gives it: a number with its unit, or the value of an answer."""

    code: str
    value: Value = None
    unit: str = ""
    system: str = ""
    observed_at: datetime | None = None
    status: str = Observation.Status.FINAL
    source: str = "chart"
    source_identifier: str = ""
    reference_low: float | None = None
    reference_high: float | None = None
    is_kept_time: bool = False
    """Whether the moment stands in the chart already: it was judged as it was written then."""


@dataclass(frozen=True)
class Checked:
    """The same after the check: everything known, the unit in UCUM spelling."""

    entry: Code
    number: float | None
    answer: str
    unit: str
    observed_at: datetime
    given: Given


def check(patient: Patient, given: Given, *, at: str = "") -> tuple[Checked | None, list[Pointer]]:
    """Judge one observation; ``at`` is the JSON pointer under which it stands."""
    entry = _entry(given)
    given = _in_known_unit(entry, given)
    found = list(_about_origin(patient, given))
    if entry is None:
        found.append(Pointer("/code", "unknown_code", _("This code is not in the dictionary.")))
    elif entry.is_panel:
        text = _("Record the parts of this panel: a panel has no value of its own.")
        found.append(Pointer("/code", "panel", text))
    else:
        found += _about_value(entry, given)
    found = [replace(pointer, pointer=at + pointer.pointer) for pointer in found]
    if found or entry is None:
        return None, found
    number = None if entry.is_coded else float(given.value or 0)
    return (
        Checked(
            entry=entry,
            number=number,
            answer=str(given.value) if entry.is_coded else "",
            unit=codes.normalise_unit(given.unit) or (codes.UNITLESS if entry.unit else ""),
            observed_at=given.observed_at or timezone.now(),
            given=given,
        ),
        [],
    )


def require(patient: Patient, given: Given) -> Checked:
    """The checked observation, or the error with a pointer to each bad field."""
    checked, found = check(patient, given)
    if checked is None:
        raise refused(found)
    return checked


def refused(found: list[Pointer]) -> DomainError:
    """The error for what ``check`` found; one finding speaks for itself."""
    message = found[0].message if len(found) == 1 else _("The observation can not be read.")
    return DomainError("observation_invalid", message, pointers=found)


def duplicate_of(patient: Patient, checked: Checked) -> Observation | None:
    """The same value of the same code at the same moment, if the chart already holds it."""
    return (
        Observation.unscoped.valid()
        .filter(
            patient=patient,
            code=checked.entry.code,
            observed_at=checked.observed_at,
            value_number=checked.number,
            value_code=checked.answer,
            unit=checked.unit,
        )
        .first()
    )


def together(measured: Iterable[tuple[str, Checked]]) -> Iterator[Pointer]:
    """What can not be beside each other at one moment; each value with its JSON pointer.

    Several pressures of one moment, such as of one day, say nothing about each other.
    """
    moments: dict[datetime, dict[str, list[tuple[str, Checked]]]] = {}
    for at, checked in measured:
        if checked.entry.code in (SYSTOLIC, DIASTOLIC):
            by_code = moments.setdefault(checked.observed_at, {SYSTOLIC: [], DIASTOLIC: []})
            by_code[checked.entry.code].append((at, checked))
    for by_code in moments.values():
        if len(by_code[SYSTOLIC]) == len(by_code[DIASTOLIC]) == 1:
            (at, high), (_at, low) = by_code[SYSTOLIC][0], by_code[DIASTOLIC][0]
            if _in_first_unit(high) <= _in_first_unit(low):
                yield Pointer(at, "systolic_below_diastolic", _order_text())


def _order_text() -> str:
    return _("The systolic pressure does not lie above the diastolic one. Was the order exchanged?")


def _in_first_unit(checked: Checked) -> float:
    return checked.entry.convert(checked.number or 0.0, checked.unit, checked.entry.unit)


def _entry(given: Given) -> Code | None:
    if given.system not in ("", LOINC, OWN_CODES):
        return None
    return codes.find(given.code, given.system or None)


def _in_known_unit(entry: Code | None, given: Given) -> Given:
    """Fahrenheit, inches, ounces: in a unit that the quantity has; the rest is left as it is."""
    unit = codes.normalise_unit(given.unit)
    if entry is None or entry.accepts(unit) or isinstance(given.value, bool | str | None):
        return given
    made = codes.conversion(unit, entry.units)
    if made is None or not _is_finite(given.value):
        return given
    low, high = given.reference_low, given.reference_high
    return replace(
        given,
        value=made(given.value),
        unit=made.unit,
        reference_low=None if low is None or not _is_finite(low) else made(low),
        reference_high=None if high is None or not _is_finite(high) else made(high),
    )


def _about_origin(patient: Patient, given: Given) -> Iterator[Pointer]:
    if not given.is_kept_time:
        yield from _about_time(patient, given.observed_at or timezone.now())
    if given.status not in Observation.Status.values:
        yield Pointer("/status", "unknown_status", _("This status is not known."))
    yield from _about_range(given.reference_low, given.reference_high)


def _about_time(patient: Patient, at: datetime) -> Iterator[Pointer]:
    if timezone.is_naive(at):
        yield Pointer("/observed_at", "no_time_zone", _("The time has no time zone."))
    elif at > timezone.now() + CLOCKS_DIFFER:
        yield Pointer("/observed_at", "in_the_future", _("This time is in the future."))
    elif patient.is_before_birth(max(days_of(at))):
        yield Pointer("/observed_at", "before_birth", _("This is before the patient was born."))
    elif patient.deceased_on is not None and min(days_of(at)) > patient.deceased_on:
        yield Pointer("/observed_at", "after_death", _("This is after the patient died."))


def days_of(at: datetime) -> set[date]:
    """The day as it is written, in its own zone, and the day here.

    So a time of the first or the last day of a life is one of that life, wherever it was written.
    """
    try:
        return {at.date(), timezone.localdate(at)}
    except OverflowError:  # west of Greenwich the first moment of the calendar has no day
        return {at.date(), date.min}


def _about_range(low: float | None, high: float | None) -> Iterator[Pointer]:
    for name, limit in (("reference_low", low), ("reference_high", high)):
        if limit is not None and not _is_finite(limit):
            yield Pointer(f"/{name}", "not_finite", _("This is not a finite number."))
    if low is not None and high is not None and low > high:
        text = _("The lower end of the reference range lies above the upper one.")
        yield Pointer("/reference_low", "range_upside_down", text)


def _about_value(entry: Code, given: Given) -> Iterator[Pointer]:
    if given.value is None or given.value == "":
        yield Pointer("/value", "value_missing", _("There is no value."))
    elif entry.is_coded:
        yield from _about_answer(entry, given)
    else:
        yield from _about_number(entry, given)


def _about_answer(entry: Code, given: Given) -> Iterator[Pointer]:
    if not isinstance(given.value, str) or entry.answer(given.value) is None:
        known = comma().join(answer.value for answer in entry.answers)
        text = _("This answer is not known. Known: %(answers)s.") % {"answers": known}
        yield Pointer("/value", "unknown_answer", text)
    if given.unit.strip():
        yield Pointer("/unit", "unit_not_expected", _("An answer has no unit."))


def _is_finite(value: float) -> bool:
    """Also of a whole number with four hundred digits, which JSON may hold."""
    try:
        return math.isfinite(value)
    except OverflowError:
        return False


def _about_number(entry: Code, given: Given) -> Iterator[Pointer]:
    value = given.value
    if isinstance(value, bool | str) or value is None:
        yield Pointer("/value", "not_a_number", _("This is not a number."))
        return
    if not _is_finite(value):
        yield Pointer("/value", "not_finite", _("This is not a finite number."))
        return
    unit = codes.normalise_unit(given.unit)
    if not unit and entry.needs_unit:
        yield Pointer("/unit", "unit_missing", _unit_text(entry))
    elif unit and not entry.accepts(unit):
        yield Pointer("/unit", "unknown_unit", _unit_text(entry))
    elif not entry.is_possible(value, unit or entry.unit):
        yield Pointer("/value", "out_of_bounds", _bounds_text(entry, value, unit or entry.unit))
    elif entry.whole and value != round(value):
        text = _("%(name)s is counted: write a whole number.") % {"name": entry.name}
        yield Pointer("/value", "not_whole", text)


def _unit_text(entry: Code) -> str:
    if not entry.needs_unit:
        return _("%(name)s is a count and has no unit.") % {"name": entry.name}
    known = comma().join(codes.unit_text(unit) for unit in entry.units)
    return _("%(name)s needs one of these units: %(units)s.") % {"name": entry.name, "units": known}


def _bounds_text(entry: Code, value: float, unit: str) -> str:
    hint = other_unit(entry, value, unit)
    if hint is not None:
        there = entry.convert(value, hint, unit)
        return _(
            "%(value)s %(unit)s of %(name)s is not possible. "
            "Did you mean %(value)s %(other)s = %(there)s %(unit)s?"
        ) % {
            "value": codes.plain_number(value),
            "unit": codes.unit_text(unit),
            "name": entry.name,
            "other": codes.unit_text(hint),
            "there": f"{there:.{entry.decimals_in(unit)}f}",
        }
    low, high = entry.bounds_in(unit) or (-math.inf, math.inf)
    return _("%(name)s lies outside %(low)s to %(high)s %(unit)s: no body has that.") % {
        "name": entry.name,
        "low": codes.plain_number(float(f"{low:.3g}")),
        "high": codes.plain_number(float(f"{high:.4g}")),
        "unit": codes.unit_text(unit),
    }


def other_unit(entry: Code, value: float, unit: str) -> str | None:
    """Another accepted unit in which an impossible value would be possible."""
    return next(
        (
            other
            for other in entry.units
            if other != unit
            and entry.factors[other] != entry.factors[unit]
            and entry.is_possible(value, other)
        ),
        None,
    )
