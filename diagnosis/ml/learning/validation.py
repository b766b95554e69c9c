"""Measuring a whole recipe by repeated cross-validation, every row by models without it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from diagnosis.ml.evaluation import folds
from diagnosis.ml.families import family
from diagnosis.ml.families.pipeline import Fitted, Sample
from diagnosis.ml.learning.choice import choose
from diagnosis.ml.learning.fold_fits import fit_folds
from diagnosis.ml.learning.problem import Problem, pose
from diagnosis.ml.recipe import Recipe
from diagnosis.ml.results.targets import Task
from diagnosis.ml.threads import single_thread

if TYPE_CHECKING:
    import pandas as pd

    from diagnosis.ml.schema import FeatureSchema

Array = NDArray[np.float64]
Index = NDArray[np.int64]
_STRIDE = 1_000


@dataclass(frozen=True)
class OutOfFold:
    """What a recipe predicted for rows that its models had not seen.

    Attributes
    ----------
    recipe : Recipe
        The recipe measured; its model is never ``auto``.
    task : Task
        What was predicted.
    rows : ndarray, shape (n,)
        Positions in the table of the rows with a known target; every other array follows them.
    y : ndarray, shape (n, k)
        Targets.
    predictions : ndarray, shape (repeats, n, k)
        Calibrated probabilities (numbers for a regression).
    folds : ndarray, shape (repeats, n)
        The fold of each row.
    hidden : dict of str to ndarray, shape (repeats, n, k)
        The same with one feature hidden on the held-out rows, for features that may be missing.
    groups : ndarray, shape (n,), optional
        Whose row each is, where the recipe names a column for it.
    """

    recipe: Recipe
    task: Task
    rows: Index
    y: Array
    predictions: Array
    folds: Index
    hidden: dict[str, Array] = field(default_factory=dict)
    groups: Index | None = None

    @property
    def labels(self) -> Array:
        """The outcome (n,) of a task with one output."""
        return self.y[:, 0]

    @property
    def probabilities(self) -> Array:
        """(n, repeats) of a task with one output, as ``metrics_with_intervals`` takes them."""
        return self.predictions[:, :, 0].T

    @property
    def patients(self) -> int:
        """Whose rows these are: as many as there are groups, where the recipe names them."""
        return len(self.rows) if self.groups is None else len(np.unique(self.groups))

    @property
    def repeats(self) -> int:
        """How often the folds were drawn."""
        return len(self.predictions)


def repeats_for(sample: Sample, model: str) -> int:
    """Return how many repeats a table is worth: many where rows are few and models quick."""
    rows, columns = sample.x.shape
    if rows >= 2000 or columns > 100:
        return 3
    if not family(model).quick:
        return 3
    return 10 if rows < 1000 else 5


def evaluate_recipe(
    recipe: Recipe,
    table: pd.DataFrame,
    schema: FeatureSchema | None = None,
    *,
    folds: int | None = None,
    repeats: int | None = None,
    seed: int | None = None,
) -> OutOfFold:
    """Predict every row of a table by models that had not seen it.

    Filling in, scaling, the penalty and the calibrator are learnt anew in every fold. ``auto``
    chooses its model once, on the whole table, before.

    Parameters
    ----------
    recipe : Recipe
        What to measure.
    table : DataFrame, shape (n, columns)
        Raw values and the target.
    schema : FeatureSchema, optional
        Inferred where not given.
    folds, repeats, seed : int, optional
        Where not given, those of the recipe; repeats fall to what the table's size asks for.

    Returns
    -------
    OutOfFold

    Raises
    ------
    TableError
        The table lacks the target or columns, or has too few rows.
    """
    problem = pose(recipe, table, schema)
    with single_thread():
        resolved, _ = choose(problem.recipe, problem.sample)
        return cross_validate(resolved, problem, folds=folds, repeats=repeats, seed=seed)


def cross_validate(
    recipe: Recipe,
    problem: Problem,
    *,
    folds: int | None = None,
    repeats: int | None = None,
    seed: int | None = None,
) -> OutOfFold:
    """Do what ``evaluate_recipe`` says for a recipe whose model is chosen."""
    sample, start = problem.sample, recipe.seed if seed is None else seed
    times = repeats or recipe.repeats or repeats_for(sample, recipe.model)
    assigned = _assign(sample, folds or recipe.folds, start, times)
    fits = fit_folds(recipe, sample, assigned, start)
    predictions = _predict(fits, sample, assigned, None)
    hidden = {
        name: _predict(fits, sample, assigned, problem.column(name))
        for name in problem.may_be_missing
    }
    found = (sample.y, predictions, assigned, hidden, sample.groups)
    return OutOfFold(recipe, problem.task, problem.rows, *found)


def _assign(sample: Sample, count: int, seed: int, repeats: int) -> Index:
    seeds = [seed + _STRIDE * r for r in range(repeats)]
    return np.stack([folds.assign(sample.balance, count, each, sample.groups) for each in seeds])


def _predict(
    fits: Sequence[dict[int, Fitted]], sample: Sample, assigned: Index, hide: int | None
) -> Array:
    if hide is not None:
        x = sample.x.copy()
        x[:, hide] = np.nan
        sample = replace(sample, x=x)
    out = np.zeros((len(assigned), *sample.aims.shape))
    for repeat, row in enumerate(assigned):
        for k, fitted in fits[repeat].items():
            out[repeat, row == k] = fitted.probabilities(sample.take(row == k).inputs)
    return out
