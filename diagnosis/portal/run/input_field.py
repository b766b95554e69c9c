"""One input of a service on a form: the chart's value in the reader's unit, or what was typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from diagnosis.inference.snapshot.standing import Typical
from diagnosis.inputs import shown_kind, units
from diagnosis.inputs.kind import ShownInput
from diagnosis.inputs.number import as_number
from diagnosis.ml import Feature
from diagnosis.ml.inputs.units import normalise
from diagnosis.portal.words import wording
from diagnosis.portal.words.feature_range import feature_range
from diagnosis.portal.words.range_shown import ShownRange
from diagnosis.records.entry.typed import Fill
from diagnosis.records.reading import Reading
from medportal.common import quantities
from medportal.common.text import localized


@dataclass(frozen=True)
class Option:
    value: str
    label: str
    chosen: bool


@dataclass(frozen=True)
class InputField:
    """One input of the service on the form."""

    feature: Feature
    reading: Reading
    posted: Mapping[str, str] | None = None
    error: str = ""
    typical: Typical | None = None

    @property
    def name(self) -> str:
        return self.feature.name

    @property
    def label(self) -> str:
        return localized(self.feature.label)

    @property
    def definition(self) -> str:
        return localized(self.feature.definition)

    @property
    def assumed(self) -> str:
        return localized(self.feature.assumed)

    @property
    def is_locked(self) -> bool:
        """Age and sex come from the patient; whoever doubts them corrects the patient."""
        return any(source.kind == "patient" for source in self.feature.sources)

    @property
    def kind(self) -> ShownInput:
        """How it is asked for."""
        return shown_kind(self.feature)

    @property
    def is_choice(self) -> bool:
        return self.kind.is_choice

    @property
    def status(self) -> str:
        return str(self.reading.status)

    @property
    def is_in_chart(self) -> bool:
        return self.reading.value is not None and self.status in ("current", "stale")

    @property
    def chart_text(self) -> str:
        """What the chart says, as the field holds it: the thing that a change is measured by."""
        value = self.reading.value
        if not self.is_in_chart or value is None:
            return ""
        if not isinstance(value, int | float):
            return str(value)
        unit, given = self.chart_unit, self._given_unit
        if unit == given or not given:
            return f"{value:.6g}"
        there = self.feature.convert(float(value), given) / units.factor(self.feature, unit)
        return f"{there:.{units.decimals(self.feature, unit)}f}"

    @property
    def _given_unit(self) -> str:
        """The unit in the chart, as the feature spells it; nothing where it is none of its own."""
        known = {normalise(unit): unit for unit in self.feature.units}
        return known.get(normalise(self.reading.unit or ""), "") if self.is_in_chart else ""

    @property
    def chart_unit(self) -> str:
        """The reader's own; none where one is demanded and nobody knows it."""
        if not self.feature.units or (self.feature.unit_required and not self._given_unit):
            return ""
        first = units.units_in_order(self.feature)[0]
        is_preferred = first != self.feature.units[0]
        return first if is_preferred else units.shown_unit(self.feature, self._given_unit)

    @property
    def seen(self) -> str:
        """Sent along, so that a value that came meanwhile is noticed and not taken for a change."""
        return f"{self.chart_text} {self.chart_unit}".strip() if self.is_in_chart else ""

    def _sent(self, part: str) -> str:
        return (self.posted or {}).get(f"{part}_{self.name}", "").strip()

    @property
    def text(self) -> str:
        if self.posted is None or self.is_locked or self.is_overtaken:
            return self.chart_text
        return self._sent("value")

    @property
    def is_stale_form(self) -> bool:
        """Whether the chart has something else by now than when the form was opened."""
        return self.posted is not None and self._sent("seen") != self.seen

    @property
    def is_overtaken(self) -> bool:
        """As it was in the chart of then, untouched: now the chart of today goes there."""
        was = " ".join(filter(None, (self._sent("value"), self._sent("unit"))))
        return self.is_stale_form and self._sent("seen") in (was, self._sent("value"))

    @property
    def unit(self) -> str:
        if self.posted is None or self.is_overtaken:
            return self.chart_unit
        return self._sent("unit")

    @property
    def uses_stale(self) -> bool:
        return self.posted is not None and bool(self._sent("use"))

    @property
    def shown_text(self) -> str:
        """The value of an input that is not typed in."""
        if self.is_choice:
            return next((option.label for option in self.options if option.chosen), "")
        value = self.reading.value
        # An age is said in completed years, whatever fraction the model reads.
        return wording.number(int(value)) if isinstance(value, int | float) else ""

    @property
    def options(self) -> list[Option]:
        return [
            Option(category.value, localized(category.label), category.value == self.text)
            for category in self.feature.categories
        ]

    @property
    def units(self) -> list[Option]:
        """The unit of the chart is chosen; where a unit is demanded and unknown, none is."""
        return [
            Option(unit, wording.unit(unit), unit == self.unit)
            for unit in units.units_in_order(self.feature)
        ]

    @property
    def unit_text(self) -> str:
        return wording.unit(self.unit or self.feature.unit)

    @property
    def usual(self) -> str:
        """Its usual range, where no picture shows it."""
        if self.feature.reference_range is None or self.is_locked or self.range is not None:
            return ""
        return _("usual %(range)s") % {
            "range": units.span(self.feature, *self.feature.reference_range, self.unit)
        }

    @property
    def fills(self) -> list[Fill]:
        """What was perhaps meant by a value that is refused, to be taken over with one click."""
        if not self.error or not self.feature.is_quantity or self.is_locked:
            return []
        number = as_number(self.text)
        if number is None:
            return [Fill(meant, self.unit) for meant in quantities.meant(self.text)]
        found = self.feature.suggest(number, self.unit or None)
        return [Fill(self.text, found.unit)] if found else []

    @property
    def range(self) -> ShownRange | None:
        """The value of the field against usual and typical; nothing while it is no number."""
        number: Any = self.reading.value if self.is_locked else as_number(self.text)
        said = self.shown_text if self.is_locked else f"{self.text} {wording.unit(self.unit)}"
        unit = self.feature.unit or "" if self.is_locked else self.unit
        return feature_range(
            self.feature, number, unit, self.typical, text=said.strip(), shown_in=unit
        )
