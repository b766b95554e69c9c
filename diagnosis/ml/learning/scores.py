"""The figures of a cross-validation for every kind of task, with intervals over patients."""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import ArrayLike, NDArray

from diagnosis.ml.learning.validation import OutOfFold
from diagnosis.ml.results.measuring import Interval, averaged, finite
from diagnosis.ml.results.targets import Task

Array = NDArray[np.float64]
DRAWS = 200


def measure(
    task: Task,
    y: Array,
    predictions: Array,
    *,
    draws: int = DRAWS,
    groups: ArrayLike | None = None,
) -> dict[str, Interval]:
    """Return every metric of a task as value and 95 % interval.

    Parameters
    ----------
    task : Task
        What was predicted.
    y : ndarray, shape (n, c)
        Targets.
    predictions : ndarray, shape (repeats, n, k)
        Predictions for rows that the model did not see.
    draws : int
        Bootstrap samples of patients behind the intervals.
    groups : array-like, shape (n,), optional
        Rows with equal values are of one patient and drawn together.

    Returns
    -------
    dict
        ``{"auroc": {"value", "lower", "upper"}, …}``; what can not be computed is None. The
        value is the mean over the repeats; a draw takes all repeats of a patient together. One
        patient alone has no interval.
    """
    patients = len(y) if groups is None else len(np.unique(np.asarray(groups)))
    draws = draws if patients > 1 else 0
    return task.result.measure(task, y, predictions, draws=draws, groups=groups)


def scores(measured: OutOfFold) -> dict[str, Interval]:
    """Return the metrics of a cross-validation with their intervals."""
    return measure(measured.task, measured.y, measured.predictions, groups=measured.groups)


def missing_metrics(measured: OutOfFold) -> dict[str, Interval]:
    """Return the metrics with each feature hidden in turn, for features that may be missing."""
    points, y = partial(measured.task.result.points, measured.task), measured.y
    return {
        name: finite(averaged(points, y, predictions))
        for name, predictions in measured.hidden.items()
    }
