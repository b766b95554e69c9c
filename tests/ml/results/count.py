"""A result kind that the library does not know: how often something happens, after Poisson."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from diagnosis.ml.errors import TableError
from diagnosis.ml.results import likelihood, measuring
from diagnosis.ml.results.columns import numbers, texts_of
from diagnosis.ml.results.direct import Direct
from diagnosis.ml.results.estimate import Scale
from diagnosis.ml.results.kind import Head

Array = NDArray[np.float64]
POISSON = likelihood.Likelihood(np.exp, lambda mean: mean, lambda mean: math.log(max(mean, 1e-6)))
HEAD = Head("exponential", "poisson")


@dataclass(frozen=True)
class Count(Direct):
    """One output: how often it is expected."""

    name: str = "count"
    several_targets: bool = False
    head: Head = HEAD
    refitted: bool = True
    headline: str = "deviance_explained"
    region: str | None = None

    def classes(self, table: Any, target: tuple[str, ...], positive: str | None) -> tuple[str, ...]:
        texts_of(table, target[0])
        return ()

    def read_target(self, task: Any, table: Any) -> Array:
        found = numbers(table[task.target[0]])
        known = found[~np.isnan(found)]
        if (known < 0).any() or (known != np.floor(known)).any():
            raise TableError(f"The target {task.target[0]} is not a count everywhere.")
        return found.reshape(-1, 1)

    def columns(self, task: Any) -> tuple[str, ...]:
        return ("count",)

    def event(self, task: Any) -> str | None:
        return None

    def strata(self, y: Array) -> list[Array]:
        return []

    def standard(self, y: Array) -> tuple[Array, Array]:
        return np.zeros(y.shape[1]), np.ones(y.shape[1])

    def link(self, logits: Array) -> Array:
        return np.exp(logits)

    def loss(self, y: Array, logits: Array) -> Array:
        return np.asarray((np.exp(logits) - y * logits).sum(axis=-1))

    def network_loss(self, y: Any, known: Any, logits: Any) -> Any:
        import tensorflow as tf

        return tf.reduce_sum(tf.nn.log_poisson_loss(y, logits), axis=-1)

    def penalised(self, x: Array, y: Array, path: Array) -> Array:
        return likelihood.column_by_column(x, y, path, POISSON)

    def calibration(self, asked: str) -> str:
        return "none"

    def points(self, task: Any, y: Array, predictions: Array) -> dict[str, float]:
        return {
            "deviance_explained": 1 - deviance(y, predictions) / deviance(y, y.mean()),
            "mae": float(np.abs(y - predictions).mean()),
        }

    def measure(
        self, task: Any, y: Array, predictions: Array, *, draws: int, groups: ArrayLike | None
    ) -> dict[str, measuring.Interval]:
        return measuring.resampled(
            partial(self.points, task), y, predictions, draws=draws, groups=groups, labels=None
        )

    def details(self, task: Any, y: Array, predictions: Array) -> dict[str, Any]:
        return {}

    def scales(self, task: Any) -> Mapping[str, Scale]:
        return {"count": Scale(task.unit or "1", 0.0, math.inf, 0.1)}

    def estimates(self, task: Any, answers: Array) -> Mapping[str, Array]:
        return {"count": answers[:, 0]}

    def truths(self, task: Any, y: Array) -> Mapping[str, Array]:
        return {}

    def explained(self, task: Any) -> tuple[str, ...]:
        return ("count",)


def deviance(y: Array, mean: Any) -> float:
    """Twice the log-likelihood that is missing (McCullagh and Nelder 1989, section 2.3)."""
    logs = y * np.log(np.where(y > 0, y / mean, 1.0))
    return float(2 * (logs - (y - mean)).sum())
