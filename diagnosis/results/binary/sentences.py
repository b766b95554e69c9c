"""What is said of one yes or no beside its frequency: to the patient, and what was counted."""

from __future__ import annotations

from diagnosis.registry.sheet.sheets import Sheet
from diagnosis.results.figures import exact_range
from diagnosis.results.frequency import filled, halves
from diagnosis.results.sentences import beside
from medportal.common.plain import Stored
from medportal.common.text import localized

SENTENCES = beside(__file__)


def say(name: str, **facts: object) -> str:
    """The sentence of this name in the reader's language."""
    return localized(SENTENCES[name]).format(**facts)


def patient_sentence(sheet: Sheet, probability: float) -> str:
    """The same for the patient: no word of models, scores or data."""
    sentence = sheet.sentence
    template = localized(sentence.patient_template or SENTENCES["patient_sheet"])
    return filled(template, sentence, halves(probability))


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
