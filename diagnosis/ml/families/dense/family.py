"""Small dense networks, batched: TensorFlow loads when one is fitted, not before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from diagnosis.ml.families.dense.layered import Layered
from diagnosis.ml.families.pipeline import Fitted, Sample

if TYPE_CHECKING:
    from diagnosis.ml.families.dense.plan import Plan
    from diagnosis.ml.recipe import Recipe
    from diagnosis.ml.results.targets import Task

Index = NDArray[np.int64]


@dataclass(frozen=True)
class Dense(Layered):
    """A regularised network that stops early; ``classic``: 64-32-16, ten epochs, by Keras' fit."""

    classic: bool = False
    quick: bool = False

    def problem(self, task: Task) -> str | None:
        """Return that the classic network's loss can not be told what is unknown, where it is."""
        if self.classic and task.times:
            return "answers no question of time: its loss counts the unknown as survived"
        return None

    def _plan(self, recipe: Recipe) -> Plan:
        from diagnosis.ml.families.dense.plan import Plan

        return Plan.of(recipe, classic=self.classic)

    def fit(self, recipe: Recipe, sample: Sample) -> Fitted:
        """Fit the network that is shipped."""
        from diagnosis.ml.families.dense.members import fit_one

        return fit_one(self._plan(recipe), sample)

    def fit_many(
        self, recipe: Recipe, sample: Sample, row_sets: Sequence[Index], seeds: Sequence[int]
    ) -> list[Fitted]:
        """Fit a network on each set of rows, all at once; the recipe's seed decides for all."""
        from diagnosis.ml.families.dense.members import fit_many

        return fit_many(self._plan(recipe), sample, row_sets)

    def refit(
        self,
        recipe: Recipe,
        sample: Sample,
        draws: Sequence[Index],
        seeds: Sequence[int],
        fitted: Fitted,
    ) -> list[Fitted]:
        """Refit on bootstrap resamples, for as many epochs as the shipped one."""
        from diagnosis.ml.families.dense.members import fit_resamples

        return fit_resamples(self._plan(recipe), sample, draws, fitted)
