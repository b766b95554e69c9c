"""What families share that fit one model at a time, each in a moment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from diagnosis.ml.families.dense.layered import Layered
from diagnosis.ml.families.pipeline import Fitted, Sample

if TYPE_CHECKING:
    from diagnosis.ml.families.preprocessing import Preprocessor
    from diagnosis.ml.recipe import Recipe

Index = NDArray[np.int64]


class OneByOne(Layered):
    """A family says how one model is fitted; sets of rows and resamples follow from that."""

    quick: bool = True

    def one(
        self,
        recipe: Recipe,
        sample: Sample,
        seed: int,
        groups: Index | None = None,
        like: Preprocessor | None = None,
    ) -> Fitted:
        """Fit one model; parameters as those of ``fit_logistic``."""
        raise NotImplementedError

    def fit(self, recipe: Recipe, sample: Sample) -> Fitted:
        """Fit the model that is shipped."""
        return self.one(recipe, sample, recipe.seed)

    def fit_many(
        self, recipe: Recipe, sample: Sample, row_sets: Sequence[Index], seeds: Sequence[int]
    ) -> list[Fitted]:
        """Fit a model on each set of rows."""
        pairs = zip(row_sets, seeds, strict=True)
        return [self.one(recipe, sample.take(rows), seed) for rows, seed in pairs]

    def refit(
        self,
        recipe: Recipe,
        sample: Sample,
        draws: Sequence[Index],
        seeds: Sequence[int],
        fitted: Fitted,
    ) -> list[Fitted]:
        """Refit on bootstrap resamples; copies of a patient share an inner fold."""
        patients = np.arange(len(sample)) if sample.groups is None else sample.groups
        return [
            self.one(recipe, sample.take(rows), seed, patients[rows], fitted.preprocessor)
            for rows, seed in zip(draws, seeds, strict=True)
        ]
