"""From one result to a later one in a sentence: what did most of it, and what stood against."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from diagnosis.inference.further.change import A_POINT, Change, Part
from diagnosis.inference.snapshot.inputs import schema_of
from diagnosis.inputs import shown_kind
from diagnosis.ml import Feature
from diagnosis.portal.words.figures import percent, signed
from diagnosis.portal.words.headline import figures_of
from diagnosis.portal.words.sentences import inside, together
from diagnosis.portal.words.wording import day, day_time
from diagnosis.results.pictures.rounding import whole
from medportal.common.text import localized

MOST_NAMED = 2
HALF = 0.5
NEARLY_ALL = 0.9


@dataclass(frozen=True)
class Cause:
    """One thing that moved the estimate, with the words that say what happened to it."""

    words: str
    contribution: float


def in_one_sentence(change: Change) -> str:
    """E.g. «From 18 % on 3 May to 31 % on 2 November: mostly because bilirubin rose …»."""
    ends = change.ends
    if ends is None:
        return ""
    facts = dict(zip(("day", "then"), _days(change), strict=True))
    facts |= {"before": percent(ends.before), "now": percent(ends.now)}
    start = _("From %(before)s on %(day)s to %(now)s on %(then)s: ") % facts
    return start + _why(change, _causes(change), ends.difference)


def _days(change: Change) -> tuple[str, str]:
    """The days; with the time of day where both are of one day."""
    moments = change.before.index_at, change.now.index_at
    first, second = map(day, moments)
    return (first, second) if first != second else (day_time(moments[0]), day_time(moments[1]))


def _causes(change: Change) -> list[Cause]:
    schema = schema_of(change.now.version)
    found = [Cause(what_happened(schema[p.feature], p), p.contribution) for p in change.moved]
    if not change.same_version:
        words = _("another version of the model answers")
        found.append(Cause(words, change.of_version))
    return sorted(found, key=lambda cause: -abs(cause.contribution))


def _why(change: Change, causes: Sequence[Cause], total: float) -> str:
    if not causes:
        return _("no input changed.")
    if abs(causes[0].contribution) < A_POINT:
        return _("nothing that changed moved it by a whole point.")
    if change.same_version and change.is_within_error:
        return no_story(change)
    if whole(abs(total)) == 0:
        largest = causes[:MOST_NAMED]
        return _("what changed cancels out: %(causes)s.") % {"causes": _with_points(largest)}
    return _because(causes, total)


def no_story(change: Change) -> str:
    """Of what is no more than a repeated measurement would give."""
    figures = figures_of(change.now)
    if figures.unit:
        return _(
            "no more than the measurement errors of the inputs alone make (up to %(size)s either"
            " way). It need not mean that anything changed in the patient."
        ) % {"size": figures.sized(max(1, whole(change.error / figures.grain)))}
    return _(
        "no more than the measurement errors of the inputs alone make (up to %(points)s points"
        " either way). It need not mean that anything changed in the patient."
    ) % {"points": max(1, whole(change.error))}


def _because(causes: Sequence[Cause], total: float) -> str:
    same = [cause for cause in causes if cause.contribution * total > 0]
    against = [c for c in causes if c.contribution * total < 0 and abs(c.contribution) >= A_POINT]
    moved = sum(cause.contribution for cause in same)
    named = same[:1]
    while len(named) < min(len(same), MOST_NAMED) and _share(named, moved) < HALF:
        named = same[: len(named) + 1]
    mostly = _share(named, moved) < NEARLY_ALL or bool(against)
    words = together([cause.words for cause in named])
    text = _("mostly because %(causes)s") if mostly else _("because %(causes)s")
    text %= {"causes": words}
    if against and abs(against[0].contribution) >= abs(named[0].contribution) / 3:
        text += _("; against it, %(cause)s") % {"cause": against[0].words}
    return _("%(text)s.") % {"text": text}


def _share(named: Sequence[Cause], moved: float) -> float:
    return sum(cause.contribution for cause in named) / moved if moved else 0.0


def _with_points(causes: Sequence[Cause]) -> str:
    written = [
        _("%(cause)s (%(points)s)") % {"cause": c.words, "points": signed(whole(c.contribution))}
        for c in causes
    ]
    return together(written)


def what_happened(feature: Feature, part: Part) -> str:
    """«Bilirubin rose from 1.2 to 3.4 mg/dL», for the inside of a sentence."""
    was, now = part.was, part.became
    facts = {"label": inside(localized(feature.label))}
    if was is None or now is None:
        return _came_or_went(feature, was, now, facts)
    facts |= {"before": shown(feature, was, alone=False), "now": shown(feature, now)}
    if not feature.is_quantity:
        return _("%(label)s changed from «%(before)s» to «%(now)s»") % facts
    if now > was:
        words = _("%(label)s rose from %(before)s to %(now)s") % facts
    else:
        words = _("%(label)s fell from %(before)s to %(now)s") % facts
    return (
        _("%(change)s (within its measurement error)") % {"change": words}
        if part.within_error
        else words
    )


def _came_or_went(
    feature: Feature, was: float | None, now: float | None, facts: dict[str, str]
) -> str:
    if now is not None:
        facts["now"] = shown(feature, now)
        return _("%(label)s was measured (%(now)s) and had not been before") % facts
    facts["before"] = "" if was is None else shown(feature, was)
    return _("%(label)s was not measured and had been before (%(before)s)") % facts


def shown(feature: Feature, converted: float, *, alone: bool = True) -> str:
    """A value in the model's unit; without the unit where it stands beside another."""
    return shown_kind(feature).said_of_model(feature, converted, alone=alone)
