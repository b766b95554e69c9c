"""Logistic, softmax, ridge, pooled hazards: one penalised linear model for every kind of answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from diagnosis.ml.families.linear.fitting import fit_logistic
from diagnosis.ml.families.one_by_one import OneByOne
from diagnosis.ml.families.pipeline import Fitted, Sample

if TYPE_CHECKING:
    from diagnosis.ml.families.preprocessing import Preprocessor
    from diagnosis.ml.recipe import Recipe
    from diagnosis.ml.results.targets import Task

Index = NDArray[np.int64]


@dataclass(frozen=True)
class Linear(OneByOne):
    """The result kind brings the likelihood, this the penalty, the folds and the calibrator."""

    def problem(self, task: Task) -> str | None:
        """Return None: every kind has a linear model."""
        return None

    def one(
        self,
        recipe: Recipe,
        sample: Sample,
        seed: int,
        groups: Index | None = None,
        like: Preprocessor | None = None,
    ) -> Fitted:
        """Fit one model."""
        return fit_logistic(recipe, sample, seed, groups, like)
