"""A probability as a page and a paper show it: per cent, a hundred people, the scale of bands."""

from __future__ import annotations

from dataclasses import dataclass

from diagnosis.results.binary import sentences
from diagnosis.results.figures import PERCENT, exact_percent, percent
from diagnosis.results.frequency import Halves, halves, natural_frequency
from diagnosis.results.kind import Seen, Shown
from diagnosis.results.pictures.bands import BandScale, band_scale
from diagnosis.results.pictures.icons import IconArray, icon_array
from diagnosis.results.sentences import interval_sentence


@dataclass(frozen=True)
class ShownBinary(Shown):
    """With its natural frequency, the count of the validation patients, and the scale."""

    halves: Halves
    icons: IconArray
    local_count: str
    scale: BandScale
    limits: tuple[tuple[str, str, int], ...]
    patient_sentence: str
    patient_key: tuple[str, str]


def shown(seen: Seen) -> ShownBinary | None:
    headline = seen.result.headline
    if headline is None:
        return None
    sheet, probability, interval = seen.sheet, headline.value, headline.interval
    parts = halves(probability)
    listed = () if seen.is_expired else sheet.bands
    scale = band_scale(listed, probability, interval, seen.band)
    return ShownBinary(
        said=percent(probability),
        sentence=natural_frequency(sheet, probability, seen.average),
        interval=interval_sentence(seen.result, PERCENT),
        interval_short=PERCENT.span(*interval) if interval else "",
        halves=parts,
        icons=icon_array(parts.filled),
        local_count=sentences.local_count(seen.result.local_count, sheet),
        scale=scale,
        limits=tuple(
            (limit.at, exact_percent(limit.value), 10 if limit.raised else 21)
            for limit in scale.limits
        ),
        patient_sentence=sentences.patient_sentence(sheet, probability),
        patient_key=sentences.patient_key(sheet, probability),
    )
