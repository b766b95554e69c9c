"""The number of a result, and everything that keeps it from being read as more than it is."""

from __future__ import annotations

from dataclasses import dataclass

from diagnosis.inference.models import Prediction
from diagnosis.inference.snapshot.inputs import schema_of
from diagnosis.inputs.units import measured
from diagnosis.portal.result.missed import missed
from diagnosis.portal.words import sentences
from diagnosis.portal.words.inputs_shown import assumed_words, entry_of, shown_input
from diagnosis.registry.sheet.sheets import Note, Sheet
from diagnosis.results.figures import PERCENT, Figures
from diagnosis.results.kind import Seen, Shown
from diagnosis.results.result import Result
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
    """What the kind shows of the answer, and what belongs to the headline: band or none."""

    shown: Shown
    template: str
    band: BandShown | None
    band_note: str
    borderline: tuple[str, ...]
    filled_in: tuple[FilledIn, ...]
    missed: tuple[str, ...]
    """Groups of people with this one in them whose truths the set or range holds too seldom."""
    is_open: bool
    """The inputs do not tell, so that there is no band."""
    notes: tuple[Note, ...]
    """What is said with every result, or with those of some bands alone."""

    has_headline: bool = True
    """Whether one number speaks for all: else no band is missing."""

    @property
    def said(self) -> str:
        return self.shown.said

    @property
    def sentence(self) -> str:
        return self.shown.sentence

    @property
    def interval(self) -> str:
        return self.shown.interval

    @property
    def interval_short(self) -> str:
        return self.shown.interval_short


def shown_band(sheet: Sheet, code: str, figures: Figures = PERCENT) -> BandShown | None:
    band = sheet.band_named(code) if code else None
    if band is None:
        return None
    return BandShown(
        code=code,
        label=localized(band.label),
        limits=figures.exact_span(band.lower, band.upper),
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


def _filled_in(prediction: Prediction, answer: Result, figures: Figures) -> tuple[FilledIn, ...]:
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
                low="" if low is None else figures.said(low),
                high="" if high is None else figures.said(high),
            )
        )
    return tuple(rows)


def number_of(prediction: Prediction) -> Number | None:
    """What to show of a result that is done; None without one. Expired: no band."""
    answer, kind = prediction.answer, prediction.kind
    if answer is None or kind is None or answer.kind != kind.name:
        return None
    sheet, training = prediction.definition, prediction.version.manifest.get("training")
    code = "" if prediction.is_expired else prediction.band
    average = (training or {}).get("rate") if answer.average is None else answer.average
    shown = kind.shown(Seen(answer, sheet, code, prediction.is_expired, average))
    if shown is None:
        return None
    figures = kind.figures(sheet)
    band = shown_band(sheet, code, figures)
    return Number(
        shown=shown,
        template=kind.templates.number,
        band=band,
        band_note=localized(sheet.band_note),
        borderline=_borderline(prediction, answer, band),
        filled_in=_filled_in(prediction, answer, figures),
        has_headline=answer.headline is not None,
        missed=tuple(missed(prediction, answer)),
        is_open=bool(sheet.bands) and kind.leaves_open(answer),
        notes=tuple(note for note in sheet.result_notes if note.is_said(code if band else None)),
    )
