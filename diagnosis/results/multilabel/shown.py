"""Labels as a page and a paper show them: a line each, the flagged first, and what is not there."""

from __future__ import annotations

from dataclasses import dataclass

from diagnosis.ml.results.estimate import Estimate
from diagnosis.registry.sheet.sheets import Sheet
from diagnosis.results.figures import PERCENT, percent
from diagnosis.results.kind import Seen, Shown
from diagnosis.results.result import LabelFacts, Result
from diagnosis.results.sentences import beside
from medportal.common import signs
from medportal.common.text import localized

SENTENCES = beside(__file__)
RARE = 0.1
"""Below, a base rate is told to a tenth of a per cent."""


def say(name: str, **facts: object) -> str:
    """The sentence of this name in the reader's language."""
    return localized(SENTENCES[name]).format(**facts)


@dataclass(frozen=True)
class LabelLine:
    """One label: what it is estimated at, and what a flag on it has been worth."""

    name: str
    label: str
    said: str
    is_flagged: bool
    told: str
    """Its base rate, what a flag has been worth, and what other models would say."""
    at: str
    threshold_at: str
    is_explained: bool


@dataclass(frozen=True)
class Apart:
    """A label that is not judged here, and why."""

    label: str
    why: str


@dataclass(frozen=True)
class ShownLabels(Shown):
    """The flagged first, the likeliest on top; then the others in the order of the sheet."""

    lines: tuple[LabelLine, ...]
    not_here: tuple[Apart, ...]
    not_offered: tuple[Apart, ...]
    reach: str

    @property
    def is_none(self) -> bool:
        return not any(line.is_flagged for line in self.lines)


def flagged(result: Result) -> list[str]:
    """Labels at their threshold or above it, the likeliest first."""
    found = [
        (one.value, one.name)
        for one in result.estimates
        if (facts := result.label(one.name)) and facts.flags(one.value)
    ]
    return [name for _value, name in sorted(found, reverse=True)]


def flagged_words(result: Result, sheet: Sheet) -> str:
    """«2 comments: …» for a list; that there is none where none is flagged."""
    names = flagged(result)
    if not result.estimates:
        return ""
    if not names:
        return say("none")
    return (
        _counted(names) + signs.colon() + signs.comma().join(_label(sheet, name) for name in names)
    )


def shown(seen: Seen) -> ShownLabels | None:
    result, sheet = seen.result, seen.sheet
    if not result.estimates:
        return None
    names = flagged(result)
    rest = [one.name for one in sheet.estimates if one.name not in names]
    known = {one.name for one in result.estimates}
    return ShownLabels(
        said=_counted(names) if names else say("none"),
        sentence=_sentence(result, sheet, names),
        interval="",
        interval_short="",
        lines=tuple(_line(result, sheet, name) for name in (*names, *rest) if name in known),
        not_here=tuple(
            Apart(localized(one.text), localized(one.only_with.reason))
            for one in sheet.estimates
            if one.only_with is not None and one.name not in known
        ),
        not_offered=tuple(
            Apart(localized(one.label), localized(one.reason)) for one in sheet.not_offered
        ),
        reach=say("reach"),
    )


def _counted(names: list[str]) -> str:
    return say("one" if len(names) == 1 else "several", n=len(names))


def _sentence(result: Result, sheet: Sheet, names: list[str]) -> str:
    if not names:
        return localized(sheet.sentence.none)
    told = [
        _label(sheet, name) + signs.aside(PERCENT.said(one.value))
        for name in names
        if (one := result.estimate(name)) is not None
    ]
    return say("possible", labels=signs.comma().join(told))


def _label(sheet: Sheet, name: str) -> str:
    found = sheet.estimate_named(name)
    return localized(found.text) if found else name


def _line(result: Result, sheet: Sheet, name: str) -> LabelLine:
    one, facts = result.estimate(name), result.label(name) or LabelFacts(name)
    if one is None:
        raise KeyError(name)
    said = sheet.estimate_named(name)
    return LabelLine(
        name=name,
        label=_label(sheet, name),
        said=PERCENT.said(one.value),
        is_flagged=facts.flags(one.value),
        told=signs.blank().join(filter(None, (_rate(facts.rate), _worth(facts), _others(one)))),
        at=f"{100 * one.value:.1f}%",
        threshold_at="" if facts.threshold is None else f"{100 * facts.threshold:.1f}%",
        is_explained=bool(said and said.explained),
    )


def _rate(rate: float | None) -> str:
    return "" if rate is None else say("rate", rate=percent(rate, 1 if rate < RARE else 0))


def _others(one: Estimate) -> str:
    """Nothing where they would say the same."""
    if one.interval is None or len({PERCENT.said(end) for end in one.interval}) == 1:
        return ""
    return say("others", range=PERCENT.span(*one.interval))


def _worth(facts: LabelFacts) -> str:
    """Whom the threshold flagged, and how many of them had the label."""
    if facts.threshold is None or not facts.flagged or facts.right is None:
        return say("no_threshold")
    return say(
        "worth",
        threshold=percent(facts.threshold),
        flagged=facts.flagged,
        right=facts.right,
        share=percent(facts.right / facts.flagged),
        missed=facts.missed,
    )
