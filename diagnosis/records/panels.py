"""Results that belong together, such as the two figures of a blood pressure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from diagnosis.records import codes
from diagnosis.records.codes import Code
from diagnosis.records.results import Line, Shown


@dataclass(frozen=True)
class Reading:
    """The parts of a panel that were measured at one moment, such as 128/82."""

    observed_at: datetime
    parts: tuple[Shown, ...]

    @property
    def text(self) -> str:
        return "/".join(part.text for part in self.parts)

    @property
    def flag_symbol(self) -> str:
        return next((part.flag_symbol for part in self.parts if part.flag or part.critical), "")

    @property
    def flag_word(self) -> str:
        return next((part.flag_word for part in self.parts if part.flag or part.critical), "")


@dataclass(frozen=True)
class Panel:
    """Values that belong together, the newest first."""

    code: Code
    readings: tuple[Reading, ...]

    @property
    def label(self) -> str:
        return self.code.name

    @property
    def latest(self) -> Reading:
        return self.readings[0]

    @property
    def unit_text(self) -> str:
        return self.latest.parts[0].unit_text


def panels_of(lines: Mapping[str, Line]) -> list[Panel]:
    """Panels whose parts were all measured at one moment at least once."""
    found = []
    for code in (code for code in codes.ALL if code.is_panel):
        parts = [lines[part].values for part in code.components if part in lines]
        if len(parts) == len(code.components):
            readings = _together(parts)
            found += [Panel(code, readings)] if readings else []
    return found


def _together(parts: Sequence[Sequence[Shown]]) -> tuple[Reading, ...]:
    others = [{shown.observed_at: shown for shown in part} for part in parts[1:]]
    return tuple(
        Reading(first.observed_at, (first, *(other[first.observed_at] for other in others)))
        for first in parts[0]
        if all(first.observed_at in other for other in others)
    )
