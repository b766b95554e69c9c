"""From an artifact and a snapshot to a result: one batch of rows through the serving form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from django.utils import timezone
from numpy.typing import NDArray

from diagnosis.inference.scoring import next_measurement
from diagnosis.inference.snapshot.inputs import missing, row_of
from diagnosis.inference.stored.entry import Snapshot, converted_of
from diagnosis.inference.stored.result import BandThen, Borderline, Filled, Result
from diagnosis.ml import Artifact, Feature
from diagnosis.registry.sheet.bands import Band
from diagnosis.registry.sheet.sheets import Sheet

Matrix = NDArray[np.float32]

FEWEST_REFITS = 20
"""An interval over fewer refits would be invented."""

LEVEL = 0.90
INTERVAL_METHOD = "other models"
"""See ``ml.uncertainty.other_models``. Results before it hold «bootstrap refits»: the middle of the
refits themselves, too narrow for other models."""


@dataclass(frozen=True)
class Probe:
    """One row beside the patient's own: a feature a step of measurement error away."""

    feature: str
    value: float


def score(
    artifact: Artifact,
    sheet: Sheet,
    snapshot: Snapshot,
    at: datetime | None = None,
) -> Result:
    """The result (design, part 9), texts in both languages; ``at`` is the index time."""
    x = matrix(artifact, snapshot)
    imputed = missing(snapshot, artifact.schema)
    probes = list(_steps(artifact, snapshot))
    answers = artifact.predict_matrix(np.vstack([x, *(_probed(artifact, x, p) for p in probes)]))
    probability = float(answers[0])
    others = [(probe, float(p)) for probe, p in zip(probes, answers[1:], strict=True)]
    band = sheet.band_of(probability)
    borderline = _borderline(sheet, band, others)
    worth = next_measurement.of_result(
        artifact,
        sheet,
        snapshot,
        timezone.now() if at is None else at,
        [one.feature for one in borderline],
    )
    interval, level = _interval(artifact, x)
    return Result(
        kind="binary",
        probability=probability,
        interval=interval,
        interval_method=INTERVAL_METHOD if interval else None,
        interval_level=level if interval else None,
        band=_band(sheet, band),
        imputed=tuple(imputed),
        filled=tuple(_filled(artifact, name, worth["items"]) for name in imputed),
        borderline=borderline,
        step_effects=_step_effects(others, probability),
        next_measurement=worth,
        local_count=_local_count(artifact.manifest, probability),
        average=artifact.manifest.get("training", {}).get("rate"),
    )


def matrix(artifact: Artifact, snapshot: Snapshot) -> Matrix:
    """The snapshot as the model's matrix of one row."""
    return artifact.schema.matrix([row_of(snapshot, artifact.schema)])


def probability_of(artifact: Artifact, snapshot: Snapshot) -> float:
    return float(artifact.predict_matrix(matrix(artifact, snapshot))[0])


def _probed(artifact: Artifact, x: Matrix, probe: Probe) -> Matrix:
    row = x.copy()
    row[0, artifact.schema.names.index(probe.feature)] = probe.value
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


def _interval(artifact: Artifact, x: Matrix) -> tuple[tuple[float, float] | None, float]:
    """Where the answers of other models lie, and how many of a hundred of them."""
    refits = artifact.manifest.get("refits") or {}
    level = float(refits.get("level") or LEVEL)
    found = None
    if int(refits.get("count") or 0) >= FEWEST_REFITS:
        found = artifact.interval(x, level=level)
    if found is None:
        return None, level
    low, high = (float(edge) for edge in found[0])
    return (low, high), level


def _band(sheet: Sheet, band: Band | None) -> BandThen | None:
    if band is None:
        return None
    told, action = band.to_dict(), sheet.action_named(band.action)
    return BandThen(
        **{name: told[name] for name in ("code", "label", "lower", "upper", "text", "source")},
        action=dict(action.label) if action else band.action,
        action_code=band.action,
    )


def _filled(artifact: Artifact, name: str, worth: list[dict[str, Any]]) -> Filled:
    feature = artifact.schema[name]
    assumed = (artifact.manifest.get("missing_ranges") or {}).get(name, {}).get("assumed")
    found = next((item for item in worth if item["feature"] == name), None)
    category = feature.category(assumed) if assumed is not None else None
    return Filled(
        feature=name,
        label=dict(feature.label),
        assumed=category.value if category else assumed,
        assumed_label=dict(category.label) if category else None,
        assumed_text=dict(feature.assumed) if feature.assumed else None,
        unit=feature.unit,
        lower=found["lower"] if found else None,
        upper=found["upper"] if found else None,
    )


def _step_effects(others: list[tuple[Probe, float]], probability: float) -> dict[str, float]:
    """How far one step of its error moves the result, by input: by it a list tells noise."""
    found: dict[str, list[float]] = {}
    for probe, moved in others:
        found.setdefault(probe.feature, []).append(moved)
    return {
        name: (max(both) - min(both)) / 2 if len(both) > 1 else abs(both[0] - probability)
        for name, both in found.items()
    }


def _stands_elsewhere(sheet: Sheet, band: Band | None, probability: float) -> bool:
    other = sheet.band_of(probability)
    return band is not None and other is not None and other.code != band.code


def _borderline(
    sheet: Sheet,
    band: Band | None,
    others: list[tuple[Probe, float]],
) -> tuple[Borderline, ...]:
    """Inputs whose measurement error alone would put the result into another band."""
    if band is None:
        return ()
    crossing: dict[str, Borderline] = {}
    for probe, probability in others:
        if _stands_elsewhere(sheet, band, probability):
            other = sheet.band_of(probability) or band
            crossing.setdefault(
                probe.feature,
                Borderline(
                    feature=probe.feature,
                    value=probe.value,
                    probability=probability,
                    band=other.code,
                    band_label=other.label,
                ),
            )
    return tuple(crossing.values())


def _local_count(manifest: Mapping[str, Any], probability: float) -> dict[str, Any] | None:
    """What a score like this meant: of so many validation patients, so many had the event."""
    for entry in manifest.get("counts") or ():
        if entry["lower"] <= probability <= entry["upper"]:
            return dict(entry)
    return None
