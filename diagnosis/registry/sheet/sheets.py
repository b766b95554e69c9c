"""The sheet of a service: what it answers, for whom, in which words, and what its bands ask for."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from diagnosis.registry.sheet import bands, levels
from diagnosis.registry.sheet.bands import Band
from diagnosis.registry.sheet.rules import Rule
from diagnosis.registry.sheet.shape import BESIDE, Part
from medportal.common.text import Text

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class NotFor(Part):
    """One point of ``never``; ``rules`` and ``inputs`` are what checks it before a run."""

    text: Text = field(metadata=BESIDE)
    rules: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ()
    unchecked: bool = False

    @property
    def is_checked(self) -> bool:
        """A point that names nothing, as in sheets of before, counts as unchecked."""
        return bool(self.rules or self.inputs)


@dataclass(frozen=True, kw_only=True)
class Note(Part):
    """What is said with every result, or with those of some bands alone."""

    text: Text = field(metadata=BESIDE)
    bands: tuple[str, ...] | None = None

    def is_said(self, band: str | None) -> bool:
        return band is None or self.bands is None or band in self.bands


@dataclass(frozen=True, kw_only=True)
class Horizon(Part):
    """Until when the event counts; without days it is there now or never."""

    text: Text
    days: int | None = None


@dataclass(frozen=True, kw_only=True)
class Action(Part):
    """What can be decided; ``free`` asks for words."""

    code: str
    label: Text
    free: bool = False


@dataclass(frozen=True, kw_only=True)
class Sentence(Part):
    """People and event in words, so that a probability can be said as a frequency.

    ``quantity`` in their place where a number is estimated: what it is. The kind of the answer
    says which of them it needs.
    """

    people: Text
    event: Text = field(default_factory=dict)
    not_event: Text = field(default_factory=dict)
    quantity: Text | None = None
    none: Text | None = None
    """What is said where none of several labels is flagged, and what that does not mean."""
    possible: Text | None = None
    """Which classes of several stay possible, with the places {classes} and {level}."""
    all_possible: Text | None = None
    """The inputs do not tell: each of them does."""
    everybody: Text | None = None
    template: Text | None = None
    patient_template: Text | None = None
    patient_event: Text | None = None
    patient_not_event: Text | None = None


@dataclass(frozen=True, kw_only=True)
class Provenance(Part):
    name: Text
    text: Text
    rows: int | None = None


@dataclass(frozen=True, kw_only=True)
class Usual(Part):
    """What is used today, to compare with."""

    label: Text
    source: Text | str | None = None


@dataclass(frozen=True, kw_only=True)
class ScaleSaid(Part):
    """Where the number that is estimated can lie, in UCUM, and the smallest step that is said."""

    unit: str
    low: float
    high: float
    step: float


@dataclass(frozen=True, kw_only=True)
class OnlyWith(Part):
    """One of several numbers that is there only where an input has one of these values."""

    feature: str
    values: tuple[str, ...]
    reason: Text


@dataclass(frozen=True, kw_only=True)
class NotOffered(Part):
    """What the service does not answer, by name, so that its absence is not read as a no."""

    code: str
    label: Text
    reason: Text


@dataclass(frozen=True, kw_only=True)
class EstimateSaid(Part):
    """One of several numbers of an answer: its name in the model, and how it is called.

    They stand in the order in which they are shown. ``explained``: its reasons can be asked for.
    """

    name: str
    text: Text = field(metadata=BESIDE)
    explained: bool = False
    only_with: OnlyWith | None = None


@dataclass(frozen=True, kw_only=True)
class Sheet(Part):
    """Everything that a service says of itself, in both languages. What a reviewer signs."""

    slug: str
    name: Text
    question: Text
    user: Text
    when: Text
    never: tuple[NotFor, ...]
    horizon: Horizon
    validity_days: int
    offered_on_chart: bool
    in_worklist: bool
    patient_sheet: bool
    hidden_from_nurses: bool
    ask_own_estimate: bool
    population: tuple[Rule, ...]
    bands: tuple[Band, ...]
    actions: tuple[Action, ...]
    sentence: Sentence
    kind: str = "binary"
    """What is answered: a name in ``RESULT_KINDS``."""
    scale: ScaleSaid | None = None
    """Of a number; a probability has its own."""
    estimates: tuple[EstimateSaid, ...] = ()
    """Of an answer with several; one with a single number names none."""
    bands_of: str | None = None
    """Which of them bands, worklist and trend speak of; none where no single one says it all."""
    not_offered: tuple[NotOffered, ...] = ()
    warnings: tuple[Rule, ...] = ()
    answer_rules: tuple[Rule, ...] = ()
    """Where the answer itself says that the model does not hold: it is refused, never shown."""
    short_name: Text | None = None
    population_note: Text | None = None
    band_note: Text | None = None
    flag_threshold: float | None = None
    reference_class: Text | None = None
    usual: Usual | None = None
    contradiction_notes: Mapping[str, Text] = field(default_factory=dict)
    result_notes: tuple[Note, ...] = ()
    provenance: Provenance | None = None
    fixed_lines: tuple[Text, ...] = ()

    @property
    def rules(self) -> tuple[Rule, ...]:
        return self.population + self.warnings

    @property
    def refusing(self) -> tuple[Rule, ...]:
        """Everything that keeps a number from being given, before or after it is computed."""
        return self.population + self.answer_rules

    @property
    def ends(self) -> tuple[float, float]:
        """Where the scale of its bands begins and ends."""
        return (self.scale.low, self.scale.high) if self.scale else (0.0, 1.0)

    def estimate_named(self, name: str) -> EstimateSaid | None:
        return next((one for one in self.estimates if one.name == name), None)

    def band_of(self, estimate: float) -> Band | None:
        """The band of an estimate; None where the service has no bands."""
        return self.bands[self.number_of(estimate)] if self.bands else None

    def number_of(self, estimate: float) -> int:
        """Which band from below, counted from 0; 0 where the service has none."""
        return bands.number_of(self.bands, estimate)

    def band_named(self, code: str) -> Band | None:
        return next((band for band in self.bands if band.code == code), None)

    def asking_codes(self) -> list[str]:
        """Bands whose result should not wait: all but the lowest, unless the sheet says so."""
        return [band.code for i, band in enumerate(self.bands) if bands.asks(self.bands, i)]

    def action_named(self, code: str) -> Action | None:
        return next((action for action in self.actions if action.code == code), None)

    def action_label(self, code: str) -> Text | str:
        """The action in words, or its code where the sheet does not know it any more."""
        found = self.action_named(code)
        return found.label if found else code


KEPT_SHEETS = 100
_sheets: dict[bytes, Sheet] = {}


def read(stored: Mapping[str, Any]) -> Sheet:
    """A stored sheet, by its digest: one that several rows hold is read once a process."""
    said = json.dumps(stored, sort_keys=True, ensure_ascii=False)
    digest = hashlib.sha256(said.encode()).digest()
    found = _sheets.get(digest)
    if found is None:
        if len(_sheets) >= KEPT_SHEETS:
            _sheets.clear()
        found = _sheets[digest] = _usable(Sheet.from_dict(stored))
    return found


def _usable(sheet: Sheet) -> Sheet:
    """A sheet of before that would not be accepted today: shown with what can be relied on."""
    listed: Sequence[Band] = sheet.bands
    if listed and not bands.cover(listed, sheet.ends):
        logger.error("Sheet %s: its bands leave a gap, so it has none.", sheet.slug)
        return replace(sheet, bands=())
    strange = [band.code for band in listed if band.code not in levels.LEVELS]
    if strange:
        logger.warning("Sheet %s: no level is called %s.", sheet.slug, ", ".join(strange))
    kept = tuple(replace(band, code=band.code[: levels.LONGEST]) for band in listed)
    return replace(sheet, bands=kept) if strange else sheet
