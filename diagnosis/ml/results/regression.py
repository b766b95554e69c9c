"""A number, in the unit of the target."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from diagnosis.ml.evaluation import agreement
from diagnosis.ml.results import likelihood
from diagnosis.ml.results.columns import numbers, texts_of
from diagnosis.ml.results.direct import Direct
from diagnosis.ml.results.estimate import Scale
from diagnosis.ml.results.kind import Head
from diagnosis.ml.results.measuring import Interval, finite

if TYPE_CHECKING:
    import pandas as pd

    from diagnosis.ml.results.targets import Task

Array = NDArray[np.float64]
_HEAD = Head("linear", "mse")


@dataclass(frozen=True)
class Regression(Direct):
    """No classes; one output, the number itself."""

    name: str = "regression"
    several_targets: bool = False
    head: Head = _HEAD
    refitted: bool = True
    headline: str = "mae"
    region: str | None = "range"

    def classes(
        self, table: pd.DataFrame, target: tuple[str, ...], positive: str | None
    ) -> tuple[str, ...]:
        """Return none; TableError for a target that is absent or constant."""
        texts_of(table, target[0])
        return ()

    def read_target(self, task: Task, table: pd.DataFrame) -> Array:
        """Return (n, 1): the values."""
        return numbers(table[task.target[0]]).reshape(-1, 1)

    def columns(self, task: Task) -> tuple[str, ...]:
        """Return the one output."""
        return ("value",)

    def strata(self, y: Array) -> list[Array]:
        """Return none: rows have no classes."""
        return []

    def standard(self, y: Array) -> tuple[Array, Array]:
        """Return mean and standard deviation (1 where all rows are the same)."""
        spread = y.std(axis=0)
        return y.mean(axis=0), np.where(spread > 0, spread, 1.0)

    def link(self, logits: Array) -> Array:
        """Return the numbers as they are."""
        return logits

    def loss(self, y: Array, logits: Array) -> Array:
        """Return half the squared error."""
        return np.asarray(0.5 * ((logits - y) ** 2).sum(axis=-1))

    def network_loss(self, y: Any, known: Any, logits: Any) -> Any:
        """Return half the squared error."""
        import tensorflow as tf

        return tf.reduce_sum(0.5 * (logits - y) ** 2, axis=-1)

    def penalised(self, x: Array, y: Array, path: Array) -> Array:
        """Fit a ridge regression."""
        return likelihood.ridge(x, y, path)

    def calibration(self, asked: str) -> str:
        """Return none: a number is what it is."""
        return "none"

    def points(self, task: Task, y: Array, predictions: Array) -> dict[str, float]:
        """Return errors in the unit, their limits of agreement, and R² last.

        ``within_10`` is the share within a tenth of the truth; ``bias`` what is said beyond it on
        average, ``lower_limit`` and ``upper_limit`` those of agreement (Bland and Altman, Lancet
        1986;327:307-310). R² rises with the spread of the sample; none where it has no spread.
        """
        return agreement.points(y[:, 0], predictions[:, 0])

    def measure(
        self,
        task: Task,
        y: Array,
        predictions: Array,
        *,
        draws: int,
        groups: ArrayLike | None,
    ) -> dict[str, Interval]:
        """Return the metrics with their intervals."""
        found = agreement.measured(y[:, 0], predictions[:, :, 0], draws=draws, groups=groups)
        return {name: finite(one) for name, one in found.items()}

    def scales(self, task: Task) -> Mapping[str, Scale]:
        """Return that of ``value``: the unit of the target; where it ends, the sheet has to say."""
        return {"value": Scale(task.unit or "1", -math.inf, math.inf)}

    def estimates(self, task: Task, answers: Array) -> Mapping[str, Array]:
        """Return the number."""
        return {"value": answers[:, 0]}
