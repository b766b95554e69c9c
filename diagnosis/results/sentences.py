"""Sentences that answers of several kinds share, in both languages beside this file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from diagnosis.results.figures import Figures
from diagnosis.results.pictures.rounding import whole
from diagnosis.results.result import INTERVAL_METHOD, LEVEL, RANGE_METHOD, Result
from medportal.common.text import Text, localized

Sentences = Mapping[str, Text]


def beside(module: str) -> Sentences:
    """Those in the JSON file that is called like the module."""
    found: Sentences = json.loads(Path(module).with_suffix(".json").read_text(encoding="utf-8"))
    return found


SENTENCES = beside(__file__)
NAMES = {INTERVAL_METHOD: "interval", RANGE_METHOD: "range"}


def interval_sentence(result: Result, figures: Figures) -> str:
    """What the interval is: of models, or of people; neither may be read as the other.

    A result says itself how its interval was made: older ones hold the narrower one of refits.
    """
    interval = result.headline.interval if result.headline else None
    if not interval:
        return localized(SENTENCES["no_interval"])
    level = LEVEL if result.interval_level is None else result.interval_level
    name = NAMES.get(result.interval_method or "", "interval_of_refits")
    return localized(SENTENCES[name]).format(level=whole(level), range=figures.span(*interval))
