"""Where a slider would carry the estimate into another band, everything else staying as it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from diagnosis.inference.scoring.estimate import headline_of
from diagnosis.inference.scoring.score import Matrix, matrix
from diagnosis.inference.stored.entry import Snapshot
from diagnosis.ml import Artifact, Feature
from diagnosis.ml.batch import table_of
from diagnosis.registry.sheet.sheets import Sheet

PLACES = 41
"""Along each slider: one batch of rows for all sliders together, a fraction of a millisecond."""

Range = tuple[float, float]
Array = NDArray[np.float64]


@dataclass(frozen=True)
class Crossing:
    """At ``value``, in the model's unit, the estimate passes ``limit``."""

    limit: float
    value: float


def crossings(
    artifact: Artifact, sheet: Sheet, inputs: Snapshot, reaches: Mapping[str, Range]
) -> dict[str, list[Crossing]]:
    """Those of each number; nothing where the service has no bands."""
    limits = [float(band.upper) for band in sheet.bands[:-1]]
    model = headline_of(artifact, sheet)
    if not limits or not reaches or model is None:
        return {}
    grids = {name: _places(artifact.schema[name], reach) for name, reach in reaches.items()}
    along = model(_moved(artifact, inputs, grids)).reshape(len(grids), PLACES)
    return {
        name: [
            _at_a_place(found, grid) if artifact.schema[name].whole else found
            for limit in limits
            for found in _passes(grid, line, limit)
        ]
        for (name, grid), line in zip(grids.items(), along, strict=True)
    }


def _places(feature: Feature, reach: Range) -> Array:
    """What is counted has no places between."""
    places = np.linspace(*reach, PLACES)
    return np.round(places) if feature.whole else places


def _at_a_place(found: Crossing, grid: Array) -> Crossing:
    """The first count on the other side, not a fraction on the way to it."""
    return Crossing(found.limit, float(grid[grid >= found.value].min()))


def _moved(artifact: Artifact, inputs: Snapshot, grids: Mapping[str, Array]) -> Matrix:
    """(sliders · places, d): this patient with one number after the other along its grid."""
    rows = np.repeat(table_of(matrix(artifact, inputs)), len(grids) * PLACES, axis=0)
    for index, (name, grid) in enumerate(grids.items()):
        part = slice(index * PLACES, (index + 1) * PLACES)
        rows[part, artifact.schema.column(name)] = grid
    return rows


def _passes(grid: Array, line: Array, limit: float) -> list[Crossing]:
    """Between two places on either side of the limit, where a straight line would meet it."""
    side = line > limit
    found = []
    for i in np.flatnonzero(side[1:] != side[:-1]):
        share = (limit - line[i]) / (line[i + 1] - line[i])
        found.append(Crossing(limit, float(grid[i] + share * (grid[i + 1] - grid[i]))))
    return found
