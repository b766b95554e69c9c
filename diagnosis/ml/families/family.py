"""What a family is: everything in the library that depends on how a model is fitted.

One more family is one folder beside this file and one line in ``FAMILIES``. What it fits is a
``Fitted``: dense layers behind the preprocessor, with a calibrator, so that all are stored, served,
described, refitted and explained alike. A family whose model is none will bring those, too.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from diagnosis.ml.families.pipeline import Fitted, Sample

if TYPE_CHECKING:
    from diagnosis.ml.recipe import Recipe
    from diagnosis.ml.results.targets import Task

Index = NDArray[np.int64]


class Family(Protocol):
    """One way to fit; an object without state, safe to share. Nothing heavy loads before a fit."""

    @property
    def takes(self) -> frozenset[str]:
        """The kinds of inputs that it can learn from."""

    @property
    def quick(self) -> bool:
        """Whether a fit takes so little that a small table is measured ten times."""

    def problem(self, task: Task) -> str | None:
        """Return why it can not learn a task, as the end of a sentence; None where it can."""

    def fit(self, recipe: Recipe, sample: Sample) -> Fitted:
        """Fit the model that is shipped, on all rows of a sample."""

    def fit_many(
        self, recipe: Recipe, sample: Sample, row_sets: Sequence[Index], seeds: Sequence[int]
    ) -> list[Fitted]:
        """Fit a model on each set of rows, calibrated on inner folds of it: for validation."""

    def refit(
        self,
        recipe: Recipe,
        sample: Sample,
        draws: Sequence[Index],
        seeds: Sequence[int],
        fitted: Fitted,
    ) -> list[Fitted]:
        """Fit a model on each bootstrap draw, with edges and columns of the shipped one."""
