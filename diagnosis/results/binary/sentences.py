"""A probability in words: as a frequency, both halves, so that nobody reads it as certainty."""

from __future__ import annotations

from dataclasses import dataclass

from diagnosis.registry.sheet.sheets import Sentence, Sheet
from diagnosis.results.figures import HARDLY, SURELY, exact_range
from diagnosis.results.pictures.rounding import whole
from diagnosis.results.sentences import beside
from medportal.common.plain import Stored
from medportal.common.text import localized

SENTENCES = beside(__file__)


def say(name: str, **facts: object) -> str:
    """The sentence of this name in the reader's language."""
    return localized(SENTENCES[name]).format(**facts)


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
        return Halves(say("fewer"), say("more"), 0, bounded=True)
    if probability > SURELY:
        return Halves(say("more"), say("fewer"), 100, bounded=True)
    count = whole(probability)
    return Halves(str(count), str(100 - count), count, bounded=False)


def _bounded(template: str) -> str:
    """«about fewer than 1» is no English: a bound stands without «about»."""
    for about in say("about").split():
        for place in ("{n}", "{rest}"):
            template = template.replace(f"{about} {place}", place)
            template = template.replace(f"{about}{place}", place)
    return template


def _filled(template: str, sentence: Sentence, parts: Halves, **facts: object) -> str:
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
        return _filled(template, sentence, parts)
    if average is None:
        return _filled(localized(SENTENCES["natural_alone"]), sentence, parts)
    return _filled(template, sentence, parts, average=halves(average).with_event)


def patient_sentence(sheet: Sheet, probability: float) -> str:
    """The same for the patient: no word of models, scores or data."""
    sentence = sheet.sentence
    template = localized(sentence.patient_template or SENTENCES["patient_sheet"])
    return _filled(template, sentence, halves(probability))


def patient_key(sheet: Sheet, probability: float) -> tuple[str, str]:
    """What the filled figures stand for, and the others."""
    sentence, parts = sheet.sentence, halves(probability)
    event = sentence.patient_event or sentence.event
    not_event = sentence.patient_not_event or sentence.not_event
    return (
        say("figures", n=parts.with_event, what=localized(event)),
        say("figures", n=parts.without, what=localized(not_event)),
    )


def local_count(found: Stored | None, sheet: Sheet) -> str:
    """How many of the validation patients with such a score had the event; empty if unknown."""
    if not found:
        return ""
    return say(
        "local_count",
        n=found["n"],
        events=found["events"],
        range=exact_range(found["lower"], found["upper"]),
        event=localized(sheet.sentence.event),
    )
