"""What the errors of measurements alone would do: so that noise is not told as a story.

A feature's ``step`` is one standard deviation of a repeated measurement. Two measurements of a
thing that stayed as it was differ by the square root of two of it: the reference change value of
laboratory medicine (Fraser and Harris, Crit Rev Clin Lab Sci 1989;27:409-437).
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from diagnosis.ml import Artifact, Feature

Matrix = NDArray[np.float32]
SURE = 1.96
"""In 95 of 100 pairs of measurements without any change the difference is smaller."""


def is_within_error(feature: Feature, was: float, became: float) -> bool:
    """Whether two measurements of the same thing differ by as much; never for what has no error."""
    if feature.kind != "number" or not feature.step or np.isnan(was) or np.isnan(became):
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
        if feature.name in measured and feature.kind == "number" and feature.step
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
