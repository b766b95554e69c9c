"""Fitting a Cox model of a recipe; inner folds decide the penalty and how far it is shrunk."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from diagnosis.ml.evaluation import folds
from diagnosis.ml.families.calibration import Calibrator
from diagnosis.ml.families.cox.partial_likelihood import RiskSets, log_hazards, slopes
from diagnosis.ml.families.linear.path import penalties
from diagnosis.ml.families.pipeline import Fitted, Sample, preprocess
from diagnosis.ml.families.preprocessing import Preprocessor

if TYPE_CHECKING:
    from diagnosis.ml.recipe import Recipe

Array = NDArray[np.float64]
Index = NDArray[np.int64]

INNER_FOLDS = 5
LOG_HAZARDS = Calibrator("log_hazard")
"""What makes of log cumulative hazards the logits that all other models speak of."""


def fit_cox(
    recipe: Recipe,
    sample: Sample,
    seed: int,
    groups: Index | None = None,
    like: Preprocessor | None = None,
) -> Fitted:
    """Fit a penalised Cox model; parameters as those of ``fit_logistic``.

    The penalty is the one with the least loss of the hazards in inner cross-validation. The slope
    of the partial likelihood on the linear predictors of the same held-out rows then shrinks the
    coefficients (van Houwelingen, Stat Med 2000;19:3401-3415), unless no calibration is asked for;
    the baseline is taken anew.
    """
    sample = sample.hidden(recipe.hide, seed)
    shaped = preprocess(recipe, sample, like)
    path = penalties(len(shaped.columns_))
    owners = sample.groups if groups is None else groups
    fold = folds.assign(sample.balance, INNER_FOLDS, seed, owners)
    held_out, losses = _out_of_fold(recipe, sample, fold, path, like)
    best = int(losses.argmin())
    asked = sample.task.result.calibration(recipe.calibration)
    shrink = 1.0 if asked == "none" else _slope(held_out[best], sample.y)
    z, sets = shaped.transform(sample.x), RiskSets.of(*sample.y.T)
    beta = shrink * slopes(z, sets, float(path[best]))
    start = log_hazards(z @ beta, sets, sample.task.times)
    facts = {"penalty": float(path[best]), "slope": shrink}
    return Fitted(shaped, (_layer(beta, start),), sample.kind, LOG_HAZARDS, facts)


def _layer(beta: Array, start: Array) -> tuple[Array, Array]:
    """Return weights and bias: the same slope in every interval, each with its own baseline."""
    return np.repeat(beta[:, None], len(start), axis=1), start


def _out_of_fold(
    recipe: Recipe, sample: Sample, fold: Index, path: Array, like: Preprocessor | None
) -> tuple[Array, Array]:
    """Return linear predictors of held-out rows (m, n), and the mean loss (m,) a penalty."""
    predictors, loss = np.zeros((2, len(path), len(sample)))
    result, aims = sample.task.result, sample.aims
    for k in np.unique(fold):
        held = fold == k
        inside = sample.take(~held)
        shaped = preprocess(recipe, inside, like)
        z, own = shaped.transform(inside.x), shaped.transform(sample.x[held])
        sets = RiskSets.of(*inside.y.T)
        for i, penalty in enumerate(path):
            beta = slopes(z, sets, float(penalty))
            start = log_hazards(z @ beta, sets, sample.task.times)
            predictors[i, held] = own @ beta - (z @ beta).mean()
            raw = (own @ beta)[:, None] + start
            loss[i, held] = result.loss(aims[held], LOG_HAZARDS.logits(raw))
    return predictors, loss.mean(axis=1)


def _slope(predictor: Array, y: Array) -> float:
    """Return by how much held-out rows say the predictor is too steep; none: nobody differs."""
    (found,) = slopes(predictor[:, None], RiskSets.of(*y.T), 0.0)
    return float(np.clip(found, 0.0, 2.0))
