"""Cox's proportional hazards, for questions of time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from diagnosis.ml.families.cox.fitting import fit_cox
from diagnosis.ml.families.pipeline import TABLE, Fitted, Sample

if TYPE_CHECKING:
    from diagnosis.ml.recipe import Recipe
    from diagnosis.ml.results.targets import Task

Index = NDArray[np.int64]


@dataclass(frozen=True)
class Cox:
    """Penalised partial likelihood, Efron's ties, Breslow's baseline on the task's intervals."""

    takes: frozenset[str] = TABLE
    quick: bool = True

    def problem(self, task: Task) -> str | None:
        """Return that it answers questions of time alone."""
        return None if task.times else "answers questions of time alone: name time and event"

    def fit(self, recipe: Recipe, sample: Sample) -> Fitted:
        """Fit the model that is shipped."""
        return fit_cox(recipe, sample, recipe.seed)

    def fit_many(
        self, recipe: Recipe, sample: Sample, row_sets: Sequence[Index], seeds: Sequence[int]
    ) -> list[Fitted]:
        """Fit a model on each set of rows."""
        pairs = zip(row_sets, seeds, strict=True)
        return [fit_cox(recipe, sample.take(rows), seed) for rows, seed in pairs]

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
            fit_cox(recipe, sample.take(rows), seed, patients[rows], fitted.preprocessor)
            for rows, seed in zip(draws, seeds, strict=True)
        ]
