"""A probability in FHIR: ``probabilityDecimal`` is a percentage, 0 to 100."""

from __future__ import annotations

from typing import Any

from diagnosis.registry.sheet.sheets import Sheet
from diagnosis.results.figures import PERCENT
from diagnosis.results.result import Result
from diagnosis.results.wire import interval, percentage
from medportal.common.plain import Stored
from medportal.common.text import localized


def prediction(result: Result, sheet: Sheet) -> Stored:
    headline = result.headline
    said: dict[str, Any] = {"outcome": {"text": localized(sheet.sentence.event)}}
    if headline is None:
        return said
    if headline.interval is not None:
        said["extension"] = [interval(headline.interval, PERCENT.scale)]
    return said | {"probabilityDecimal": percentage(headline.value)}
