"""Where models that learnt from other patients would put estimates and curves, by refits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from diagnosis.ml.evaluation.metrics import expit, logit
from diagnosis.ml.results.estimate import Estimate
from diagnosis.ml.uncertainty import other_models

if TYPE_CHECKING:
    from diagnosis.ml.results.targets import Task

Array = NDArray[np.float64]
Matrix = NDArray[np.float32]


def estimate_intervals(
    task: Task, answers: Array, refits: Matrix, level: float
) -> dict[str, Array]:
    """Return (n, 2) for each estimate; probabilities on the logit scale, numbers in their unit.

    Parameters
    ----------
    task : Task
        What the answers mean.
    answers : ndarray, shape (n, k)
        What the model says.
    refits : ndarray, shape (n, R, k)
        What R refits on bootstrap resamples say.
    level : float
        Share of such models; see ``uncertainty.other_models``.
    """
    own = task.result.estimates(task, answers)
    wide = refits.astype(np.float64)
    each = [task.result.estimates(task, wide[:, i]) for i in range(wide.shape[1])]
    scales = task.result.scales(task)
    return {
        name: _ends(
            middle,
            np.column_stack([one[name] for one in each]),
            level,
            probability=scales[name].unit is None,
        )
        for name, middle in own.items()
    }


def as_estimates(
    rows: int, values: Mapping[str, Array], ends: Mapping[str, Array]
) -> list[tuple[Estimate, ...]]:
    """Return the estimates of so many rows; those without ends (n, 2) have no interval."""
    pairs = {name: [(low, high) for low, high in own.tolist()] for name, own in ends.items()}
    nothing: list[tuple[float, float] | None] = [None] * rows
    return [
        tuple(
            Estimate(name, float(own[i]), pairs.get(name, nothing)[i])
            for name, own in values.items()
        )
        for i in range(rows)
    ]


def curve_band(answers: Array, refits: Matrix, level: float) -> Array:
    """Return (n, k, 2): about every risk of a curve (n, k) by itself, not about the whole curve."""
    ends = [
        _ends(answers[:, j], refits[:, :, j], level, probability=True)
        for j in range(answers.shape[1])
    ]
    return np.stack(ends, axis=1)


def _ends(middle: Array, refits: ArrayLike, level: float, *, probability: bool) -> Array:
    others = np.asarray(refits, dtype=np.float64)
    if not probability:
        return np.column_stack(other_models(middle, others, level))
    low, high = other_models(logit(middle), logit(others), level)
    return np.column_stack([expit(low), expit(high)])
