"""Between which ends models lie that learnt from other patients, told from the refits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from diagnosis.ml.evaluation.metrics import expit, logit
from diagnosis.ml.evaluation.quantiles import student

if TYPE_CHECKING:
    from diagnosis.ml.results.targets import Task

Floats = NDArray[np.float64]


def other_models(middle: ArrayLike, refits: ArrayLike, level: float) -> tuple[Floats, Floats]:
    """Return between which ends ``level`` of models lie that learnt from other patients.

    Parameters
    ----------
    middle : (n,) array
        What the model says of n rows, as logits (numbers for a regression).
    refits : (n, R) array
        What its refits on bootstrap resamples say, on the same scale.
    level : float
        Share of the other models.

    Notes
    -----
    The refits vary about this model as this model does about the average of all such models. So
    does another one: the difference of two has twice the variance. Ends that hold ``level`` of the
    refits hold 56 to 74 % of models built from other patients; these hold about ``level``
    (``python -m medportal.tools.bench.intervals``). Student's quantile allows for few refits.
    """
    points, others = (np.asarray(values, dtype=np.float64) for values in (middle, refits))
    spread = others.std(axis=1, ddof=1)
    reach = student(level, others.shape[1] - 1) * np.sqrt(2.0) * spread
    return points - reach, points + reach


def between_models(task: Task, answers: Floats, refits: Floats, level: float) -> dict[str, Floats]:
    """Return (n, 2) for each estimate of several outputs: between which ends other models lie.

    Parameters
    ----------
    task : Task
        Names the estimates; probabilities are taken as log-odds, numbers as they are.
    answers : (n, k) array
        What the model says.
    refits : (n, R, k) array
        What its refits say.
    level : float
        Share of the other models.
    """
    n, r, k = refits.shape
    middle = task.result.estimates(task, answers)
    others = task.result.estimates(task, refits.reshape(n * r, k))
    found = {}
    for name, scale in task.result.scales(task).items():
        there, back = (logit, expit) if scale.unit is None else (np.asarray, np.asarray)
        low, high = other_models(there(middle[name]), there(others[name]).reshape(n, r), level)
        found[name] = back(np.column_stack([low, high]))
    return found


def curve_band(answers: Floats, refits: ArrayLike, level: float) -> Floats:
    """Return (n, k, 2) about curves of risks (n, k), by refits (n, R, k).

    Every point by itself, as log-odds: of so many other models, ``level`` would put it there. The
    whole curve of another model leaves the band somewhere more often.
    """
    others = np.asarray(refits, dtype=np.float64)
    ends = [
        other_models(logit(answers[:, j]), logit(others[:, :, j]), level)
        for j in range(answers.shape[1])
    ]
    return expit(np.stack([np.column_stack(pair) for pair in ends], axis=1))
