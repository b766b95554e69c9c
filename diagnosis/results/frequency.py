"""A probability in words: as a frequency, both halves, so that nobody reads it as certainty."""

from __future__ import annotations

from dataclasses import dataclass

from diagnosis.registry.sheet.sheets import Sentence, Sheet
from diagnosis.results.figures import HARDLY, SURELY
from diagnosis.results.pictures.rounding import whole
from diagnosis.results.sentences import beside
from medportal.common.text import localized

SENTENCES = beside(__file__)


def _say(name: str) -> str:
    return localized(SENTENCES[name])


@dataclass(frozen=True)
class Halves:
    """Of a hundred people: with the event and without it, in words; the figures to fill."""

    with_event: str
    without: str
    filled: int
    bounded: bool


def halves(probability: float) -> Halves:
    """Both halves of a natural frequency; they add up to 100 wherever both are numbers."""
    if probability < HARDLY:
        return Halves(_say("fewer"), _say("more"), 0, bounded=True)
    if probability > SURELY:
        return Halves(_say("more"), _say("fewer"), 100, bounded=True)
    count = whole(probability)
    return Halves(str(count), str(100 - count), count, bounded=False)


def _bounded(template: str) -> str:
    """«about fewer than 1» is no English: a bound stands without «about»."""
    for about in _say("about").split():
        for place in ("{n}", "{rest}"):
            template = template.replace(f"{about} {place}", place)
            template = template.replace(f"{about}{place}", place)
    return template


def filled(template: str, sentence: Sentence, parts: Halves, **facts: object) -> str:
    """The template with both halves, and people and event in the words of the sheet."""
    if parts.bounded:
        template = _bounded(template)
    text = template.format(
        n=parts.with_event,
        rest=parts.without,
        people=localized(sentence.people),
        event=localized(sentence.event),
        not_event=localized(sentence.not_event),
        **facts,
    )
    # A bound may open a sentence: «Fewer than 1 of them …».
    return ". ".join(part[:1].upper() + part[1:] for part in text.split(". "))


def natural_frequency(sheet: Sheet, probability: float, average: float | None) -> str:
    """Both halves, the reference class, and the average there; left out where it is not known."""
    sentence, parts = sheet.sentence, halves(probability)
    template = localized(sentence.template or SENTENCES["natural"])
    if "{average}" not in template:
        return filled(template, sentence, parts)
    if average is None:
        return filled(_say("natural_alone"), sentence, parts)
    return filled(template, sentence, parts, average=halves(average).with_event)
