"""What kinds share whose every output has a column of the target for itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from diagnosis.ml.errors import RecipeError

if TYPE_CHECKING:
    import pandas as pd

    from diagnosis.ml.results.targets import Task

Array = NDArray[np.float64]


def refuse_isotonic(asked: str) -> None:
    """Raise RecipeError where steps are asked for that only one yes or no can have."""
    if asked == "isotonic":
        raise RecipeError("Recipe: isotonic calibration is for tasks with one yes or no.")


class Direct:
    """The usual answers of a result kind to what ``kind.py`` asks; none of them depends on time."""

    region: str | None = None

    def event(self, task: Task) -> str | None:
        """Return None: no single yes or no is asked for."""
        return None

    def standard(self, y: Array) -> tuple[Array, Array]:
        """Leave what is learnt as it is."""
        return np.zeros(y.shape[1]), np.ones(y.shape[1])

    def completed(self, task: Task, table: pd.DataFrame) -> Task:
        """Return the task as it is.

        Raises
        ------
        RecipeError
            Horizons are named, or a unit for probabilities.
        """
        scales = task.result.scales(task).values()
        if task.horizons:
            raise RecipeError(f"Recipe: the task {task.kind} has no horizons.")
        if task.unit is not None and all(one.unit is None for one in scales):
            raise RecipeError(
                f"Recipe: the task {task.kind} gives probabilities, which have no unit."
            )
        return task

    def aims(self, task: Task, y: Array) -> Array:
        """Return the target: each output learns its own column."""
        return y

    def balance(self, y: Array) -> Array:
        """Return the target."""
        return y

    def start(self, aims: Array) -> Array:
        """Return zeros."""
        return np.zeros(aims.shape[1])

    def known(self, y: Array) -> NDArray[np.bool_]:
        """Return whether a row tells anything."""
        return np.asarray(~np.isnan(y).all(axis=1))

    def details(self, task: Task, y: Array, predictions: Array) -> dict[str, Any]:
        """Say no more."""
        return {}

    def counts(self, task: Task, y: Array) -> dict[str, int]:
        """Return nothing beside the number of rows."""
        return {}

    def written(self, task: Task, answers: Array) -> Mapping[str, Array]:
        """Return the outputs by their names."""
        return dict(zip(task.result.columns(task), answers.T, strict=True))

    def truths(self, task: Task, y: Array) -> Mapping[str, Array]:
        """Return nothing: ``measure`` says all there is."""
        return {}

    def explained(self, task: Task) -> tuple[str, ...]:
        """Return every estimate."""
        return tuple(task.result.scales(task))
