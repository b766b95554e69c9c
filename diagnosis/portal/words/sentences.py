"""Whole sentences about a result. Each stands in both languages, because word order differs."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from diagnosis.portal.charts.arranging import FAMILY, OTHER
from diagnosis.portal.charts.waterfall import Bar, Waterfall
from diagnosis.portal.words.figures import exact_percent, percent, signed_decimal
from diagnosis.registry.sheet.sheets import Sheet
from diagnosis.results.figures import PERCENT, Figures
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


def not_a_cause(sheet: Sheet) -> str:
    """What the reasons do not say: of a number that is estimated as little as of a risk."""
    return say("not_a_cause_number" if sheet.scale else "not_a_cause")


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


def _in(figures: Figures, name: str) -> str:
    """The sentence that leaves «points» out, where the numbers have a unit."""
    return f"{name}_by" if figures.unit else name


def _verb(points: float, decimals: int, figures: Figures, *, several: bool) -> str:
    size = figures.sized(points, decimals)
    verb = ("raise" if points > 0 else "lower") + ("" if several else "s")
    return say(_in(figures, verb), points=size)


def _reason_part(bar: Bar, label: str, figures: Figures, *, several: bool) -> str:
    is_group = bar.factor.key.startswith(FAMILY)
    verb = _verb(bar.points, bar.decimals, figures, several=several and not is_group)
    if is_group:
        return say("group_part", label=label, verb=verb)
    return say("reason_part", label=inside(label), verb=verb)


def reasons_sentence(
    picture: Waterfall,
    labels: Mapping[str, str],
    plural: Collection[str] = (),
    figures: Figures = PERCENT,
) -> str:
    """The picture in one sentence: its largest reasons in its own order, with its points.

    What cannot be told from nothing is not claimed; it is part of the rest, as in the picture.
    """
    ends = (picture.base * figures.grain, picture.result * figures.grain)
    base, result = (figures.said(end, picture.decimals) for end in ends)
    claimed = [bar for bar in picture.bars if bar.effect in ("raises", "lowers")]
    claimed = [bar for bar in claimed if bar.factor.key != OTHER]
    largest = sorted(claimed, key=lambda bar: -abs(bar.factor.contribution))[:MOST_NAMED]
    if not largest:
        moved = any(bar.points for bar in picture.bars)
        if moved:
            return say("unsure", base=base, result=result)
        return say(_in(figures, "little"), base=base)
    named = [bar for bar in picture.bars if bar in largest]
    parts = []
    for bar in named:
        key = bar.factor.key
        parts.append(_reason_part(bar, labels.get(key, key), figures, several=key in plural))
    joined = localized(SENTENCES["comma"]).join(parts)
    left = sum(bar.points for bar in picture.bars if bar not in named)
    rest = _rest_part(picture, left, figures)
    if not rest:
        return say(_in(figures, "reasons"), base=base, result=result, parts=joined)
    return say(_in(figures, "reasons_rest"), base=base, result=result, parts=joined, rest=rest)


def _rest_part(picture: Waterfall, points: float, figures: Figures) -> str:
    """The bars that are not named: whoever adds up, arrives at the printed result."""
    left = round(points, picture.decimals)
    if not left:
        return ""
    return say("rest_part", verb=_verb(left, picture.decimals, figures, several=True))


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
    missed, per_100 = (flagged.get(n) for n in ("missed_per_100_events", "flagged_per_100"))
    if missed is not None and per_100 is not None:
        texts.append(say("missed" + ending, missed=round(missed), flagged=round(per_100)))
    return texts


def beyond(label: str, alone: float, with_others: float, what: str) -> str:
    """A simple score beside the model: «age and sex alone: 8 %; with free light chains: 11 %»."""
    facts = {"alone": percent(alone), "result": percent(with_others), "others": what}
    return say("beyond", label=label, **facts)
