"""What a code of the dictionary says: its name, units, bounds, usual range and answers."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from diagnosis.ml.inputs.units import normalise as ucum
from medportal.common.text import localized

LOINC = "http://loinc.org"
OWN_CODES = "urn:medportal:codes"

Text = Mapping[str, str]  # {"en": …, "zh-Hans": …}
Range = tuple[float | None, float | None]

CALLED_AT_ONCE: Text = {
    "en": "common limits at which laboratories call the ward; to be confirmed by a clinician",
    "zh-Hans": "检验科通常立即电话报告的危急值界限；有待临床医师确认",
}

_SPELLINGS = {
    "°c": "Cel",
    "degc": "Cel",
    "cel": "Cel",
    "°f": "[degF]",
    "degf": "[degF]",
    "f": "[degF]",
    "lb": "[lb_av]",
    "lbs": "[lb_av]",
    "oz": "[oz_av]",
    "in": "[in_i]",
    "inch": "[in_i]",
    "inches": "[in_i]",
    "[in_us]": "[in_i]",
    "ft": "[ft_i]",
    "inr": "1",
    "ml/min/1.73m2": "mL/min/{1.73_m2}",
    "ml/min/1.73m²": "mL/min/{1.73_m2}",
    "ml/min/1.73.m2": "mL/min/{1.73_m2}",
    "ml/min/{1.73m2}": "mL/min/{1.73_m2}",
    "u/l": "U/L",
    "iu/l": "U/L",
    "[iu]/l": "U/L",
    "g": "g",
    "mm/h": "mm/h",
    "meq/l": "mmol/L",  # the same number for ions of one charge, the only ones listed so
}
UNITLESS = "1"


def normalise_unit(unit: str) -> str:
    """The UCUM spelling of a unit; nothing stays nothing."""
    plain = unit.strip()
    if not plain:
        return ""
    known = _SPELLINGS.get(plain.casefold().replace(" ", ""))
    return known or ucum(plain)


def plain_number(value: float) -> str:
    """A number as it was recorded, never with an exponent that a reader must undo."""
    text = f"{value:.10f}".rstrip("0").rstrip(".")
    return text if text not in ("", "-0") else "0"


@dataclass(frozen=True)
class Answer:
    """One answer of a coded finding; ``value`` is what the chart and REST hold."""

    value: str
    label: Text


@dataclass(frozen=True)
class Family:
    """Codes that stand together in the chart."""

    slug: str
    label: Text


@dataclass(frozen=True)
class Code:
    """One thing that can be observed.

    ``factors`` maps each accepted unit to how much of the first unit one of it is; bounds (what
    no body has), reference ranges (adults, by sex or ``any``) and critical limits (reached or
    passed: somebody must look at once) are in the first unit. Codes of
    one ``series`` are the same quantity under another code (mass and molar results).
    """

    code: str
    label: Text
    family: str
    system: str = LOINC
    factors: Mapping[str, float] = field(default_factory=dict)
    bounds: tuple[float, float] | None = None
    reference: Mapping[str, Range] = field(default_factory=dict)
    critical: Range = (None, None)
    critical_source: Text | None = None
    answers: tuple[Answer, ...] = ()
    decimals: int = 0
    series: str = ""
    quantity: str = ""
    """What is converted between its units, such as ``glucose``; empty where there is one unit."""
    components: tuple[str, ...] = ()
    definition: Text | None = None
    whole: bool = False
    """A count: there are no two and a half pregnancies."""

    @property
    def name(self) -> str:
        return localized(self.label)

    @property
    def words(self) -> str:
        """What a search looks into: both names and the code."""
        return " ".join((*self.label.values(), self.code)).casefold()

    @property
    def units(self) -> tuple[str, ...]:
        """Accepted units, the preferred one first."""
        return tuple(self.factors)

    @property
    def unit(self) -> str:
        """The preferred unit; empty for a finding, ``1`` for a count."""
        return next(iter(self.factors), "")

    @property
    def is_coded(self) -> bool:
        return bool(self.answers)

    @property
    def is_panel(self) -> bool:
        return bool(self.components)

    @property
    def needs_unit(self) -> bool:
        return self.unit not in ("", UNITLESS)

    @property
    def series_key(self) -> str:
        return self.series or self.code

    def accepts(self, unit: str) -> bool:
        return unit in self.factors

    def convert(self, value: float, unit: str, to: str) -> float:
        """``value`` from one accepted unit into another; KeyError for a unit not accepted."""
        return value * self.factors[unit] / self.factors[to]

    def bounds_in(self, unit: str) -> tuple[float, float] | None:
        if self.bounds is None:
            return None
        low, high = self.bounds
        return self.convert(low, self.unit, unit), self.convert(high, self.unit, unit)

    def is_possible(self, value: float, unit: str) -> bool:
        """Whether a body can have this value; judged with a little room for rounded factors."""
        bounds = self.bounds_in(unit)
        return bounds is None or bounds[0] * 0.999 <= value <= bounds[1] * 1.001

    def reference_in(self, unit: str, sex: str) -> Range:
        """The usual adult range in ``unit``; (None, None) where none is known for this sex."""
        low, high = self.reference.get(sex) or self.reference.get("any") or (None, None)
        return (
            None if low is None else self.convert(low, self.unit, unit),
            None if high is None else self.convert(high, self.unit, unit),
        )

    def critical_in(self, unit: str) -> Range:
        """The limits, in ``unit``, at which a value must not wait; None where there is none."""
        low, high = self.critical
        return (
            None if low is None else self.convert(low, self.unit, unit),
            None if high is None else self.convert(high, self.unit, unit),
        )

    def critical_flag(self, value: float, unit: str) -> str:
        """``H`` or ``L`` where ``value`` has reached a critical limit."""
        if not self.accepts(unit):
            return ""
        low, high = self.critical_in(unit)
        if low is not None and (value < low or math.isclose(value, low)):
            return "L"
        return "H" if high is not None and (value > high or math.isclose(value, high)) else ""

    def decimals_in(self, unit: str) -> int:
        """How many decimals a value deserves in ``unit``, when it had to be converted."""
        if unit not in self.factors:
            return self.decimals
        return max(0, self.decimals + round(math.log10(self.factors[unit])))

    def answer(self, value: str) -> Answer | None:
        return next((answer for answer in self.answers if answer.value == value), None)

    def answer_text(self, value: str) -> str:
        """The answer in the reader's language; an answer unknown today as it was stored."""
        known = self.answer(value)
        return localized(known.label) if known else value
