"""How much worse a model gets without what one input says: permutation importance.

Shapley values say what moves the estimates; this says what moves their quality, and needs
outcomes. It is a property of the model on these patients, not of the disease: of two inputs that
say the same, both look unimportant.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from diagnosis.ml.batch import table_of
from diagnosis.ml.evaluation.directions import shuffled_predictions
from diagnosis.ml.evaluation.ends import FEWEST_OF_EACH, LEVEL
from diagnosis.ml.evaluation.intervals import auroc_difference
from diagnosis.ml.evaluation.metrics import as_floats
from diagnosis.ml.evaluation.quantiles import student
from diagnosis.ml.explain.model_function import ModelFunction, as_inputs

Floats = NDArray[np.float64]

LOSSES = ("auroc", "brier", "log_loss")
DRAWS = 500  # bootstrap samples of patients
_EPSILON = 1e-7  # probabilities of exactly 0 or 1 have no logarithm


@dataclass(frozen=True)
class PermutationImportance:
    """How much the quality falls when one column is shuffled, (d,) each.

    ``value`` is the fall of the AUROC, or the rise of the Brier score or the log loss (nats a
    patient); ``lower`` and ``upper`` end its 95 % interval over other patients of the same kind.
    """

    loss: str
    value: Floats
    lower: Floats
    upper: Floats


def permutation_importance(
    model: Any,
    rows: Any,
    y: ArrayLike,
    *,
    loss: str = "auroc",
    repeats: int = 10,
    seed: int = 0,
) -> PermutationImportance:
    """Return the permutation importance of every column with its interval.

    Parameters
    ----------
    model : Artifact or callable
        An artifact, or a function from a float32 matrix (n, d) to probabilities (n,).
    rows : (n, d) array
        Patients whom the model has not seen; an artifact also takes raw rows.
    y : (n,) array
        Outcome, 0 or 1.
    loss : str
        One of ``LOSSES``.
    repeats : int
        Times that each column is shuffled.
    seed : int
        Seed of shuffles and draws.

    Raises
    ------
    ValueError
        The loss is unknown, or there are several outputs.

    Notes
    -----
    Breiman, Machine Learning 2001;45:5-32; Fisher, Rudin and Dominici, JMLR 2019;20:177. The
    interval is that of the difference, patient by patient, as ``evaluation.paired_differences``
    takes it: what the predictions before and after share cancels out.
    """
    if loss not in LOSSES:
        raise ValueError(f"Unknown loss {loss!r}; known: {', '.join(LOSSES)}.")
    function, x = ModelFunction(model), table_of(as_inputs(model, rows))
    whole = function(x)
    if whole.shape[1] != 1:
        raise ValueError("Permutation importance needs a model with one output.")
    columns = shuffled_predictions(function, x, repeats, seed)
    found = [_fall(as_floats(y), whole[:, 0], p, loss) for p in columns]
    value, lower, upper = np.array(found).reshape(-1, 3).T
    return PermutationImportance(loss, value, lower, upper)


def _fall(y: Floats, p: Floats, shuffled: Floats, loss: str) -> tuple[float, float, float]:
    """Return how much worse (n, repeats) shuffled predictions are than the model's own."""
    if loss == "auroc":
        found = auroc_difference(y, p, shuffled, draws=DRAWS)
        return found["value"], found["lower"], found["upper"]
    rises = (_losses(y[:, None], shuffled, loss) - _losses(y, p, loss)[:, None]).mean(axis=1)
    value, fewest = float(rises.mean()), int(min(y.sum(), len(y) - y.sum()))
    if fewest < FEWEST_OF_EACH:
        return value, float("nan"), float("nan")
    reach = student(LEVEL, fewest - 1) * float(rises.std(ddof=1)) / np.sqrt(len(y))
    return value, value - reach, value + reach


def _losses(y: Floats, p: Floats, loss: str) -> Floats:
    if loss == "brier":
        return np.asarray((y - p) ** 2)
    kept = np.clip(p, _EPSILON, 1 - _EPSILON)
    return np.asarray(-np.log(np.where(y > 0, kept, 1 - kept)))
