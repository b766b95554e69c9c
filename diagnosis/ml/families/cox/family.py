"""Cox's proportional hazards, for questions of time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from diagnosis.ml.families.cox.fitting import fit_cox
from diagnosis.ml.families.one_by_one import OneByOne
from diagnosis.ml.families.pipeline import Fitted, Sample

if TYPE_CHECKING:
    from diagnosis.ml.families.preprocessing import Preprocessor
    from diagnosis.ml.recipe import Recipe
    from diagnosis.ml.results.targets import Task

Index = NDArray[np.int64]


@dataclass(frozen=True)
class Cox(OneByOne):
    """Penalised partial likelihood, Efron's ties, Breslow's baseline on the task's intervals."""

    def problem(self, task: Task) -> str | None:
        """Return that it answers questions of time alone."""
        return None if task.times else "answers questions of time alone: name time and event"

    def one(
        self,
        recipe: Recipe,
        sample: Sample,
        seed: int,
        groups: Index | None = None,
        like: Preprocessor | None = None,
    ) -> Fitted:
        """Fit one model."""
        return fit_cox(recipe, sample, seed, groups, like)
