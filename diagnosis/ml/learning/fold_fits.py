"""A model for every fold, on the rows outside of it: for the choice and for the validation."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from diagnosis.ml.families import family
from diagnosis.ml.families.pipeline import Fitted, Sample
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
    row_sets, seeds = [rows for _, _, rows in tasks], [seed + repeat for repeat, _, _ in tasks]
    fits = family(recipe.model).fit_many(recipe, sample, row_sets, seeds)
    found: list[dict[int, Fitted]] = [{} for _ in assigned]
    for (repeat, k, _), fitted in zip(tasks, fits, strict=True):
        found[repeat][k] = fitted
    return found
