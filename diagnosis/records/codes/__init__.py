"""The dictionary of what the chart can hold: LOINC where it is sure, else our own codes."""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType

from diagnosis.records.codes import (
    findings,
    laboratory,
    laboratory_blood,
    laboratory_thyroid,
    measurements,
    pathology,
)
from diagnosis.records.codes.families import FAMILIES, OTHER
from diagnosis.records.codes.foreign import conversion
from diagnosis.records.codes.model import (
    LOINC,
    OWN_CODES,
    UNITLESS,
    Answer,
    Code,
    Family,
    Range,
    normalise_unit,
    plain_number,
)
from medportal.common.quantities import unit as unit_text

__all__ = [
    "ALL",
    "FAMILIES",
    "LOINC",
    "OTHER",
    "OWN_CODES",
    "UNITLESS",
    "Answer",
    "Code",
    "Family",
    "Range",
    "conversion",
    "family_of",
    "find",
    "for_unit",
    "grouped",
    "normalise_unit",
    "plain_number",
    "same_series",
    "unit_text",
]

ALL: tuple[Code, ...] = (
    *measurements.VITAL_SIGNS,
    *measurements.BODY,
    *measurements.FUNCTION_TESTS,
    *findings.CARDIOLOGY,
    *laboratory.GLUCOSE,
    *laboratory.LIPIDS,
    *laboratory.LIVER,
    *laboratory.KIDNEY,
    *laboratory_blood.HAEMATOLOGY,
    *laboratory_blood.LIGHT_CHAINS,
    *laboratory_blood.INFLAMMATION,
    *laboratory_thyroid.TESTS,
    *laboratory_thyroid.HISTORY,
    *findings.METABOLISM,
    *findings.BREAST_IMAGING,
    *pathology.BREAST,
    *measurements.HISTORY,
)
_BY_CODE = MappingProxyType({code.code: code for code in ALL})
_FAMILIES = MappingProxyType({family.slug: family for family in FAMILIES})


def find(code: str, system: str | None = None) -> Code | None:
    """The entry of a code; with a system, only if it belongs there."""
    entry = _BY_CODE.get(code)
    return None if entry is None or system not in (None, entry.system) else entry


def family_of(code: Code | None) -> Family:
    return _FAMILIES[code.family] if code else OTHER


def same_series(code: Code) -> tuple[Code, ...]:
    """The codes of the same quantity, this one among them."""
    return tuple(other for other in ALL if other.series_key == code.series_key)


def for_unit(code: Code, unit: str) -> Code:
    """The code that stands for this quantity in ``unit``: LOINC parts mass and molar results."""
    wanted = normalise_unit(unit)
    choices = (code, *same_series(code))
    return next((other for other in choices if other.unit == wanted), code)


def grouped(*, panels: bool = True) -> Sequence[tuple[Family, Sequence[Code]]]:
    """What a person can choose from: one entry a quantity, by family, in the order of the chart."""
    groups = []
    for family in FAMILIES:
        first: dict[str, Code] = {}
        for code in ALL:
            if code.family == family.slug and (panels or not code.is_panel):
                first.setdefault(code.series_key, code)
        groups.append((family, tuple(first.values())))
    return [group for group in groups if group[1]]
