"""What a result kind is: everything in the library that depends on what is answered.

One more kind is one module beside this one and one line in ``RESULT_KINDS``; most inherit the usual
answers of ``direct.Direct``. Shapes: n rows, c columns of the target as it is read, k outputs (as
many as ``columns`` names), m penalties.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from diagnosis.ml.results.estimate import Scale
from diagnosis.ml.results.measuring import Interval

if TYPE_CHECKING:
    import pandas as pd

    from diagnosis.ml.results.targets import Task

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Head:
    """How a network of this kind ends; both names are those of Keras.

    ``activation`` is also the last operation of every serving form, ``loss`` what the classic
    network is compiled with.
    """

    activation: str
    loss: str


class ResultKind(Protocol):
    """One kind of answer; an object without state, safe to share."""

    @property
    def name(self) -> str:
        """What recipes and manifests call it."""

    @property
    def several_targets(self) -> bool:
        """Whether the target is a list of columns; else it is one."""

    @property
    def head(self) -> Head:
        """How a network ends."""

    @property
    def refitted(self) -> bool:
        """Whether a model of it is refitted on bootstrap resamples, for intervals."""

    @property
    def headline(self) -> str:
        """The metric that is said first."""

    @property
    def region(self) -> str | None:
        """What an answer is widened to: ``set`` of classes, ``range`` of numbers, or nothing."""

    # The target

    def classes(
        self, table: pd.DataFrame, target: tuple[str, ...], positive: str | None
    ) -> tuple[str, ...]:
        """Return the classes that the target of a training table has; none for a number.

        Raises
        ------
        TableError
            The target can not be of this kind.
        """

    def completed(self, task: Task, table: pd.DataFrame) -> Task:
        """Return the task with what a training table adds to it: a grid of times.

        Raises
        ------
        RecipeError, TableError
            What is asked does not go together, or the table can not answer it.
        """

    def read_target(self, task: Task, table: pd.DataFrame) -> Array:
        """Return the target as (n, c); NaN where it is missing. Its columns are there.

        Raises
        ------
        TableError
            A column holds what the task does not know.
        """

    def columns(self, task: Task) -> tuple[str, ...]:
        """Return the names of the k outputs."""

    def event(self, task: Task) -> str | None:
        """Return the class that is the event; None where no single yes or no is asked."""

    def aims(self, task: Task, y: Array) -> Array:
        """Return what each output learns of a target, (n, k); NaN where a row tells it nothing."""

    def known(self, y: Array) -> NDArray[np.bool_]:
        """Return which rows can be learnt from or judged by, (n,)."""

    def counts(self, task: Task, y: Array) -> dict[str, int]:
        """Return what is counted of a target beside its rows, as events."""

    def strata(self, y: Array) -> list[Array]:
        """Return the groups of rows that must each be large enough to learn from.

        Each is a column (n,) of 0, 1 and NaN, taken from targets (n, c); none for a number.
        """

    def balance(self, y: Array) -> Array:
        """Return columns (n, …) that folds have alike; no bootstrap draw may lose a class."""

    def standard(self, y: Array) -> tuple[Array, Array]:
        """Return centre and spread (k,) by which aims are made alike, for equal penalties."""

    # The model

    def link(self, logits: Array) -> Array:
        """Return what logits (…, k) mean: probabilities, or numbers in the unit of the target."""

    def loss(self, y: Array, logits: Array) -> Array:
        """Return the loss a row, (…, n), of aims and logits (…, n, k): minus the log-likelihood."""

    def network_loss(self, y: Any, known: Any, logits: Any) -> Any:
        """Return the same for TensorFlow's tensors; loads TensorFlow.

        ``y`` holds zeros where ``known`` does.
        """

    def start(self, aims: Array) -> Array:
        """Return the logits (k,) from which a network of this kind sets out, for aims (n, k)."""

    def penalised(self, x: Array, y: Array, path: Array) -> Array:
        """Return weights (m, columns, k) of linear models for aims (n, k); see ``likelihood``."""

    def calibration(self, asked: str) -> str:
        """Return which calibrator a recipe means, ``auto`` included.

        Raises
        ------
        RecipeError
            The two do not go together.
        """

    # How good it is

    def points(self, task: Task, y: Array, predictions: Array) -> dict[str, float]:
        """Return every metric of predictions (n, k), without intervals; NaN where unknown."""

    def measure(
        self,
        task: Task,
        y: Array,
        predictions: Array,
        *,
        draws: int,
        groups: ArrayLike | None,
    ) -> dict[str, Interval]:
        """Return every metric of predictions (repeats, n, k) with its 95 % interval."""

    def details(self, task: Task, y: Array, predictions: Array) -> dict[str, Any]:
        """Return what ``evaluate`` says beside the metrics, as JSON; mostly nothing."""

    # What is shown

    def written(self, task: Task, answers: Array) -> Mapping[str, Array]:
        """Return the columns that ``predict`` writes for answers (n, k)."""

    def scales(self, task: Task) -> Mapping[str, Scale]:
        """Return the estimates there are and their scales; none: nothing to band or explain."""

    def estimates(self, task: Task, answers: Array) -> Mapping[str, Array]:
        """Return each estimate (n,) of answers (n, k), in the order of ``scales``."""

    def truths(self, task: Task, y: Array) -> Mapping[str, Array]:
        """Return for each estimate of yes or no what came true, (n,) of 0, 1 and NaN.

        Nothing where ``measure`` says all there is of the estimates.
        """

    def explained(self, task: Task) -> tuple[str, ...]:
        """Return the estimates that bands and reasons speak of, the first one first."""
