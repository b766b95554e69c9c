"""Refits of the whole pipeline on bootstrap resamples: what the interval is made of."""

from __future__ import annotations

import numpy as np

from diagnosis.ml.evaluation import folds
from diagnosis.ml.families.pipeline import Fitted, Sample, fit_logistic
from diagnosis.ml.recipe import Recipe

LEVEL = 0.90
_STRIDE = 100_003  # keeps the seeds of resamples apart from those of folds


def refit(recipe: Recipe, sample: Sample, fitted: Fitted) -> list[Fitted]:
    """Refit a model on bootstrap resamples of its rows, calibration included.

    Filling in, scaling, the penalty, the weights and the calibrator are learnt anew from each
    resample; which numbers enter as logarithms and where they are clipped stays as it is.

    Parameters
    ----------
    recipe : Recipe
        The recipe with its model chosen; ``recipe.refits`` says how many.
    sample : Sample
        The rows of the shipped model.
    fitted : Fitted
        The shipped model.

    Returns
    -------
    list of Fitted
        Empty where the recipe asks for none.
    """
    if recipe.refits == 0:
        return []
    seeds = [recipe.seed + _STRIDE * (i + 1) for i in range(recipe.refits)]
    draws = [folds.bootstrap(sample.y, seed, sample.groups) for seed in seeds]
    if recipe.model != "logistic":
        from diagnosis.ml.families.dense.members import fit_resamples  # loads TensorFlow

        return fit_resamples(recipe, sample, draws, fitted)
    patients = np.arange(len(sample)) if sample.groups is None else sample.groups
    return [
        fit_logistic(recipe, sample.take(rows), seed, patients[rows], fitted.preprocessor)
        for rows, seed in zip(draws, seeds, strict=True)
    ]
