"""Numbers: typed with a unit, read in the reader's own."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from diagnosis.inputs import units
from diagnosis.inputs.kind import NOTHING, GivenValue, Numbers, Sent, Single, Templates
from diagnosis.ml import Feature, UnitError
from diagnosis.ml.inputs.units import normalise
from diagnosis.ml.inputs.words import is_missing
from diagnosis.records.entry.typed import not_a_number
from medportal.common import quantities
from medportal.common.quantities import number
from medportal.common.quantities import unit as printed
from medportal.common.signs import comma

ENDING = frozenset(
    ("not_a_number", "infinite", "unknown_unit", "unit_missing", "out_of_bounds", "not_whole")
)
"""What ends the request. A value outside the service's limits can be read: that run is refused."""


class Number:
    """As ``diagnosis.ml.inputs.number`` reads it."""

    name = "number"
    is_choice = False
    templates = Templates(
        field="inputs/number/_field.html",
        tried="inputs/number/_tried.html",
    )

    def given(
        self, feature: Feature, value: Any, unit: str | None
    ) -> tuple[GivenValue, str | None]:
        if isinstance(value, str) and is_missing(value) and not _is_not_finite(value):
            return NOTHING, None
        if isinstance(value, (list, Mapping)):
            return NOTHING, "not_a_number"
        if _is_not_finite(value):
            return NOTHING, "infinite"
        converted, code = feature.input.read(feature, value, unit)
        if code in ENDING or not isinstance(converted, float):
            return NOTHING, code
        return GivenValue(float(value), unit or feature.unit, converted), None

    def explain(
        self, feature: Feature, code: str, value: Any = None, unit: str | None = None
    ) -> str:
        return _suggestion(feature, code, value, unit) or _text(feature, code)

    def posted(self, feature: Feature, text: str, unit: str) -> tuple[Sent, str]:
        found = as_number(text)
        if found is None:
            return {}, not_a_number(text)
        if feature.unit_required and not unit:
            return {}, _("Choose the unit: the same number means another value.")
        return {"value": found, "unit": unit or None}, ""

    def of_chart(self, feature: Feature, converted: Single) -> float | None:
        return None if converted is None else float(converted)

    def raw(self, feature: Feature, converted: float | None, block: Numbers | None) -> Any:
        if converted is None or not feature.unit:
            return converted
        return {"value": converted, "unit": feature.unit}

    def own(self, feature: Feature, value: Single, unit: str | None) -> float | None:
        try:
            return None if value is None else feature.convert(float(value), unit)
        except (UnitError, TypeError, ValueError):
            return None

    def said(self, feature: Feature, value: Any, unit: str | None) -> str:
        """In the reader's unit, else as it was given: never a digit that nobody measured."""
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return "" if value is None else str(value)
        given = normalise(unit or feature.unit or "")
        wanted = units.shown_unit(feature, given)
        if given == wanted and not same_unit(feature, unit):
            return units.with_unit(number(float(value)), wanted)  # every digit as it was entered
        try:
            return units.measured(feature, feature.convert(float(value), given), given)
        except UnitError:
            return units.with_unit(number(float(value)), given)

    def said_of_model(self, feature: Feature, converted: float, *, alone: bool = True) -> str:
        if not alone and feature.unit != units.YEARS:
            return units.plain(feature, converted, units.shown_unit(feature))
        text = units.measured(feature, converted)
        return text if alone else text.split("\u00a0", maxsplit=1)[0]

    def rest(self, value: Single, block: Numbers | None) -> Single | list[float]:
        return value

    def fhir(self, feature: Feature, block: Numbers | None) -> dict[str, Any]:
        return {}


def same_unit(feature: Feature, given: str | None) -> bool:
    return not given or normalise(given) == normalise(feature.unit or "1")


def as_number(text: str) -> float | None:
    """A typed number; a comma could part thousands or decimals, so it is asked back."""
    try:
        found = quantities.typed(text)
    except ValueError:
        return None
    return found if math.isfinite(found) else None


def _is_not_finite(value: Any) -> bool:
    try:
        return not isinstance(value, bool) and not math.isfinite(float(value))
    except (TypeError, ValueError):
        return False
    except OverflowError:  # an integer longer than any float
        return True


def _text(feature: Feature, code: str) -> str:
    low, high = feature.bounds or (0, 0)
    texts = {
        "not_a_number": _("This is not a number."),
        "infinite": _("This is not a finite number."),
        "unknown_unit": _("Not read in this unit. Accepted: %(units)s."),
        "unit_missing": _("The unit is missing. Accepted: %(units)s."),
        "not_whole": _("This is counted: write a whole number."),
        "out_of_bounds": _("No body has that: possible is %(low)s to %(high)s %(unit)s."),
    }
    return texts[code] % {
        "units": comma().join(printed(unit) for unit in feature.units),
        "low": f"{low:g}",
        "high": f"{high:g}",
        "unit": printed(feature.unit),
    }


def _suggestion(feature: Feature, code: str, value: Any, unit: str | None) -> str | None:
    """«Did you mean 7.8 mmol/L = 141 mg/dL?»: a value that makes sense in another unit."""
    if code not in ("out_of_bounds", "outside_limits", "unknown_unit"):
        return None
    try:
        found = feature.suggest(float(value), unit)
    except (TypeError, ValueError, UnitError):
        return None
    if found is None:
        return None
    return _(
        "Not plausible in %(given)s: did you mean %(value)s %(other)s = %(converted)s %(unit)s?"
    ) % {
        "given": printed(unit or feature.unit),
        "value": f"{found.value:g}",
        "other": printed(found.unit),
        "converted": f"{found.converted:.{found.decimals}f}",
        "unit": printed(found.feature_unit),
    }
