"""Numbers with a unit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from diagnosis.ml.errors import UnitError
from diagnosis.ml.inputs.in_table import InTable
from diagnosis.ml.inputs.kind import (
    LARGEST,
    NAN,
    Block,
    Floats,
    Place,
    Value,
    named,
    needed,
    nothing,
)
from diagnosis.ml.inputs.terms import Suggestion
from diagnosis.ml.inputs.units import normalise
from diagnosis.ml.inputs.words import is_missing, number_of

if TYPE_CHECKING:
    from diagnosis.ml.schema import Feature


class Number(InTable):
    """A number in the unit of its feature, or in one that is converted into it."""

    name = "number"
    place = Place.QUANTITY

    def problem(self, feature: Feature) -> str | None:
        """Return what a number can not have."""
        if feature.codes:
            return "a number has no categories"
        return "a number has no shape" if feature.shape else None

    def read(self, feature: Feature, raw: Any, unit: Any = None) -> tuple[Value, str | None]:
        """Return a number in the feature's unit; one without its unit is read in that.

        Whether a number without a required unit may be scored is the caller's decision.
        """
        if is_missing(raw):
            return nothing(feature)
        number = number_of(raw)
        if number is None:
            return NAN, "not_a_number"
        if not abs(number) <= LARGEST:
            return NAN, "infinite"
        try:
            value = feature.convert(number, None if unit is None else str(unit))
        except UnitError:
            missing = unit is None or not str(unit).strip()
            return (number, "unit_missing") if missing else (NAN, "unknown_unit")
        return value, _beyond(feature, value)

    def message(self, feature: Feature, code: str) -> str:
        """Say what was found about a number."""
        name, unit = named(feature), feature.unit or ""
        bounds, limits = feature.bounds or (NAN, NAN), feature.limits or (NAN, NAN)
        units = ", ".join(feature.units)
        return {
            "required_missing": needed(feature),
            "not_a_number": f"{name} is not a number.",
            "infinite": f"{name} is not a finite number.",
            "unknown_unit": f"{name} is not read in that unit; accepted: {units}.",
            "unit_missing": f"{name} needs its unit; accepted: {units}.",
            "out_of_bounds": f"{name} lies outside {bounds[0]:g} to {bounds[1]:g} {unit}".rstrip()
            + ": no body has that.",
            "outside_limits": f"{name} lies outside {limits[0]:g} to {limits[1]:g} {unit}".rstrip()
            + ", for which the model was made.",
            "not_whole": f"{name} is counted: a whole number, without a fraction.",
        }[code]

    def column(self, feature: Feature, column: Any) -> Floats | Block:
        """Return a column of a DataFrame; clean numbers in one go."""
        if column.dtype.kind not in "fiu":
            return super().column(feature, column)
        numbers = column.to_numpy(dtype=np.float64, na_value=np.nan)
        return np.where(np.abs(numbers) <= LARGEST, numbers, np.nan)


def _beyond(feature: Feature, value: float) -> str | None:
    for pair, code in ((feature.bounds, "out_of_bounds"), (feature.limits, "outside_limits")):
        if pair is not None and not pair[0] <= value <= pair[1]:
            return code
    return "not_whole" if feature.whole and value != round(value) else None


def suggestion(feature: Feature, value: float, unit: str | None) -> Suggestion | None:
    """Return the other accepted unit in which an implausible value would make sense."""
    given = normalise(unit or feature.unit or "1")
    try:
        if feature.plausible(feature.convert(value, given)):
            return None
    except UnitError:
        pass  # an unknown unit is exactly where a suggestion helps
    for other in feature.units:
        there = feature.convert(value, other)
        if normalise(other) != given and feature.plausible(there):
            return Suggestion(float(value), other, there, feature.unit or "", feature.decimals)
    return None
