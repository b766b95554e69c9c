"""Whole sentences about a result. Each stands in both languages, because word order differs."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from diagnosis.inference.scoring.score import INTERVAL_METHOD, LEVEL
from diagnosis.portal.charts.arranging import FAMILY, OTHER
from diagnosis.portal.charts.rounding import whole
from diagnosis.portal.charts.waterfall import Bar, Waterfall
from diagnosis.portal.words.figures import (
    HARDLY,
    SURELY,
    exact_percent,
    exact_range,
    percent,
    percent_range,
    signed_decimal,
)
from diagnosis.registry.sheet.sheets import Sentence, Sheet
from diagnosis.results.result import Result
from medportal.common.text import localized

Text = Mapping[str, str]
SENTENCES: dict[str, dict[str, str]] = json.loads(
    Path(__file__).with_suffix(".json").read_text(encoding="utf-8")
)
MOST_NAMED = 4
NO_GAIN = "no-gain"


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


def interval_sentence(result: Result) -> str:
    """What the interval is, in the words that keep it from being read as the patient's range.

    A result says itself how its interval was made: older ones hold the narrower one of refits.
    """
    interval = result.headline.interval if result.headline else None
    if not interval:
        return say("no_interval")
    of_models = result.interval_method == INTERVAL_METHOD
    return say(
        "interval" if of_models else "interval_of_refits",
        level=whole(result.interval_level or LEVEL),
        range=percent_range(*interval),
    )


def local_count(found: Mapping[str, Any] | None, sheet: Sheet) -> str:
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


def base_name(sheet: Sheet, rows: int | None, population: int | None = None) -> str:
    """Whose average the first bar is: never «average» alone."""
    sentence = sheet.sentence
    who = localized(sentence.everybody or sentence.people)
    if rows is None:
        return say("base_uncounted", people=who)
    if population is None or population <= rows:
        return say("base_all", n=rows, people=who)
    return say("base", n=rows, population=population, people=who)


def others(count: int, *, groups: bool = False) -> str:
    return say("other_groups" if groups else "others", count=count)


def inside(label: str) -> str:
    """A label inside a sentence: small, unless its capital is part of it (HbA1c, ST depression)."""
    first = label.split(" ", maxsplit=1)[0]
    return label[:1].lower() + label[1:] if first[1:].islower() else label


def together(labels: Sequence[str]) -> str:
    """«Free kappa light chains and free lambda light chains»."""
    first, *rest = labels
    return localized(SENTENCES["and"]).join([first, *map(inside, rest)])


def _verb(points: float, decimals: int, *, several: bool) -> str:
    size = f"{abs(points):.{decimals}f}"
    if several:
        return say("raise" if points > 0 else "lower", points=size)
    return say("raises" if points > 0 else "lowers", points=size)


def _reason_part(bar: Bar, label: str, *, several: bool) -> str:
    is_group = bar.factor.key.startswith(FAMILY)
    verb = _verb(bar.points, bar.decimals, several=several and not is_group)
    if is_group:
        return say("group_part", label=label, verb=verb)
    return say("reason_part", label=inside(label), verb=verb)


def reasons_sentence(
    picture: Waterfall, labels: Mapping[str, str], plural: Collection[str] = ()
) -> str:
    """The picture in one sentence: its largest reasons in its own order, with its points.

    What cannot be told from nothing is not claimed; it is part of the rest, as in the picture.
    """
    base, result = (percent(end, picture.decimals) for end in (picture.base, picture.result))
    claimed = [bar for bar in picture.bars if bar.effect in ("raises", "lowers")]
    claimed = [bar for bar in claimed if bar.factor.key != OTHER]
    largest = sorted(claimed, key=lambda bar: -abs(bar.factor.contribution))[:MOST_NAMED]
    if not largest:
        moved = any(bar.points for bar in picture.bars)
        return say("unsure", base=base, result=result) if moved else say("little", base=base)
    named = [bar for bar in picture.bars if bar in largest]
    parts = []
    for bar in named:
        key = bar.factor.key
        parts.append(_reason_part(bar, labels.get(key, key), several=key in plural))
    joined = localized(SENTENCES["comma"]).join(parts)
    rest = _rest_part(picture, sum(bar.points for bar in picture.bars if bar not in named))
    if not rest:
        return say("reasons", base=base, result=result, parts=joined)
    return say("reasons_rest", base=base, result=result, parts=joined, rest=rest)


def _rest_part(picture: Waterfall, points: float) -> str:
    """The bars that are not named: whoever adds up, arrives at the printed result."""
    left = round(points, picture.decimals)
    return say("rest_part", verb=_verb(left, picture.decimals, several=True)) if left else ""


def borderline(label: str, step: str, here: str, there: str) -> str:
    """One step of measurement error would change the band; ``step`` has its unit."""
    return say("borderline", label=inside(label), step=step, here=here, there=there)


def gain(
    other: str, difference: float, verdict: str, ends: tuple[float, float] | None = None
) -> str:
    """A gain in plain words, and that none was shown where its interval holds 0."""
    lower, upper = (signed_decimal(end, 3) for end in ends) if ends else ("", "")
    return say(
        "no_gain" if verdict == NO_GAIN else verdict,
        other=inside(other),
        difference=signed_decimal(difference, 3),
        range=say("difference_range", lower=lower, upper=upper) if ends else "",
    )


def flagged_sentences(flagged: Mapping[str, Any] | None, *, ahead: bool = False) -> list[str]:
    """Of a hundred flagged how many are right, of a hundred with the event how many are missed.

    ``ahead``: the event lies in the future; Chinese does not call that a missed diagnosis.
    """
    if not flagged or flagged.get("per_100_flagged_right") is None:
        return []
    right = round(flagged["per_100_flagged_right"])
    threshold = exact_percent(flagged["threshold"])
    ending = "_ahead" if ahead else ""
    texts = [say("flagged" + ending, threshold=threshold, right=right, wrong=100 - right)]
    if flagged.get("missed_per_100_events") is not None:
        missed = round(flagged["missed_per_100_events"])
        per_100 = round(flagged.get("flagged_per_100") or 0)
        texts.append(say("missed" + ending, missed=missed, flagged=per_100))
    return texts


def beyond(label: str, alone: float, with_others: float, what: str) -> str:
    """A simple score beside the model: «age and sex alone: 8 %; with free light chains: 11 %»."""
    facts = {"alone": percent(alone), "result": percent(with_others), "others": what}
    return say("beyond", label=label, **facts)
