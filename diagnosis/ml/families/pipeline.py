"""A fitted model in plain numpy: the same function as the graph, for folds and refits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from diagnosis.ml.batch import Batch, Inputs, table_of
from diagnosis.ml.families.calibration import Calibrator
from diagnosis.ml.families.preprocessing import Preprocessor, hide
from diagnosis.ml.inputs import INPUT_KINDS
from diagnosis.ml.inputs.kind import Place
from diagnosis.ml.results import result_kind
from diagnosis.ml.results.targets import Task
from diagnosis.ml.schema import Feature

if TYPE_CHECKING:
    from diagnosis.ml.recipe import Recipe

Array = NDArray[np.float64]
Matrix = NDArray[np.float32]
Index = NDArray[np.int64]
Layers = tuple[tuple[Array, Array], ...]  # (weights, bias) a dense layer

TABLE = frozenset(name for name, kind in INPUT_KINDS.items() if kind.place != Place.BLOCK)
"""The kinds of inputs that are a column of the table."""


@dataclass(frozen=True)
class Sample:
    """The rows that a model may learn from; rows of one group are of one patient.

    ``x`` is their table, whose columns are ``features``; ``blocks`` stand beside it. ``y`` is what
    the target's columns say, ``aims`` what each output of a model learns from them.
    """

    x: Matrix
    y: Array
    features: Sequence[Feature]
    task: Task
    groups: Index | None = None
    blocks: Mapping[str, Matrix] = field(default_factory=dict)

    @property
    def inputs(self) -> Inputs:
        """What a model takes: a batch, or the table where there is nothing beside it."""
        return Batch.of(self.x, **self.blocks) if self.blocks else self.x

    @cached_property
    def aims(self) -> Array:
        """(n, k): what each output learns; NaN where a row tells it nothing."""
        return self.task.result.aims(self.task, self.y)

    @property
    def kind(self) -> str:
        """The kind of the task."""
        return self.task.kind

    @property
    def balance(self) -> Array:
        """(n, c): what folds have alike and what no bootstrap draw may lose."""
        return self.task.result.balance(self.y)

    def take(self, rows: Index | NDArray[np.bool_]) -> Sample:
        """Return the sample of some rows."""
        groups = None if self.groups is None else self.groups[rows]
        blocks = {name: block[rows] for name, block in self.blocks.items()}
        return replace(self, x=self.x[rows], y=self.y[rows], groups=groups, blocks=blocks)

    def hidden(self, shares: Mapping[str, float], seed: int) -> Sample:
        """Return the sample with features hidden in a share of its rows, as a recipe asks."""
        if not shares:
            return self
        return replace(self, x=hide(self.x, self.features, shares, seed))

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

    def raw_logits(self, x: Inputs) -> Array:
        """Return logits before calibration, (n, k), of a batch."""
        return forward(self.layers, self.preprocessor.transform(table_of(x)))

    def logits(self, x: Inputs) -> Array:
        """Return calibrated logits, (n, k)."""
        return self.calibrator.logits(self.raw_logits(x))

    def probabilities(self, x: Inputs) -> Array:
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
