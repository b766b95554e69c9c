"""Yes or no: the calibrated probability of one event."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from diagnosis.ml import evaluation
from diagnosis.ml.errors import TableError, TaskError
from diagnosis.ml.results import yes_or_no
from diagnosis.ml.results.columns import as_text, classes_of, places
from diagnosis.ml.results.estimate import Scale
from diagnosis.ml.results.events import event_of
from diagnosis.ml.results.measuring import SPREAD_REPEATS, Interval, finite

if TYPE_CHECKING:
    import pandas as pd

    from diagnosis.ml.results.targets import Task

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Binary(yes_or_no.YesOrNo):
    """The classes are two, the second is the event; one output, its probability."""

    name: str = "binary"
    several_targets: bool = False
    headline: str = "auroc"

    def classes(
        self, table: pd.DataFrame, target: tuple[str, ...], positive: str | None
    ) -> tuple[str, ...]:
        """Return both labels, the event last: ``positive``, else the one that can be told.

        Raises
        ------
        TableError
            There are not two labels, or it is not clear which is the event.
        """
        found = classes_of(table, target[0])
        return tuple(_event_last(target[0], found, positive))

    def read_target(self, task: Task, table: pd.DataFrame) -> Array:
        """Return (n, 1) of 0 and 1."""
        return places(table[task.target[0]], task.classes).reshape(-1, 1)

    def columns(self, task: Task) -> tuple[str, ...]:
        """Return the one output."""
        return ("probability",)

    def event(self, task: Task) -> str | None:
        """Return the second class; TaskError where there are not two."""
        if len(task.classes) != 2:
            raise TaskError(f"A binary task has two classes, not {len(task.classes)}.")
        return task.classes[1]

    def calibration(self, asked: str) -> str:
        """Return Platt's where nothing else is asked for."""
        return "platt" if asked == "auto" else asked

    def points(self, task: Task, y: Array, predictions: Array) -> dict[str, float]:
        """Return discrimination, calibration and what a threshold of one half tells apart."""
        return evaluation.point_metrics(y[:, 0], predictions[:, 0])

    def measure(
        self,
        task: Task,
        y: Array,
        predictions: Array,
        *,
        draws: int,
        groups: ArrayLike | None,
    ) -> dict[str, Interval]:
        """Return values over all repeats; a few repeats are enough for how far they vary."""
        label, p = y[:, 0], predictions[:, :, 0].T
        value = evaluation.metrics_with_intervals(label, p, draws=0)
        few = p[:, :SPREAD_REPEATS]
        spread = evaluation.metrics_with_intervals(label, few, draws=draws, groups=groups)
        return {name: finite({**spread[name], "value": value[name]["value"]}) for name in value}

    def counts(self, task: Task, y: Array) -> dict[str, int]:
        """Return how many rows have the event."""
        return {"events": int(y.sum())}

    def scales(self, task: Task) -> Mapping[str, Scale]:
        """Return that of ``event``, a probability."""
        return {"event": Scale()}

    def estimates(self, task: Task, answers: Array) -> Mapping[str, Array]:
        """Return the probability of the event."""
        return {"event": answers[:, 0]}


def _event_last(name: str, classes: list[str], positive: str | None) -> list[str]:
    if len(classes) != 2:
        raise TableError(f"The target {name} has {len(classes)} values; a binary task needs two.")
    if positive is not None:
        if as_text(positive) not in classes:
            raise TableError(f"The target {name} never has the value named as positive.")
        return sorted(classes, key=lambda text: text == as_text(positive))
    event = event_of(classes)
    if event is None:
        raise TableError(
            f"The target {name} is {classes[0]} or {classes[1]}: which of them is the event? "
            "Say it with --positive, or as positive in the recipe."
        )
    return sorted(classes, key=lambda text: text == event)
