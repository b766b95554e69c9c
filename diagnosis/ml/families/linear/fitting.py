"""Fitting the penalised linear model of a recipe; inner folds decide penalty and calibrator."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from diagnosis.ml.evaluation import folds
from diagnosis.ml.families import calibration
from diagnosis.ml.families.linear import path as paths
from diagnosis.ml.families.pipeline import Fitted, Sample, preprocess
from diagnosis.ml.families.preprocessing import Preprocessor

if TYPE_CHECKING:
    from diagnosis.ml.recipe import Recipe

Array = NDArray[np.float64]
Index = NDArray[np.int64]

INNER_FOLDS = 5


def _out_of_fold(
    recipe: Recipe, sample: Sample, aims: Array, fold: Index, path: Array, like: Preprocessor | None
) -> Array:
    """Return logits of held-out rows a penalty, (m, n, k)."""
    logits = np.zeros((len(path), *aims.shape))
    for k in np.unique(fold):
        held = fold == k
        shaped = preprocess(recipe, sample.take(~held), like)
        weights, intercepts = paths.fit_path(
            shaped.transform(sample.x[~held]), aims[~held], sample.kind, path
        )
        z = shaped.transform(sample.x[held])
        logits[:, held] = z @ weights + intercepts[:, None]
    return logits


def fit_logistic(
    recipe: Recipe,
    sample: Sample,
    seed: int,
    groups: Index | None = None,
    like: Preprocessor | None = None,
) -> Fitted:
    """Fit the penalised linear model of a recipe, its penalty and its calibrator.

    The penalty is the one with the least loss in inner cross-validation; the calibrator is
    fitted on the logits that the same inner folds gave for rows held out.

    Parameters
    ----------
    recipe : Recipe
        What to fit.
    sample : Sample
        The rows to learn from.
    seed : int
        Decides the inner folds and which values are hidden.
    groups : ndarray of int, shape (n,), optional
        Rows that must share a fold: copies of one patient in a bootstrap resample. Those of the
        sample where not given.
    like : Preprocessor, optional
        Keep its edges, logarithms and columns; see ``Preprocessor.fit``.
    """
    sample, result = sample.hidden(recipe.hide, seed), sample.task.result
    centre, spread = result.standard(sample.aims)
    aims = (sample.aims - centre) / spread
    shaped = preprocess(recipe, sample, like)
    path = paths.penalties(len(shaped.columns_))
    owners = sample.groups if groups is None else groups
    fold = folds.assign(sample.balance, INNER_FOLDS, seed, owners)
    held_out = _out_of_fold(recipe, sample, aims, fold, path, like)
    best = int(result.loss(aims, held_out).mean(axis=1).argmin())
    weights, intercepts = paths.fit_path(
        shaped.transform(sample.x), aims, sample.kind, path[best : best + 1]
    )
    kind = result.calibration(recipe.calibration)
    return Fitted(
        shaped,
        ((weights[0] * spread, intercepts[0] * spread + centre),),
        sample.kind,
        calibration.fit(kind, sample.task, held_out[best], aims),
        {"penalty": float(path[best])},
    )
