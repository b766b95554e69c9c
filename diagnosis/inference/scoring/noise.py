"""What the errors of measurements alone would do: so that noise is not told as a story.

A feature's ``step`` is one standard deviation of a repeated measurement. Two measurements of a
thing that stayed as it was differ by the square root of two of it: the reference change value of
laboratory medicine (Fraser and Harris, Crit Rev Clin Lab Sci 1989;27:409-437).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from diagnosis.inference.stored.entry import NOTHING, Snapshot, converted_of
from diagnosis.ml import Artifact, Feature, FeatureSchema

Matrix = NDArray[np.float32]
SURE = 1.96
"""In 95 of 100 pairs of measurements without any change the difference is smaller."""


@dataclass(frozen=True)
class Kept:
    """What a result kept of itself; ``effects``: how far one step of each input moved it."""

    estimate: float
    inputs: Snapshot
    effects: Mapping[str, float]


def is_noise(schema: FeatureSchema, then: Kept, now: Kept) -> bool:
    """Whether errors of measurement alone could have made a change, for lists: no model is asked.

    Never where an input changed by more than its own error, or has none, however little that did:
    what is called noise here is called so by ``Change.is_within_error``, too.
    """
    pairs = [(f, _number(then.inputs, f.name), _number(now.inputs, f.name)) for f in schema]
    moved = [pair for pair in pairs if not np.array_equal(*pair[1:], equal_nan=True)]
    if not moved or not all(is_within_error(*pair) for pair in moved):
        return False
    twice = measured_twice(schema.names, then.inputs, now.inputs)
    effects = [kept.effects.get(name, 0.0) for kept in (then, now) for name in twice]
    error = SURE * float(np.sqrt(np.square(effects).sum()))
    return abs(now.estimate - then.estimate) <= error


def _number(inputs: Snapshot, name: str) -> float:
    found = converted_of(inputs, name)
    return np.nan if found is None else float(found)


def measured_twice(names: Iterable[str], then: Snapshot, now: Snapshot) -> list[str]:
    """Inputs of which each result had a measurement of its own: one kept value has one error."""
    return [name for name in names if _told(then, name) != _told(now, name)]


def _told(snapshot: Snapshot, name: str) -> tuple[str | None, float | None]:
    entry = snapshot.get(name, NOTHING)
    return entry.observed_at, entry.converted


def is_within_error(feature: Feature, was: float, became: float) -> bool:
    """Whether two measurements of the same thing differ by as much; never for what has no error."""
    if not feature.is_quantity or not feature.step or np.isnan(was) or np.isnan(became):
        return False
    gone = abs(float(became) - float(was))
    return bool(0 < gone <= SURE * np.sqrt(2.0) * feature.step * (1 + 1e-6))


def of_result(artifact: Artifact, then: Matrix, now: Matrix, measured: Collection[str]) -> float:
    """Return how far apart two estimates lie that nothing but the errors of ``measured`` parts.

    The error of each input moves each of the two estimates by itself: what a step up and a step
    down do to it, added as variances are.
    """
    columns = [
        (j, feature.step)
        for j, feature in enumerate(artifact.schema)
        if feature.name in measured and feature.is_quantity and feature.step
    ]
    rows: list[Matrix] = []
    for row in (then, now):
        for j, step in columns:
            if np.isnan(row[0, j]):
                continue
            rows += [_moved(row, j, step), _moved(row, j, -step)]
    if not rows:
        return 0.0
    up, down = artifact.predict_matrix(np.vstack(rows)).reshape(-1, 2).T
    return SURE * float(np.sqrt((((up - down) / 2) ** 2).sum()))


def _moved(row: Matrix, column: int, by: float) -> Matrix:
    moved = row.copy()
    moved[0, column] += by
    return moved
