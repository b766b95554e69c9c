"""A model for every fold, on the rows outside of it: for the choice and for the validation."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from diagnosis.ml.families.pipeline import Fitted, Sample, fit_logistic
from diagnosis.ml.recipe import Recipe

Index = NDArray[np.int64]


def fit_folds(
    recipe: Recipe, sample: Sample, assigned: Index, seed: int
) -> list[dict[int, Fitted]]:
    """Fit a model for every fold of every repeat, on the rows outside of it."""
    tasks = [
        (repeat, int(k), np.flatnonzero(row != k))
        for repeat, row in enumerate(assigned)
        for k in np.unique(row)
    ]
    if recipe.model == "logistic":
        fits = [fit_logistic(recipe, sample.take(rows), seed + r) for r, _, rows in tasks]
    else:
        from diagnosis.ml.families.dense.members import fit_many  # loads TensorFlow

        fits = fit_many(recipe, sample, [rows for _, _, rows in tasks])
    found: list[dict[int, Fitted]] = [{} for _ in assigned]
    for (repeat, k, _), fitted in zip(tasks, fits, strict=True):
        found[repeat][k] = fitted
    return found
