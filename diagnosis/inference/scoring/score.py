"""From an artifact and a snapshot to a result: one batch of rows through the serving form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import numpy as np
from django.utils import timezone
from numpy.typing import NDArray

from diagnosis.inference.scoring import next_measurement
from diagnosis.inference.scoring.curves import curve_of
from diagnosis.inference.snapshot.inputs import missing, row_of
from diagnosis.inference.stored.entry import NOTHING, Snapshot, converted_of
from diagnosis.inference.stored.worth import Item
from diagnosis.ml import Artifact, Feature
from diagnosis.ml.batch import Batch, Inputs, table_of
from diagnosis.ml.results.estimate import Estimate
from diagnosis.registry.sheet.bands import Band
from diagnosis.registry.sheet.sheets import Sheet
from diagnosis.results import shown_kind
from diagnosis.results.result import (
    INTERVAL_METHOD,
    LEVEL,
    RANGE_METHOD,
    BandThen,
    Borderline,
    Filled,
    Missed,
    Result,
)

Matrix = NDArray[np.float32]

FEWEST_REFITS = 20
"""An interval over fewer refits would be invented."""


@dataclass(frozen=True)
class Probe:
    """One row beside the patient's own: a feature a step of measurement error away."""

    feature: str
    value: float


Others = list[tuple[Probe, float]]


def score(
    artifact: Artifact,
    sheet: Sheet,
    snapshot: Snapshot,
    at: datetime | None = None,
) -> Result:
    """The result (design, part 9), texts in both languages; ``at`` is the index time."""
    kind, x = shown_kind(artifact.task.kind), matrix(artifact, snapshot)
    probes = list(_steps(artifact, snapshot))
    answers = _answers(artifact, _with_probes(artifact, x, probes))
    around = _around(artifact, x, tuple(answers))
    estimates = tuple(
        Estimate(name, float(values[0]), around.ends.get(name))
        for name, values in answers.items()
        if _is_asked(sheet, name, snapshot)
    )
    name = kind.headline(sheet)
    sets = artifact.sets_matrix(x)
    missed = [group for row in artifact.missed_matrix(x) for group in row]
    result = Result(
        kind=kind.name,
        estimates=estimates,
        headline_name=name,
        unit=kind.scales(sheet)[name].unit if name else None,
        interval_method=around.method,
        interval_level=around.level,
        possible=sets[0] if sets else None,
        set_level=artifact.set_level,
        missed=tuple(Missed.from_dict(group.to_dict()) for group in missed),
        imputed=tuple(missing(snapshot, artifact.schema)),
        curve=curve_of(artifact, x, around.level),
    )
    belonging = kind.belonging(artifact.manifest, result.headline)
    known = {one.name for one in estimates}
    result = replace(
        result,
        local_count=belonging.local_count,
        average=belonging.average,
        labels=tuple(one for one in belonging.labels if one.name in known),
    )
    if result.headline is None:
        return result
    moved = answers[result.headline.name][1:]
    others = [(probe, float(value)) for probe, value in zip(probes, moved, strict=True)]
    moment = timezone.now() if at is None else at
    return _with_headline(
        result, result.headline, Scored(artifact, sheet, snapshot, moment, others)
    )


def _is_asked(sheet: Sheet, name: str, snapshot: Snapshot) -> bool:
    """Whether an estimate means something for such a patient: «over-replaced» on thyroxine only."""
    said = sheet.estimate_named(name)
    if said is None or said.only_with is None:
        return True
    entry = snapshot.get(said.only_with.feature, NOTHING)
    return entry.converted is not None and entry.value in said.only_with.values


@dataclass(frozen=True)
class Scored:
    """By what a headline was come to; ``others``: what it would be a step of error away."""

    artifact: Artifact
    sheet: Sheet
    snapshot: Snapshot
    at: datetime
    others: Others


def _with_headline(result: Result, headline: Estimate, by: Scored) -> Result:
    """What speaks of one estimate: band, borderline, step effects, what measuring could change."""
    artifact, sheet = by.artifact, by.sheet
    is_open = shown_kind(result.kind).leaves_open(result)
    band = None if is_open else sheet.band_of(headline.value)
    borderline = _borderline(sheet, band, by.others)
    near = [one.feature for one in borderline]
    worth = next_measurement.of_result(artifact, sheet, by.snapshot, by.at, near)
    return replace(
        result,
        band=_band(sheet, band),
        filled=tuple(_filled(artifact, name, worth.items) for name in result.imputed),
        borderline=borderline,
        step_effects=_step_effects(by.others, headline.value),
        next_measurement=worth.to_dict(),
    )


def _with_probes(artifact: Artifact, x: Inputs, probes: Sequence[Probe]) -> Inputs:
    """The patient, then the same patient a step away in one number of the table."""
    table = table_of(x)
    rows = np.vstack([table, *(_probed(artifact, table, probe) for probe in probes)])
    if not isinstance(x, Batch):
        return rows
    others = {name: np.repeat(block, len(rows), axis=0) for name, block in x.others.items()}
    return Batch.of(rows, **others)


def _answers(artifact: Artifact, rows: Inputs) -> Mapping[str, NDArray[np.float64]]:
    """Every estimate of every row."""
    task = artifact.task
    answers = artifact.predict_matrix(rows).reshape(len(rows), task.outputs)
    return task.result.estimates(task, answers)


def matrix(artifact: Artifact, snapshot: Snapshot) -> Inputs:
    """The snapshot as the model takes it: one row of its table, and the blocks beside it."""
    return artifact.schema.inputs([row_of(snapshot, artifact.schema)])


def _probed(artifact: Artifact, x: Matrix, probe: Probe) -> Matrix:
    row = x.copy()
    row[0, artifact.schema.column(probe.feature)] = probe.value
    return row


def _steps(artifact: Artifact, snapshot: Snapshot) -> Iterator[Probe]:
    """One step of measurement error up and down, inside what a body can have."""
    for feature in artifact.schema:
        value = converted_of(snapshot, feature.name)
        if value is None or not feature.step or feature.whole:
            continue  # what is counted has no error of measurement
        for moved in (float(value) - feature.step, float(value) + feature.step):
            if _is_possible(feature, moved):
                yield Probe(feature.name, moved)


def _is_possible(feature: Feature, value: float) -> bool:
    return feature.bounds is None or feature.bounds[0] <= value <= feature.bounds[1]


@dataclass(frozen=True)
class Around:
    """Ends by estimate, what they are of, and how many of a hundred lie within."""

    ends: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    method: str | None = None
    level: float | None = None


def _around(artifact: Artifact, x: Inputs, names: tuple[str, ...]) -> Around:
    """Where the true numbers of such people lie; else where the answers of other models do."""
    ranges = artifact.ranges_matrix(x)
    if ranges is not None:
        return Around(dict.fromkeys(names, _ends(ranges)), RANGE_METHOD, artifact.interval_level)
    refits = artifact.manifest.get("refits") or {}
    if int(refits.get("count") or 0) < FEWEST_REFITS:
        return Around()
    level = float(refits.get("level") or LEVEL)
    found = artifact.intervals(x, level=level)
    ends = {name: _ends(found[name]) for name in names if name in found}
    return Around(ends, INTERVAL_METHOD, level) if ends else Around()


def _ends(found: NDArray[np.float64]) -> tuple[float, float]:
    low, high = (float(edge) for edge in found[0])
    return low, high


def _band(sheet: Sheet, band: Band | None) -> BandThen | None:
    if band is None:
        return None
    told, action = band.to_dict(), sheet.action_named(band.action)
    return BandThen(
        **{name: told[name] for name in ("code", "label", "lower", "upper", "text", "source")},
        action=dict(action.label) if action else band.action,
        action_code=band.action,
    )


def _filled(artifact: Artifact, name: str, worth: Sequence[Item]) -> Filled:
    feature = artifact.schema[name]
    assumed = (artifact.manifest.get("missing_ranges") or {}).get(name, {}).get("assumed")
    found = next((item for item in worth if item.feature == name), None)
    category = feature.category(assumed) if assumed is not None else None
    return Filled(
        feature=name,
        label=dict(feature.label),
        assumed=category.value if category else assumed,
        assumed_label=dict(category.label) if category else None,
        assumed_text=dict(feature.assumed) if feature.assumed else None,
        unit=feature.unit,
        lower=found.lower if found else None,
        upper=found.upper if found else None,
    )


def _step_effects(others: Others, headline: float) -> dict[str, float]:
    """How far one step of its error moves the headline, by input: by it a list tells noise."""
    found: dict[str, list[float]] = {}
    for probe, moved in others:
        found.setdefault(probe.feature, []).append(moved)
    return {
        name: (max(both) - min(both)) / 2 if len(both) > 1 else abs(both[0] - headline)
        for name, both in found.items()
    }


def _stands_elsewhere(sheet: Sheet, band: Band | None, estimate: float) -> bool:
    other = sheet.band_of(estimate)
    return band is not None and other is not None and other.code != band.code


def _borderline(sheet: Sheet, band: Band | None, others: Others) -> tuple[Borderline, ...]:
    """Inputs whose measurement error alone would put the headline into another band."""
    if band is None:
        return ()
    crossing: dict[str, Borderline] = {}
    for probe, estimate in others:
        if _stands_elsewhere(sheet, band, estimate):
            other = sheet.band_of(estimate) or band
            crossing.setdefault(
                probe.feature,
                Borderline(
                    feature=probe.feature,
                    value=probe.value,
                    estimate=estimate,
                    band=other.code,
                    band_label=other.label,
                ),
            )
    return tuple(crossing.values())
