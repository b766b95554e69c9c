"""An input in the unit in which people read it; the model's own stays what is computed with."""

from __future__ import annotations

import math

from django.utils.translation import gettext as _

from diagnosis.ml import Feature
from diagnosis.ml.errors import UnitError
from diagnosis.ml.inputs.units import normalise
from diagnosis.records import codes
from medportal.common.preferred_units import preferred
from medportal.common.quantities import number
from medportal.common.quantities import unit as printed
from medportal.common.signs import before_unit

YEARS = "a"


def shown_unit(feature: Feature, given: str | None = None) -> str:
    """The organisation's unit, else that in which the value was given, else the model's."""
    wanted = preferred(_quantity(feature), feature.units)
    return wanted or (normalise(given) if given else "") or feature.unit or ""


def _quantity(feature: Feature) -> str:
    known = (codes.find(source.code) for source in feature.sources if source.code)
    return next((code.quantity for code in known if code is not None), "")


def units_in_order(feature: Feature) -> tuple[str, ...]:
    """The accepted units, the one to be shown first before the others."""
    first = preferred(_quantity(feature), feature.units)
    return tuple(sorted(feature.units, key=lambda unit: unit != first)) if first else feature.units


def factor(feature: Feature, unit: str) -> float:
    """How much of the model's unit one of ``unit`` is; 1 where it is not known."""
    try:
        return feature.convert(1.0, unit or feature.unit)
    except UnitError:
        return 1.0


def decimals(feature: Feature, unit: str) -> int:
    return max(0, feature.decimals + round(math.log10(factor(feature, unit))))


def plain(feature: Feature, value: float, unit: str, more: int = 0) -> str:
    """A value of the model as its figures alone in ``unit``; years as the banner counts them."""
    if feature.unit == YEARS:
        return str(math.floor(value))
    return number(value / factor(feature, unit), decimals(feature, unit) + more)


def with_unit(text: str, unit: str) -> str:
    written = _("years") if unit == YEARS else printed(unit)
    return f"{text}{before_unit(written)}{written}" if written else text


def measured(feature: Feature, value: float, given: str | None = None, more: int = 0) -> str:
    """A value of the model with its unit, as this reader reads it."""
    unit = shown_unit(feature, given)
    return with_unit(plain(feature, value, unit, more), unit)


def span(feature: Feature, low: float, high: float, given: str | None = None) -> str:
    """«3.5–5.0 g/dL»: the unit once."""
    unit = shown_unit(feature, given)
    return with_unit(f"{plain(feature, low, unit)}\u2013{plain(feature, high, unit)}", unit)
