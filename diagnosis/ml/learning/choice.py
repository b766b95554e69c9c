"""Choosing the model for a table by cross-validation; simplicity wins ties."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from diagnosis.ml.evaluation import folds
from diagnosis.ml.families import AUTO, CANDIDATES
from diagnosis.ml.families.pipeline import Fitted, Sample
from diagnosis.ml.learning.fold_fits import fit_folds
from diagnosis.ml.recipe import Recipe

Array = NDArray[np.float64]
Index = NDArray[np.int64]

Grounds = Mapping[str, float | dict[str, float]]
"""A loss a candidate, their difference and its standard error."""

MOST_ROWS = 20_000
_FOLDS = 5


def choose(recipe: Recipe, sample: Sample) -> tuple[Recipe, Grounds]:
    """Return the recipe with its model chosen, and what the choice rests on.

    ``auto`` takes the network only where its cross-validated loss is lower than that of the
    penalised logistic regression by more than one standard error of the paired difference
    (the rule of Breiman et al. 1984, Classification and Regression Trees, section 3.4.3).

    Returns
    -------
    recipe : Recipe
        Its model is never ``auto``.
    facts : dict
        ``losses`` a candidate and ``difference`` with ``standard_error``; empty if nothing was
        to be chosen.
    """
    if recipe.model != AUTO:
        return recipe, {}
    if len(sample) > MOST_ROWS:
        rows = np.random.default_rng(recipe.seed).choice(len(sample), MOST_ROWS, replace=False)
        sample = sample.take(np.sort(rows))
    assigned = folds.assign(sample.balance, _FOLDS, recipe.seed, sample.groups)
    losses = {model: _losses(recipe.with_model(model), sample, assigned) for model in CANDIDATES}
    simple, other = CANDIDATES
    difference = losses[simple] - losses[other]
    error = _standard_error(difference, sample.groups)
    better = float(difference.mean()) > error
    facts: Grounds = {
        "losses": {model: float(values.mean()) for model, values in losses.items()},
        "difference": float(difference.mean()),
        "standard_error": error,
    }
    return recipe.with_model(other if better else simple), facts


def _standard_error(difference: Array, groups: Index | None) -> float:
    """Return that of the mean; what patients with several rows say is said once a patient."""
    if groups is None:
        return float(difference.std(ddof=1) / np.sqrt(len(difference)))
    inverse = np.unique(groups, return_inverse=True)[1]
    sums = np.bincount(inverse, weights=difference - difference.mean())
    return float(np.sqrt((sums**2).sum() * len(sums) / (len(sums) - 1)) / len(difference))


def _losses(recipe: Recipe, sample: Sample, assigned: Any) -> Any:
    (fits,) = fit_folds(recipe, sample, assigned[None], recipe.seed)
    logits = np.zeros_like(sample.aims)
    for k, fitted in fits.items():
        logits[assigned == k] = _logits(fitted, sample, assigned == k)
    result = sample.task.result
    _, spread = result.standard(sample.aims)
    return result.loss(sample.aims / spread, logits / spread)


def _logits(fitted: Fitted, sample: Sample, rows: Any) -> Any:
    return fitted.logits(sample.take(rows).inputs)
