"""A risk over time in FHIR: an entry a horizon, each with the range of time that it speaks of."""

from __future__ import annotations

from collections.abc import Iterator

from diagnosis.registry.sheet.sheets import Sheet
from diagnosis.results.figures import PERCENT
from diagnosis.results.result import Result
from diagnosis.results.survival.periods import PRINTED
from diagnosis.results.wire import UCUM, interval, percentage
from medportal.common.plain import Stored
from medportal.common.text import localized


def predictions(result: Result, sheet: Sheet) -> Iterator[Stored]:
    """The headline first; ``whenRange`` begins when the data are of."""
    unit = result.curve.unit if result.curve else "d"
    headline = result.headline
    others = (one for one in result.estimates if one is not headline)
    for one in (headline, *others) if headline else others:
        yield {
            "outcome": {"text": localized(sheet.sentence.event)},
            "extension": [interval(one.interval, PERCENT.scale)] if one.interval else [],
            "probabilityDecimal": percentage(one.value),
            "whenRange": {"low": _time(0.0, unit), "high": _time(float(one.name), unit)},
        }


def _time(value: float, unit: str) -> Stored:
    return {"value": value, "unit": PRINTED[unit], "system": UCUM, "code": unit}
