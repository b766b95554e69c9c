"""The ranges of an own estimate as one reads and taps them."""

from __future__ import annotations

from dataclasses import dataclass

from diagnosis.inference.before.own_estimate import Choice, choices_of
from diagnosis.inference.models import OwnEstimate
from diagnosis.portal.words.figures import exact_percent, exact_range, percent
from diagnosis.portal.words.sentences import say
from diagnosis.registry.sheet.sheets import Sheet


@dataclass(frozen=True)
class ShownChoice:
    """One button."""

    code: str
    label: str


def range_words(lower: float, upper: float) -> str:
    """«under 5 %», «5–10 %», «over 90 %»: the ends are open, as one thinks of them."""
    if lower <= 0:
        return say("under", limit=exact_percent(upper))
    if upper >= 1:
        return say("over", limit=exact_percent(lower))
    return exact_range(lower, upper)


def shown_choices(sheet: Sheet) -> list[ShownChoice]:
    return [_shown(choice) for choice in choices_of(sheet)]


def _shown(choice: Choice) -> ShownChoice:
    return ShownChoice(choice.code, range_words(choice.lower, choice.upper))


def estimate_words(row: OwnEstimate) -> str:
    """The range that was tapped, or the number that came over REST."""
    if row.lower is not None and row.upper is not None:
        return range_words(row.lower, row.upper)
    return "" if row.value is None else percent(row.value)
