"""Classes in FHIR: an entry an estimate, the headline first."""

from __future__ import annotations

from collections.abc import Iterator

from diagnosis.registry.sheet.sheets import Sheet
from diagnosis.results.figures import PERCENT
from diagnosis.results.multiclass.shown import called
from diagnosis.results.result import Result
from diagnosis.results.wire import OWN, interval, percentage
from medportal.common.plain import Stored

POSSIBLE = f"{OWN}:fhir:possible"


def predictions(result: Result, sheet: Sheet) -> Iterator[Stored]:
    """``probabilityDecimal`` is a percentage; a class of the set that stays possible says so."""
    order = {one.name: place for place, one in enumerate(sheet.estimates)}
    listed = sorted(
        result.estimates,
        key=lambda one: (one.name != result.headline_name, order.get(one.name, len(order))),
    )
    for one in listed:
        told = [interval(one.interval, PERCENT.scale)] if one.interval else []
        if result.possible is not None:
            told.append({"url": POSSIBLE, "valueBoolean": one.name in result.possible})
        yield {
            "outcome": {"text": called(sheet, one.name)},
            "extension": told,
            "probabilityDecimal": percentage(one.value),
        }
