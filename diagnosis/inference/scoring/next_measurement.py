"""What measuring could change, in the words of the clinic: stored with the result or refusal."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache, partial
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from diagnosis.inference.scoring.estimate import headline_of
from diagnosis.inference.snapshot.inputs import row_of
from diagnosis.inference.stored.entry import NOTHING, Entry, Snapshot
from diagnosis.inference.stored.worth import BandNow, Item, Looked, Share, WorthMeasuring
from diagnosis.inputs import shown_kind
from diagnosis.ml import Artifact, Feature
from diagnosis.ml.explain.further.likeness_weights import References
from diagnosis.ml.explain.further.next_measurement import (
    Outlook,
    Sought,
    Worth,
    next_measurements,
    retained,
)
from diagnosis.ml.schema import TREATMENT
from diagnosis.registry.sheet import bands
from diagnosis.registry.sheet.bands import Band
from diagnosis.registry.sheet.sheets import Sheet

MISSING, OLD, AGAIN = "missing", "old", "again"
CURED_BY_MEASURING = {"required_input_missing", "input_too_old"}
REPETITIONS = tuple(NormalDist().inv_cdf((i + 0.5) / 15) for i in range(15))
"""Steps of measurement error by which a repetition differs: fifteen of equal chance."""
LOOK_BACK_DAYS = 365.0
DAY = 86_400
SELDOM = 0.05

Reason = tuple[Sought, str]
Bands = Sequence[Band]


def of_result(
    artifact: Artifact,
    sheet: Sheet,
    snapshot: Snapshot,
    at: datetime,
    borderline: Collection[str],
) -> WorthMeasuring:
    """For a result: what was filled in, is old, or lies within a step of another band.

    ``at`` is when the result was asked for: how old an old value was then.
    """
    sought = list(_sought(artifact, snapshot, at, borderline))
    return _stored(artifact, sheet, snapshot, sought)


def of_refusal(
    artifact: Artifact,
    sheet: Sheet,
    snapshot: Snapshot,
    at: datetime,
    codes: Iterable[str],
) -> WorthMeasuring | None:
    """For a refusal that measuring would cure; None for any other."""
    if not set(codes) <= CURED_BY_MEASURING or headline_of(artifact, sheet) is None:
        return None
    return _stored(artifact, sheet, snapshot, list(_sought(artifact, snapshot, at)))


def _sought(
    artifact: Artifact,
    snapshot: Snapshot,
    at: datetime,
    borderline: Collection[str] = (),
) -> Iterator[Reason]:
    for column, feature in enumerate(artifact.schema):
        entry = snapshot.get(feature.name, NOTHING)
        if feature.role == TREATMENT and not (feature.required and entry.is_missing):
            continue  # what was given is asked, never proposed
        if entry.status == "stale":
            yield _old(column, feature, entry, at), OLD
        elif entry.converted is None:
            yield Sought(column, blocks=feature.required), MISSING
        elif feature.name in borderline and feature.step and not feature.whole:
            yield Sought(column, values=_repeated(feature, float(entry.converted))), AGAIN


def _old(column: int, feature: Feature, entry: Entry, at: datetime) -> Sought:
    """Too old to be used, or used on request: either way it speaks for what would be found now."""
    blocks = feature.required and entry.is_missing
    old = shown_kind(feature).own(feature, entry.value, entry.unit)
    if old is None or not entry.observed_at:
        return Sought(column, blocks)
    age = (at - datetime.fromisoformat(entry.observed_at)).total_seconds() / DAY
    return Sought(column, blocks, old, retained(age, feature.look_back_days or LOOK_BACK_DAYS))


def _repeated(feature: Feature, value: float) -> tuple[float, ...]:
    low, high = feature.bounds or (-np.inf, np.inf)
    moved = (value + by * (feature.step or 0.0) for by in REPETITIONS)
    return tuple(float(min(max(one, low), high)) for one in moved)


@lru_cache(maxsize=20)
def _references(artifact: Artifact) -> References:
    """Kept with the artifact: how inputs hang together is worked out once a process."""
    categorical = np.array([not feature.is_quantity for feature in artifact.schema])
    return References(artifact.background.astype(np.float64), categorical)


def _numbers(listed: Bands, probabilities: NDArray[np.float64]) -> NDArray[np.intp]:
    return np.fromiter(map(partial(bands.number_of, listed), probabilities), dtype=np.intp)


def _stored(
    artifact: Artifact, sheet: Sheet, snapshot: Snapshot, sought: list[Reason]
) -> WorthMeasuring:
    model = headline_of(artifact, sheet)
    if not sought or model is None or artifact.schema.blocks:  # what is likely: of tables alone
        return WorthMeasuring()
    found = next_measurements(
        model,
        artifact.schema.matrix([row_of(snapshot, artifact.schema)]),
        _references(artifact),
        partial(_numbers, sheet.bands),
        [one for one, _reason in sought],
    )
    reasons = {one.column: reason for one, reason in sought}
    listed = sheet.bands
    return WorthMeasuring(
        Looked(
            is_refused=any(one.blocks for one, _reason in sought),
            band=_band(listed, found.band),
            bands=_shares(listed, found.bands),
            reference_rows=len(artifact.background),
        ),
        [_item(artifact, listed, found, item, reasons) for item in found.items],
    )


def _band(listed: Bands, number: int) -> BandNow | None:
    if not listed:
        return None
    band = listed[number]
    return BandNow(band.code, band.label, band.lower, band.upper)


def _shares(listed: Bands, shares: tuple[float, ...]) -> list[Share]:
    return [Share(band.code, share) for band, share in zip(listed, shares, strict=False)]


def _item(
    artifact: Artifact, listed: Bands, found: Outlook, item: Worth, reasons: Mapping[int, str]
) -> Item:
    feature = artifact.schema.features[item.column]
    return Item(
        feature=feature.name,
        label=dict(feature.label),
        reason=reasons[item.column],
        burden=dict(feature.burden) if isinstance(feature.burden, Mapping) else None,
        changes=item.changes if listed else None,
        interval=list(item.interval) if listed else None,
        limit=_limit(listed, found.band, item.bands),
        bands=_shares(listed, item.bands),
        expected_change=item.expected_change,
        lower=item.low,
        upper=item.high,
        effective_rows=round(item.effective_rows, 1),
    )


def _limit(listed: Bands, band: int, shares: tuple[float, ...]) -> float | None:
    """The limit of the present band that is crossed; None where none or both are."""
    if not listed:
        return None
    below, above = sum(shares[:band]), sum(shares[band + 1 :])
    if (below >= SELDOM) == (above >= SELDOM):
        return None
    return float(listed[band].upper if above >= SELDOM else listed[band].lower)
