"""The range picture of one input of a model: usual, typical of its patients, this patient."""

from __future__ import annotations

from django.utils.translation import gettext as _

from diagnosis.inference.snapshot.standing import Typical
from diagnosis.inputs import units
from diagnosis.ml import Feature
from diagnosis.ml.errors import UnitError
from diagnosis.portal.words.range_shown import ShownRange
from diagnosis.portal.words.wording import unit as printed
from diagnosis.records import codes
from medportal.common.text import localized


def feature_range(
    feature: Feature,
    value: object,
    unit: str | None,
    typical: Typical | None,
    *,
    text: str = "",
    shown_in: str = "",
) -> ShownRange | None:
    """``value`` as given in ``unit``; nothing for an answer, or where there is no number."""
    if not feature.is_quantity or isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        own = feature.convert(float(value), unit or feature.unit)
    except UnitError:
        return None
    there = shown_in or units.shown_unit(feature, unit)
    factor = units.factor(feature, there)
    low, high = feature.reference_range or (None, None)
    return ShownRange(
        name=feature.name.replace("_", "-"),
        label=localized(feature.label),
        text=text,
        value=own / factor,
        usual=(None if low is None else low / factor, None if high is None else high / factor),
        typical=typical and (typical[0] / factor, typical[1] / factor, typical[2] / factor),
        critical=_critical(feature, own / factor, there),
        decimals=0 if feature.unit == units.YEARS else units.decimals(feature, there),
        unit=_("years") if feature.unit == units.YEARS else printed(there),
    )


def _critical(feature: Feature, value: float, unit: str) -> str:
    """By the dictionary's entry of the first code from which the input is read."""
    wanted = codes.normalise_unit(unit)
    for source in feature.sources:
        known = codes.find(source.code) if source.code else None
        if known is not None and known.accepts(wanted):
            return known.critical_flag(value, wanted)
    return ""
