"""Refits of the whole pipeline on bootstrap resamples: what the interval is made of."""

from __future__ import annotations

from diagnosis.ml.evaluation import folds
from diagnosis.ml.families import family
from diagnosis.ml.families.pipeline import Fitted, Sample
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
    if not sample.task.result.refitted or recipe.refits == 0:
        return []
    seeds = [recipe.seed + _STRIDE * (i + 1) for i in range(recipe.refits)]
    draws = [folds.bootstrap(sample.balance, seed, sample.groups) for seed in seeds]
    return family(recipe.model).refit(recipe, sample, draws, seeds, fitted)
