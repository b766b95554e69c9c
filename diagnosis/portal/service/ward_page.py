"""A training ward as its page shows it: one case at a time, and what came of all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from diagnosis.inference.lists.ward import Bed, Ward
from diagnosis.portal.words.estimate_words import ShownChoice, range_words, shown_choices
from diagnosis.portal.words.figures import percent
from diagnosis.portal.words.inputs_shown import reference_text, value_text
from diagnosis.portal.words.tally import ShownTally, shown_tally
from diagnosis.registry.models import Service
from medportal.common.text import localized


@dataclass(frozen=True)
class ShownValue:
    """One input of a case, in the unit of the service."""

    label: str
    value: str
    usual: str


@dataclass(frozen=True)
class ShownCase:
    """One case. What the model said and what happened are empty until it is answered."""

    number: int
    values: tuple[ShownValue, ...]
    own: str = ""
    model: str = ""
    band: str = ""
    version: int = 0
    happened: bool = False

    @property
    def has_usual(self) -> bool:
        return any(one.usual for one in self.values)

    @property
    def is_opened(self) -> bool:
        return bool(self.model)


@dataclass
class WardPage:
    ward: Ward
    wanted: str = ""
    """The number of a case to look back at, as the address has it."""

    @property
    def service(self) -> Service:
        return self.ward.service

    @property
    def event(self) -> str:
        """What may have happened, as a question that yes and no answer."""
        return localized(self.service.definition.sentence.event)

    @property
    def total(self) -> int:
        return len(self.ward.beds)

    @property
    def left(self) -> int:
        return self.total - self.ward.answered

    @property
    def choices(self) -> list[ShownChoice]:
        return shown_choices(self.service.definition)

    @cached_property
    def case(self) -> ShownCase | None:
        """The one that was asked for, if it is answered; else the next one; else none."""
        answered = [bed for bed in self.ward.beds if bed.opened]
        asked = next((bed for bed in answered if str(bed.number) == self.wanted), None)
        if asked is not None:
            return _shown(self.service, asked)
        number = self.ward.next_number if self.ward.is_open else None
        bed = next((bed for bed in self.ward.beds if bed.number == number), None)
        return _shown(self.service, bed) if bed else None

    @property
    def opened(self) -> list[ShownCase]:
        """All answered cases of the last round, to look back at."""
        return [_shown(self.service, bed) for bed in self.ward.beds if bed.opened]

    @cached_property
    def tally(self) -> ShownTally | None:
        found = self.ward.tally
        return shown_tally(found) if found else None

    @property
    def repeats(self) -> int:
        return sum(bool(r.is_repeat and r.finished_at) for r in self.ward.rounds)


def _shown(service: Service, bed: Bed) -> ShownCase:
    values = _values(service, bed.inputs)
    if bed.opened is None:
        return ShownCase(bed.number, values)
    answer = bed.opened.answer
    band = service.definition.band_of(answer.probability)
    return ShownCase(
        bed.number,
        values,
        own=range_words(answer.lower, answer.upper),
        model=percent(answer.probability),
        band=localized(band.label) if band else "",
        version=answer.version.number,
        happened=bed.opened.happened,
    )


def _values(service: Service, inputs: Mapping[str, Any]) -> tuple[ShownValue, ...]:
    schema = service.sheet.features
    return tuple(
        ShownValue(
            localized(feature.label),
            value_text(feature, inputs.get(feature.name), feature.unit),
            reference_text(feature, feature.unit),
        )
        for feature in schema
    )
