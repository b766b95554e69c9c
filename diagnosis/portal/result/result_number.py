"""The number of a result, and everything that keeps it from being read as more than it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from diagnosis.inference.models import Prediction
from diagnosis.inference.snapshot.inputs import schema_of
from diagnosis.inference.snapshot.units import measured
from diagnosis.inference.stored.result import Result
from diagnosis.portal.charts.bands import BandScale, band_scale
from diagnosis.portal.charts.icons import IconArray, icon_array
from diagnosis.portal.words import sentences
from diagnosis.portal.words.figures import exact_percent, exact_range, percent, percent_range
from diagnosis.portal.words.inputs_shown import assumed_words, entry_of, shown_input
from diagnosis.portal.words.sentences import Halves
from diagnosis.registry.sheet.sheets import Note, Sheet
from medportal.common.text import localized


@dataclass(frozen=True)
class BandShown:
    """Word, limits, source and what is advised, or still advised."""

    code: str
    label: str
    limits: str
    text: str
    source: str
    usual_action: str
    usual_action_label: str


@dataclass(frozen=True)
class FilledIn:
    """An input that was not measured: what was assumed, and how far the number could move."""

    name: str
    label: str
    assumed: str
    low: str
    high: str
    too_old: str = ""
    """The day of a value that the chart has and that is past its look-back."""


@dataclass(frozen=True)
class Number:
    """A probability with its natural frequency, interval or count, and band or none."""

    probability: float
    percent: str
    sentence: str
    halves: Halves
    icons: IconArray
    interval: str
    interval_short: str
    local_count: str
    scale: BandScale
    limits: tuple[tuple[str, str, int], ...]
    band: BandShown | None
    band_note: str
    borderline: tuple[str, ...]
    filled_in: tuple[FilledIn, ...]
    notes: tuple[Note, ...]
    """What is said with every result, or with those of some bands alone."""


def shown_band(sheet: Sheet, code: str) -> BandShown | None:
    band = sheet.band_named(code) if code else None
    if band is None:
        return None
    return BandShown(
        code=code,
        label=localized(band.label),
        limits=exact_range(band.lower, band.upper),
        text=localized(band.text),
        source=localized(band.source),
        usual_action=band.action,
        usual_action_label=localized(sheet.action_label(band.action)),
    )


def _borderline(prediction: Prediction, answer: Result, band: BandShown | None) -> tuple[str, ...]:
    if band is None:
        return ()
    schema, texts = schema_of(prediction.version), []
    for found in answer.borderline:
        feature = schema[found.feature]
        step = measured(feature, feature.step or 0.0)
        there = localized(found.band_label)
        texts.append(sentences.borderline(localized(feature.label), step, band.label, there))
    return tuple(texts)


def _filled_in(prediction: Prediction, answer: Result) -> tuple[FilledIn, ...]:
    schema, rows = schema_of(prediction.version), []
    for found in answer.filled:
        feature = schema[found.feature]
        entry = shown_input(feature, entry_of(prediction, feature.name))
        low, high = found.lower, found.upper
        rows.append(
            FilledIn(
                name=feature.name,
                label=localized(feature.label),
                assumed=assumed_words(feature, found),
                too_old=entry.when if entry.is_too_old else "",
                low="" if low is None else percent(low),
                high="" if high is None else percent(high),
            )
        )
    return tuple(rows)


def _interval_short(interval: Sequence[float] | None) -> str:
    return percent_range(interval[0], interval[1]) if interval else ""


def number_of(prediction: Prediction) -> Number | None:
    """What to show of a result that is done; None without one. Expired: no band."""
    answer, probability = prediction.answer, prediction.probability
    if answer is None or probability is None:
        return None
    sheet, interval = prediction.definition, answer.interval
    training = prediction.version.manifest.get("training") or {}
    average = answer.average
    halves = sentences.halves(probability)
    code = "" if prediction.is_expired else prediction.band
    band = shown_band(sheet, code)
    listed = () if prediction.is_expired else sheet.bands
    scale = band_scale(listed, probability, interval, code)
    return Number(
        probability=probability,
        percent=percent(probability),
        sentence=sentences.natural_frequency(
            sheet, probability, training.get("rate") if average is None else average
        ),
        halves=halves,
        icons=icon_array(halves.filled),
        interval=sentences.interval_sentence(answer),
        interval_short=_interval_short(interval),
        local_count=sentences.local_count(answer.local_count, sheet),
        scale=scale,
        limits=tuple(
            (limit.at, exact_percent(limit.value), 10 if limit.raised else 21)
            for limit in scale.limits
        ),
        band=band,
        band_note=localized(sheet.band_note),
        borderline=_borderline(prediction, answer, band),
        filled_in=_filled_in(prediction, answer),
        notes=tuple(note for note in sheet.result_notes if note.is_said(code if band else None)),
    )
