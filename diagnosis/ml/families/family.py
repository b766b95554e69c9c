"""What a family is: everything in the library that depends on how a model is fitted.

One more family is one folder beside this file and one line in ``FAMILIES``. Families whose model
is a ``Fitted`` inherit from ``Layered`` how it is written, opened, described and explained; one of
another make says that itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from diagnosis.ml.batch import Inputs
from diagnosis.ml.families.pipeline import Fitted, Sample

if TYPE_CHECKING:
    from diagnosis.ml.families.quick_game import DenseModel
    from diagnosis.ml.recipe import Recipe
    from diagnosis.ml.results.estimate import Estimates
    from diagnosis.ml.results.targets import Task
    from diagnosis.ml.schema import Feature

Index = NDArray[np.int64]
Matrix = NDArray[np.float32]


class Runner(Protocol):
    """What answers: a batch in, named outputs out; safe to share between threads."""

    def __call__(self, given: Inputs) -> dict[str, Matrix]:
        """Return ``logit`` and ``probability``, (n, k)."""


class Model(Protocol):
    """What a fit gives."""

    def logits(self, x: Inputs) -> NDArray[np.float64]:
        """Return calibrated logits, (n, k)."""

    def probabilities(self, x: Inputs) -> NDArray[np.float64]:
        """Return calibrated probabilities (numbers for a regression), (n, k)."""


@dataclass(frozen=True)
class Written:
    """The files of a model, and by how much each serving form errs on probing rows."""

    files: Mapping[str, bytes]
    gaps: Mapping[str, float]


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

    def write(self, model: Fitted, members: Sequence[Fitted], sample: Sample) -> Written:
        """Return the files of an artifact: the family's own format, and the serving forms."""

    def open(self, content: bytes) -> Runner:
        """Return what runs a serving form that ``write`` wrote."""

    def read(
        self, files: Mapping[str, bytes], features: Sequence[Feature], task: Task
    ) -> Fitted | None:
        """Return the model in plain numbers from an artifact's files; None where there is none."""

    def facts(self, model: Fitted) -> dict[str, Any]:
        """Return what the fit chose, for the manifest."""

    def assumed(self, model: Fitted, column: int) -> float:
        """Return what it puts in the place of a missing value in a column of the table."""

    def describe(self, model: Fitted, background: Matrix) -> dict[str, Any] | None:
        """Return how the model is made, for the version's page; None where nobody can say."""

    def game(
        self, model: Fitted, background: Matrix, output: str, of: Estimates | None
    ) -> DenseModel | None:
        """Return a quick way to explain it; None: by rows, as any function."""
