"""A fitted model in plain numpy: the same function as the graph, for folds and refits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from diagnosis.ml.evaluation import folds
from diagnosis.ml.families import calibration, linear
from diagnosis.ml.families.calibration import Calibrator
from diagnosis.ml.families.preprocessing import Preprocessor, hide
from diagnosis.ml.recipe import Recipe
from diagnosis.ml.results import result_kind
from diagnosis.ml.schema import Feature

Array = NDArray[np.float64]
Matrix = NDArray[np.float32]
Index = NDArray[np.int64]
Layers = tuple[tuple[Array, Array], ...]  # (weights, bias) a dense layer

INNER_FOLDS = 5


@dataclass(frozen=True)
class Sample:
    """The rows that a model may learn from; rows of one group are of one patient."""

    x: Matrix
    y: Array
    features: Sequence[Feature]
    kind: str
    groups: Index | None = None

    def take(self, rows: Index | NDArray[np.bool_]) -> Sample:
        """Return the sample of some rows."""
        groups = None if self.groups is None else self.groups[rows]
        return replace(self, x=self.x[rows], y=self.y[rows], groups=groups)

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.x)


@dataclass(frozen=True)
class Fitted:
    """Everything from raw values to calibrated probabilities.

    ``layers`` are dense layers with a rectifier between them; a logistic regression has one.
    ``facts`` are what the fit chose: the penalty, the epochs.
    """

    preprocessor: Preprocessor
    layers: Layers
    kind: str
    calibrator: Calibrator = field(default_factory=Calibrator)
    facts: dict[str, Any] = field(default_factory=dict)

    def raw_logits(self, x: Matrix) -> Array:
        """Return logits before calibration, (n, k), of raw rows (n, d)."""
        return forward(self.layers, self.preprocessor.transform(x))

    def logits(self, x: Matrix) -> Array:
        """Return calibrated logits, (n, k)."""
        return self.calibrator.logits(self.raw_logits(x))

    def probabilities(self, x: Matrix) -> Array:
        """Return calibrated probabilities (numbers for a regression), (n, k)."""
        return outputs(self.logits(x), self.kind)


def forward(layers: Layers, z: Array) -> Array:
    """Run dense layers with rectifiers between them; no rectifier after the last."""
    for weights, bias in layers[:-1]:
        z = np.maximum(z @ weights + bias, 0.0)
    weights, bias = layers[-1]
    return z @ weights + bias


def outputs(logits: Array, kind: str) -> Array:
    """Return what a task's logits mean."""
    return result_kind(kind).link(logits)


def preprocess(recipe: Recipe, sample: Sample, like: Preprocessor | None = None) -> Preprocessor:
    """Fit the preprocessor that a recipe asks for; ``like`` keeps its edges and columns."""
    shaped = Preprocessor(
        sample.features, logs=recipe.logs, missing_indicators=recipe.missing_indicators
    )
    return shaped.fit(sample.x, like)


def _out_of_fold(
    recipe: Recipe, sample: Sample, fold: Index, path: Array, like: Preprocessor | None
) -> Array:
    """Return logits of held-out rows a penalty, (m, n, k)."""
    logits = np.zeros((len(path), len(sample), sample.y.shape[1]))
    for k in np.unique(fold):
        held = fold == k
        shaped = preprocess(recipe, sample.take(~held), like)
        weights, intercepts = linear.fit_path(
            shaped.transform(sample.x[~held]), sample.y[~held], sample.kind, path
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
    if recipe.hide:
        x = hide(sample.x, sample.features, recipe.hide, seed)
        sample = replace(sample, x=x)
    result = result_kind(sample.kind)
    centre, spread = result.standard(sample.y)
    scaled = replace(sample, y=(sample.y - centre) / spread)
    shaped = preprocess(recipe, scaled, like)
    path = linear.penalties(len(shaped.columns_))
    fold = folds.assign(sample.y, INNER_FOLDS, seed, sample.groups if groups is None else groups)
    held_out = _out_of_fold(recipe, scaled, fold, path, like)
    best = int(result.loss(scaled.y, held_out).mean(axis=1).argmin())
    weights, intercepts = linear.fit_path(
        shaped.transform(sample.x), scaled.y, sample.kind, path[best : best + 1]
    )
    kind = result.calibration(recipe.calibration)
    return Fitted(
        shaped,
        ((weights[0] * spread, intercepts[0] * spread + centre),),
        sample.kind,
        calibration.fit(kind, sample.kind, held_out[best], scaled.y),
        {"penalty": float(path[best])},
    )
