"""From the risks of an artifact that asks for time to the curve that is stored."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from diagnosis.ml import Artifact
from diagnosis.ml.batch import Inputs
from diagnosis.ml.results.time.times import medians
from diagnosis.results.result import Curve


def curve_of(artifact: Artifact, x: Inputs, level: float | None) -> Curve | None:
    """The curve of one row with its band, where there is one; None where no time is asked for."""
    task = artifact.task
    if not task.times:
        return None
    risks = artifact.predict_matrix(x).reshape(1, task.outputs)
    band = artifact.curve_band(x, level) if level is not None else None
    median = float(medians(risks, task.times)[0])
    return Curve(
        unit=task.unit or "d",
        times=task.times,
        survival=_floats(1 - risks[0]),
        interval=(_floats(1 - band[0, :, 1]), _floats(1 - band[0, :, 0]))
        if band is not None
        else None,
        median=None if np.isnan(median) else median,
    )


def _floats(found: NDArray[np.float64]) -> tuple[float, ...]:
    return tuple(map(float, found))
