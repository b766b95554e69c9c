"""One of several classes: a calibrated probability of each, which sum to one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from diagnosis.ml import evaluation
from diagnosis.ml.errors import RecipeError
from diagnosis.ml.results import likelihood, measuring, ordinal
from diagnosis.ml.results.columns import classes_of, places
from diagnosis.ml.results.direct import Direct, refuse_isotonic
from diagnosis.ml.results.estimate import Scale
from diagnosis.ml.results.kind import Head
from diagnosis.ml.results.links import softmax
from diagnosis.ml.results.measuring import Interval

if TYPE_CHECKING:
    import pandas as pd

    from diagnosis.ml.results.targets import Task

Array = NDArray[np.float64]
_HEAD = Head("softmax", "categorical_crossentropy")
_TINY = 1e-12


@dataclass(frozen=True)
class Multiclass(Direct):
    """An output a class, in the order of the task's classes.

    Of ordered classes it is also said how probable «this one or a higher one» is: ``3+``.
    """

    name: str = "multiclass"
    several_targets: bool = False
    head: Head = _HEAD
    refitted: bool = True
    headline: str = "auroc"
    region: str | None = "set"
    ordered: bool = False

    def classes(
        self, table: pd.DataFrame, target: tuple[str, ...], positive: str | None
    ) -> tuple[str, ...]:
        """Return the values of the target, in their order."""
        return tuple(classes_of(table, target[0]))

    def read_target(self, task: Task, table: pd.DataFrame) -> Array:
        """Return (n, k): one column a class, 1 for the one of the row."""
        place = places(table[task.target[0]], task.classes)
        one_hot: Array = np.eye(len(task.classes))[np.nan_to_num(place).astype(int)]
        one_hot[np.isnan(place)] = np.nan
        return one_hot

    def columns(self, task: Task) -> tuple[str, ...]:
        """Return the classes."""
        return task.classes

    def strata(self, y: Array) -> list[Array]:
        """Return the rows of each class."""
        return [*y.T]

    def link(self, logits: Array) -> Array:
        """Return the probabilities of the classes."""
        return softmax(logits)

    def loss(self, y: Array, logits: Array) -> Array:
        """Return the log loss of the class that was there."""
        top = logits.max(axis=-1)
        total = np.log(np.exp(logits - top[..., None]).sum(axis=-1)) + top
        return np.asarray(total - (logits * y).sum(axis=-1))

    def network_loss(self, y: Any, known: Any, logits: Any) -> Any:
        """Return the log loss of the class that was there."""
        import tensorflow as tf

        return tf.nn.softmax_cross_entropy_with_logits(y, logits)

    def penalised(self, x: Array, y: Array, path: Array) -> Array:
        """Fit a softmax regression."""
        return likelihood.multinomial(x, y, path)

    def calibration(self, asked: str) -> str:
        """Return a temperature where nothing else is asked for.

        Raises
        ------
        RecipeError
            Isotonic and Platt's calibration are for yes or no.
        """
        refuse_isotonic(asked)
        if asked == "platt":
            raise RecipeError("Recipe: use temperature for classes; Platt's is for yes or no.")
        return "temperature" if asked == "auto" else asked

    def points(self, task: Task, y: Array, predictions: Array) -> dict[str, float]:
        """Return accuracy, macro AUROC (one against the rest), log loss and Brier score.

        ``brier_base`` is the Brier score of saying the share of each class to everybody; see
        ``ordinal`` for what ordered classes have besides.
        """
        p, shares = predictions, y.mean(axis=0)
        areas = [evaluation.auroc(y[:, k], p[:, k]) for k in range(y.shape[1])]
        return {
            "accuracy": float((p.argmax(axis=1) == y.argmax(axis=1)).mean()),
            "auroc": measuring.mean_of_known(areas),
            "log_loss": float(-np.log(np.maximum((p * y).sum(axis=1), _TINY)).mean()),
            "brier": float(((p - y) ** 2).sum(axis=1).mean()),
            "brier_base": float(((shares - y) ** 2).sum(axis=1).mean()),
            **(ordinal.points(y, p) if self.ordered else {}),
        }

    def measure(
        self,
        task: Task,
        y: Array,
        predictions: Array,
        *,
        draws: int,
        groups: ArrayLike | None,
    ) -> dict[str, Interval]:
        """Return the metrics with their intervals; no draw loses a class."""
        return measuring.resampled(
            partial(self.points, task), y, predictions, draws=draws, groups=groups, labels=y
        )

    def scales(self, task: Task) -> Mapping[str, Scale]:
        """Return one a class, and one a class that has lower and higher ones: probabilities."""
        middle = ordinal.cumulative(task.classes) if self.ordered else {}
        return {name: Scale() for name in (*task.classes, *middle)}

    def estimates(self, task: Task, answers: Array) -> Mapping[str, Array]:
        """Return the probability of each class; of ordered ones also of it or a higher one."""
        found = dict(zip(task.classes, answers.T, strict=True))
        if self.ordered:
            starts = ordinal.cumulative(task.classes)
            found |= {name: answers[:, k:].sum(axis=1) for name, k in starts.items()}
        return found

    def truths(self, task: Task, y: Array) -> Mapping[str, Array]:
        """Return who had each class, and who had it or a higher one."""
        return self.estimates(task, y)

    def explained(self, task: Task) -> tuple[str, ...]:
        """Return every class; of ordered ones the highest, and each that has it inside."""
        if not self.ordered:
            return task.classes
        return (task.classes[-1], *reversed(ordinal.cumulative(task.classes)))
