"""Observations as a reader wants them: one line a quantity, newest first, in one unit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from diagnosis.records import codes
from diagnosis.records.codes import Code, Family
from diagnosis.records.models import Observation
from medportal.common.preferred_units import preferred
from medportal.common.text import localized

SYMBOLS = {Observation.Flag.HIGH: "▲", Observation.Flag.LOW: "▼"}


def critical_word(flag: str) -> str:
    if flag == Observation.Flag.HIGH:
        return pgettext("result that must not wait", "critically high")
    return pgettext("result that must not wait", "critically low") if flag else ""


@dataclass(frozen=True)
class Point:
    """One mark of a trend line."""

    at: datetime
    value: float
    flag: str


@dataclass(frozen=True)
class Shown:
    """One result in the unit of its line; ``row`` holds it as it was recorded."""

    row: Observation
    code: Code | None
    unit: str
    number: float | None

    @property
    def observed_at(self) -> datetime:
        return self.row.observed_at

    @property
    def text(self) -> str:
        """The figure or the answer, without its unit."""
        if self.row.value_code:
            known = self.code
            return known.answer_text(self.row.value_code) if known else self.row.value_code
        if self.number is None:
            return (
                "" if self.row.value_number is None else codes.plain_number(self.row.value_number)
            )
        if self.is_converted and self.code is not None:
            return f"{self.number:.{self.code.decimals_in(self.unit)}f}"
        return codes.plain_number(self.number)

    @property
    def is_converted(self) -> bool:
        return self.number is not None and self.unit != self.row.unit

    @property
    def unit_text(self) -> str:
        return codes.unit_text(self.unit if self.number is not None else self.row.unit)

    @property
    def lacks_unit(self) -> bool:
        """A number whose unit nobody wrote down: to be read with care, never by a model."""
        needs = self.code.needs_unit if self.code else False
        return self.row.value_number is not None and needs and not self.row.unit

    @property
    def flag(self) -> str:
        return self.row.flag

    @property
    def flag_symbol(self) -> str:
        return SYMBOLS.get(Observation.Flag(self.critical or self.row.flag), "")

    @property
    def critical(self) -> str:
        """``H`` or ``L`` where the value has reached a critical limit of the dictionary."""
        if self.code is None or self.number is None:
            return ""
        return self.code.critical_flag(self.number, self.unit)

    @property
    def flag_word(self) -> str:
        if self.critical:
            return critical_word(self.critical)
        if self.row.flag == Observation.Flag.HIGH:
            return pgettext("result above its range", "high")
        return pgettext("result below its range", "low") if self.row.flag else ""

    @property
    def reference(self) -> tuple[float | None, float | None]:
        """The range in the unit of the line."""
        low, high = self.row.reference_low, self.row.reference_high
        if not self.is_converted or self.code is None:
            return low, high
        unit = codes.normalise_unit(self.row.unit)
        return (
            None if low is None else self.code.convert(low, unit, self.unit),
            None if high is None else self.code.convert(high, unit, self.unit),
        )

    @property
    def reference_text(self) -> str:
        low, high = (self._limit_text(limit) for limit in self.reference)
        if low and high:
            return f"{low}–{high}"
        if low or high:
            return f"≥ {low}" if low else f"≤ {high}"
        return ""

    @property
    def is_corrected(self) -> bool:
        return self.row.replaces_id is not None

    def _limit_text(self, limit: float | None) -> str:
        if limit is None:
            return ""
        decimals = self.code.decimals_in(self.unit) if self.code else 2
        return codes.plain_number(round(limit, decimals))


@dataclass(frozen=True)
class Line:
    """One quantity: every valid result, the newest first, all in the unit of the newest."""

    key: str
    code: Code | None
    values: tuple[Shown, ...]

    @property
    def label(self) -> str:
        return self.code.name if self.code else self.latest.row.label or self.latest.row.code

    @property
    def latest(self) -> Shown:
        return self.values[0]

    @property
    def previous(self) -> Shown | None:
        return self.values[1] if len(self.values) > 1 else None

    @property
    def delta(self) -> float | None:
        """Change since the previous result, where both are numbers in one unit."""
        before = self.previous
        if before is None or before.number is None or self.latest.number is None:
            return None
        return self.latest.number - before.number

    @property
    def delta_text(self) -> str:
        if self.delta is None or self.previous is None:
            return ""
        decimals = max(_decimals(self.latest.text), _decimals(self.previous.text))
        rounded = round(self.delta, decimals)
        if rounded == 0:
            return _("unchanged")
        return f"{'+' if rounded > 0 else '−'}{abs(rounded):.{decimals}f}"

    @property
    def points(self) -> list[Point]:
        """For the trend line, oldest first; answers and unreadable numbers have no point."""
        return [
            Point(shown.observed_at, shown.number, shown.flag)
            for shown in reversed(self.values)
            if shown.number is not None
        ]

    @property
    def usual(self) -> tuple[float | None, float | None]:
        return self.latest.reference


@dataclass(frozen=True)
class Group:
    """The lines of one family."""

    family: Family
    lines: tuple[Line, ...]

    @property
    def label(self) -> str:
        return localized(self.family.label)


def lines_of(rows: Iterable[Observation], *, as_read: bool = False) -> dict[str, Line]:
    """Rows, the newest first, as lines by series; a panel's own row is none.

    ``as_read``: in the unit that the reader prefers, else all in the unit of the newest.
    """
    found: dict[str, tuple[Code | None, list[Observation]]] = {}
    for row in rows:
        code = codes.find(row.code, row.system)
        if code is not None and code.is_panel:
            continue
        key = code.series_key if code else f"{row.system}|{row.code}"
        found.setdefault(key, (code, []))[1].append(row)
    return {
        key: Line(key, code, _in_one_unit(code, held, as_read=as_read))
        for key, (code, held) in found.items()
    }


def _in_one_unit(
    code: Code | None, rows: Sequence[Observation], *, as_read: bool
) -> tuple[Shown, ...]:
    wanted = preferred(code.quantity, code.units) if code is not None and as_read else ""
    unit = wanted or next((u for row in rows if (u := _known_unit(code, row)) is not None), "")
    return tuple(Shown(row, code, unit, _number(code, row, unit)) for row in rows)


def _known_unit(code: Code | None, row: Observation) -> str | None:
    if row.value_number is None:
        return None
    unit = codes.normalise_unit(row.unit)
    if code is None:
        return unit
    if not unit and not code.needs_unit:
        return codes.UNITLESS
    return unit if code.accepts(unit) else None


def _number(code: Code | None, row: Observation, unit: str) -> float | None:
    own = _known_unit(code, row)
    if own is None or row.value_number is None:
        return None
    if own == unit:
        return row.value_number
    return code.convert(row.value_number, own, unit) if code else None


def grouped(lines: Mapping[str, Line]) -> list[Group]:
    """Lines by family, in the order of the dictionary; what it does not know comes last."""
    order = {code.series_key: place for place, code in reversed(list(enumerate(codes.ALL)))}
    groups = []
    for family in (*codes.FAMILIES, codes.OTHER):
        inside = [line for line in lines.values() if codes.family_of(line.code) is family]
        if inside:
            ordered = sorted(inside, key=lambda line: (order.get(line.key, len(order)), line.key))
            groups.append(Group(family, tuple(ordered)))
    return groups


def _decimals(text: str) -> int:
    return len(text.partition(".")[2])
