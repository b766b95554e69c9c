"""Labels in FHIR: a prediction each, ``probabilityDecimal`` a percentage, the flagged marked."""

from __future__ import annotations

from collections.abc import Iterator

from diagnosis.registry.sheet.sheets import Sheet
from diagnosis.results.figures import PERCENT
from diagnosis.results.result import Result
from diagnosis.results.wire import OWN, interval, percentage
from medportal.common.plain import Stored
from medportal.common.text import localized


def predictions(result: Result, sheet: Sheet) -> tuple[Stored, ...]:
    return tuple(_each(result, sheet))


def _each(result: Result, sheet: Sheet) -> Iterator[Stored]:
    for said in sheet.estimates:  # what is stored has no order
        one, facts = result.estimate(said.name), result.label(said.name)
        if one is None:
            continue
        told = [interval(one.interval, PERCENT.scale)] if one.interval else []
        if facts is not None:
            is_flagged = facts.flags(one.value)
            told.append({"url": f"{OWN}:fhir:flagged", "valueBoolean": is_flagged})
        yield {
            "outcome": {"text": localized(said.text)},
            "probabilityDecimal": percentage(one.value),
            **({"extension": told} if told else {}),
        }
