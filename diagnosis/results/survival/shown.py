"""A risk over time as a page and a paper show it: curve, table of the horizons, median."""

from __future__ import annotations

from dataclasses import dataclass

from diagnosis.ml.results.estimate import Estimate
from diagnosis.registry.sheet.sheets import Sheet
from diagnosis.results.figures import PERCENT, exact_percent, percent
from diagnosis.results.frequency import Halves, filled, halves, natural_frequency
from diagnosis.results.kind import Seen, Shown
from diagnosis.results.pictures.bands import BandScale, band_scale
from diagnosis.results.pictures.curve import CurvePicture, curve_picture, reached
from diagnosis.results.pictures.rounding import whole
from diagnosis.results.result import LEVEL, Curve, Result
from diagnosis.results.sentences import interval_sentence
from diagnosis.results.survival.periods import SENTENCES, about, period, say
from medportal.common.moments import reads_chinese
from medportal.common.text import localized


@dataclass(frozen=True)
class HorizonRow:
    """The risk by one horizon, as people of a hundred."""

    name: str
    by: str
    said: str
    interval: str
    halves: Halves
    is_headline: bool


@dataclass(frozen=True)
class ShownSurvival(Shown):
    """With the curve, the risk by every horizon, and the median or that it is not reached."""

    rows: tuple[HorizonRow, ...]
    picture: CurvePicture | None
    marks: tuple[tuple[str, str], ...]
    """Where the horizons stand across, and in words."""
    curve_title: str
    curve_said: str
    median: str
    of_whom: tuple[str, ...]
    scale: BandScale
    """The headline on the scale of its bands."""
    limits: tuple[tuple[str, str, int], ...]
    event: str
    not_event: str


def shown(seen: Seen) -> ShownSurvival | None:
    headline, curve, sheet = seen.result.headline, seen.result.curve, seen.sheet
    if headline is None:
        return None
    unit = curve.unit if curve else "d"
    rows = tuple(_row(one, unit, headline) for one in seen.result.estimates)
    listed = () if seen.is_expired else sheet.bands
    scale = band_scale(listed, headline.value, headline.interval, seen.band)
    picture = _picture(curve, seen.result.estimates)
    return ShownSurvival(
        said=percent(headline.value),
        sentence=_natural(sheet, headline.value, seen.average),
        interval=interval_sentence(seen.result, PERCENT),
        interval_short=PERCENT.span(*headline.interval) if headline.interval else "",
        rows=rows,
        picture=picture,
        marks=tuple(
            (mark.x, row.by) for mark, row in zip(picture.marks, rows, strict=True)
        ) if picture else (),
        curve_title=_title(curve, sheet) if curve else "",
        curve_said=_said(rows, sheet),
        median=_median(curve, sheet) if curve else "",
        of_whom=_of_whom(seen.result, curve, sheet) if curve else (),
        scale=scale,
        limits=tuple(
            (limit.at, exact_percent(limit.value), 10 if limit.raised else 21)
            for limit in scale.limits
        ),
        event=localized(sheet.sentence.event),
        not_event=localized(sheet.sentence.not_event),
    )  # fmt: skip


def _natural(sheet: Sheet, risk: float, average: float | None) -> str:
    """The event of the sheet, and by when: it is told by several horizons."""
    if sheet.sentence.template:
        return natural_frequency(sheet, risk, average)
    facts = {"by": localized(sheet.horizon.text)}
    template, parts = localized(SENTENCES["natural"]), halves(risk)
    if average is None:
        return filled(localized(SENTENCES["natural_alone"]), sheet.sentence, parts, **facts)
    return filled(template, sheet.sentence, parts, **facts, average=halves(average).with_event)


def _row(one: Estimate, unit: str, headline: Estimate) -> HorizonRow:
    return HorizonRow(
        name=one.name,
        by=period(float(one.name), unit),
        said=percent(one.value),
        interval=PERCENT.span(*one.interval) if one.interval else "",
        halves=halves(one.value),
        is_headline=one.name == headline.name,
    )


def _title(curve: Curve, sheet: Sheet) -> str:
    people, end = localized(sheet.sentence.people), period(curve.times[-1], curve.unit)
    return say("curve", people=people, end=end)


def _said(rows: tuple[HorizonRow, ...], sheet: Sheet) -> str:
    """The curve for who does not see it."""
    event = localized(sheet.sentence.event)
    told = (say("at", by=row.by, n=row.halves.with_event, event=event) for row in rows)
    between, end = ("；", "。") if reads_chinese() else ("; ", ".")
    text = between.join(told) + end
    return text[:1].upper() + text[1:]


def _picture(curve: Curve | None, horizons: tuple[Estimate, ...]) -> CurvePicture | None:
    if curve is None:
        return None
    at = [float(one.name) for one in horizons]
    return curve_picture(curve.times, curve.survival, curve.interval, at)


def _median(curve: Curve, sheet: Sheet) -> str:
    """When half have had the event, with its ends; where that is not reached, so it is said."""
    words = {
        "people": localized(sheet.sentence.people),
        "event": localized(sheet.sentence.event),
        "end": period(curve.times[-1], curve.unit),
    }
    if curve.median is None:
        return say("not_reached", **words)
    words["median"] = about(curve.median, curve.unit)
    if curve.interval is None:
        return say("median_alone", **words)
    first, last = (reached(curve.times, side) for side in curve.interval)
    low = about(curve.median if first is None else first, curve.unit)
    if last is None:
        return say("median", **words, range=say("from", low=low, end=words["end"]))
    return say("median", **words, range=say("between", low=low, high=about(last, curve.unit)))


def _of_whom(result: Result, curve: Curve, sheet: Sheet) -> tuple[str, ...]:
    level = LEVEL if result.interval_level is None else result.interval_level
    end = period(curve.times[-1], curve.unit)
    people = localized(sheet.sentence.people)
    band = (say("band", level=whole(level)),) if curve.interval else ()
    return (say("of_whom", people=people), *band, say("ends", end=end))
