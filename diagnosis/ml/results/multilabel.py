"""Several yes or no beside each other: a calibrated probability of each label."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from diagnosis.ml import evaluation
from diagnosis.ml.results import measuring, yes_or_no
from diagnosis.ml.results.columns import zeros_and_ones
from diagnosis.ml.results.direct import refuse_isotonic
from diagnosis.ml.results.estimate import Scale
from diagnosis.ml.results.measuring import Interval, mean_of_known

if TYPE_CHECKING:
    import pandas as pd

    from diagnosis.ml.results.targets import Task

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Multilabel(yes_or_no.YesOrNo):
    """An output a label; the labels are the names of the target columns."""

    name: str = "multilabel"
    several_targets: bool = True
    headline: str = "auroc"

    def classes(
        self, table: pd.DataFrame, target: tuple[str, ...], positive: str | None
    ) -> tuple[str, ...]:
        """Return the names of the columns."""
        return target

    def read_target(self, task: Task, table: pd.DataFrame) -> Array:
        """Return (n, k) of 0 and 1."""
        return np.column_stack([zeros_and_ones(table[name]) for name in task.target])

    def columns(self, task: Task) -> tuple[str, ...]:
        """Return the labels."""
        return task.classes

    def calibration(self, asked: str) -> str:
        """Return Platt's, one a label, where nothing else is asked for.

        Raises
        ------
        RecipeError
            Isotonic calibration is for one yes or no.
        """
        refuse_isotonic(asked)
        return "platt" if asked == "auto" else asked

    def points(self, task: Task, y: Array, predictions: Array) -> dict[str, float]:
        """Return the means over the labels of AUROC, average precision, accuracy, Brier score.

        A label that no row knows, or for the areas one that all or none have, is no part of them.
        """
        known = [~np.isnan(y[:, k]) for k in range(y.shape[1])]
        pairs = [(y[rows, k], predictions[rows, k]) for k, rows in enumerate(known) if rows.any()]
        return {
            "accuracy": mean_of_known([float(((q >= 0.5) == (t > 0.5)).mean()) for t, q in pairs]),
            "auroc": mean_of_known([evaluation.auroc(t, q) for t, q in pairs]),
            "auprc": mean_of_known([evaluation.auprc(t, q) for t, q in pairs if 0 < t.mean() < 1]),
            "brier": mean_of_known([evaluation.brier(t, q) for t, q in pairs]),
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
        """Return the metrics with their intervals; no draw loses a label."""
        return measuring.resampled(
            partial(self.points, task), y, predictions, draws=draws, groups=groups, labels=y
        )

    def details(self, task: Task, y: Array, predictions: Array) -> dict[str, Any]:
        """Return the figures of every label for itself; None for what no row knows."""
        known = [~np.isnan(y[:, k]) for k in range(y.shape[1])]
        labels = {
            label: {
                "rows": int(rows.sum()),
                "events": int((y[rows, k] > 0.5).sum()),
                **measuring.finite(
                    self.points(task, y[rows, k : k + 1], predictions[rows, k : k + 1])
                ),
            }
            for k, (label, rows) in enumerate(zip(task.classes, known, strict=True))
        }
        return {"labels": labels}

    def scales(self, task: Task) -> Mapping[str, Scale]:
        """Return one a label, each a probability."""
        return {name: Scale() for name in task.classes}

    def estimates(self, task: Task, answers: Array) -> Mapping[str, Array]:
        """Return the probability of each label."""
        return dict(zip(task.classes, answers.T, strict=True))

    def truths(self, task: Task, y: Array) -> Mapping[str, Array]:
        """Return the labels themselves."""
        return self.estimates(task, y)
