"""Labels in FHIR: a prediction each, ``probabilityDecimal`` a percentage, the flagged marked."""

from __future__ import annotations

from collections.abc import Iterator

from diagnosis.registry.sheet.sheets import Sheet
from diagnosis.results.figures import PERCENT
from diagnosis.results.result import Result
from diagnosis.results.wire import extension, interval, percentage
from medportal.common.plain import Stored
from medportal.common.text import localized


def predictions(result: Result, sheet: Sheet) -> tuple[Stored, ...]:
    return tuple(_each(result, sheet))


def _each(result: Result, sheet: Sheet) -> Iterator[Stored]:
    for one in result.estimates:
        said, facts = sheet.estimate_named(one.name), result.label(one.name)
        told = [interval(one.interval, PERCENT.scale)] if one.interval else []
        if facts is not None:
            told.append(extension("flagged", valueBoolean=facts.flags(one.value)))
        yield {
            "outcome": {"text": localized(said.text) if said else one.name},
            "probabilityDecimal": percentage(one.value),
            **({"extension": told} if told else {}),
        }
