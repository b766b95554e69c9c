"""Time to an event: the risk of it by each of several horizons, where some were lost before.

The target is two columns, time and event (1, or 0 for censored). A model says the logit of the
hazard of each interval of time; the answer is the risk by the end of each, and so the curve.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from diagnosis.ml.errors import RecipeError, TaskError
from diagnosis.ml.results import yes_or_no
from diagnosis.ml.results.direct import Direct, refuse_isotonic
from diagnosis.ml.results.estimate import Scale
from diagnosis.ml.results.kind import Head
from diagnosis.ml.results.measuring import Interval
from diagnosis.ml.results.time import follow_up, times
from diagnosis.ml.results.time.horizons import details, measured, points

if TYPE_CHECKING:
    import pandas as pd

    from diagnosis.ml.results.targets import Task

Array = NDArray[np.float64]
_HEAD = Head("cumulative_risk", "binary_crossentropy")


@dataclass(frozen=True)
class Survival(Direct):
    """An output an interval of time; a horizon is the end of one of them."""

    name: str = "survival"
    several_targets: bool = True
    head: Head = _HEAD
    refitted: bool = True
    headline: str = "uno_c"

    def classes(
        self, table: pd.DataFrame, target: tuple[str, ...], positive: str | None
    ) -> tuple[str, ...]:
        """Return none.

        Raises
        ------
        RecipeError
            Not time and event are named, or another value than 1 as the event.
        """
        if len(target) != 2:
            raise RecipeError(
                "Recipe: survival has two target columns, the time and then the event: time,event."
            )
        if positive not in (None, "1"):
            raise RecipeError("Recipe: of time and event, the event is 1 and censored is 0.")
        return ()

    def completed(self, task: Task, table: pd.DataFrame) -> Task:
        """Return the task with its unit of time, its horizons and the grid of its intervals."""
        y = follow_up.read(task.target, table)
        unit, horizons = follow_up.asked(task.unit, task.horizons)
        answered = follow_up.answerable(y, unit, horizons, named=bool(task.horizons))
        ends = times.grid(y[:, 0], y[:, 1], answered)
        return replace(task, unit=unit, horizons=answered, times=ends)

    def read_target(self, task: Task, table: pd.DataFrame) -> Array:
        """Return (n, 2): time and event; both are missing where one is."""
        return follow_up.read(task.target, table)

    def columns(self, task: Task) -> tuple[str, ...]:
        """Return the risk by the end of each interval."""
        return tuple(f"risk_{end:g}" for end in task.times)

    def event(self, task: Task) -> str | None:
        """Return None: when is asked, not whether.

        Raises
        ------
        TaskError
            There are no intervals, they do not rise, or a horizon is no end of one.
        """
        rising = list(task.times) == sorted({end for end in task.times if end > 0})
        if not task.times or not rising or not task.horizons:
            raise TaskError("A survival task needs intervals of time that rise, and horizons.")
        if not set(task.horizons) <= set(task.times):
            raise TaskError("A horizon of the survival task is not the end of an interval.")
        return None

    def aims(self, task: Task, y: Array) -> Array:
        """Return what happened in each interval."""
        return times.outcomes(y[:, 0], y[:, 1], task.times)

    def balance(self, y: Array) -> Array:
        """Return the event."""
        return y[:, 1:]

    def counts(self, task: Task, y: Array) -> dict[str, int]:
        """Return how many rows have the event, and by the last horizon."""
        inside = y[:, 0] <= task.horizons[-1]
        return {"events": int(y[:, 1].sum()), "events_inside": int(y[inside, 1].sum())}

    def strata(self, y: Array) -> list[Array]:
        """Return the rows with the event; of the censored there may be none."""
        return [y[:, 1]]

    def link(self, logits: Array) -> Array:
        """Return the risk by the end of each interval."""
        return times.risks(logits)

    def loss(self, y: Array, logits: Array) -> Array:
        """Return the log loss of the hazards, over the intervals in which a row was followed."""
        return yes_or_no.loss(y, logits)

    def network_loss(self, y: Any, known: Any, logits: Any) -> Any:
        """Return the same (Gensheimer and Narasimhan, PeerJ 2019;7:e6257)."""
        return yes_or_no.network_loss(y, known, logits)

    def start(self, aims: Array) -> Array:
        """Return the logit of the hazard of each interval: they are small, and the same is far."""
        return times.base_logits(aims)

    def penalised(self, x: Array, y: Array, path: Array) -> Array:
        """Fit a logistic regression of person-intervals: one slope, an intercept an interval."""
        return times.pooled(x, y, path)

    def calibration(self, asked: str) -> str:
        """Return a slope and an intercept between two horizons, where nothing else is asked for.

        Raises
        ------
        RecipeError
            Isotonic calibration is for one yes or no.
        """
        refuse_isotonic(asked)
        return "horizons" if asked in ("auto", "platt") else asked

    def points(self, task: Task, y: Array, predictions: Array) -> dict[str, float]:
        """Return concordance, and what is known of the risks at each horizon."""
        return points(task, y, predictions)

    def measure(
        self,
        task: Task,
        y: Array,
        predictions: Array,
        *,
        draws: int,
        groups: ArrayLike | None,
    ) -> dict[str, Interval]:
        """Return the metrics with their intervals; all repeats of a patient are drawn together."""
        return measured(task, y, predictions, draws=draws, groups=groups)

    def details(self, task: Task, y: Array, predictions: Array) -> dict[str, Any]:
        """Return, a horizon, whom it rests on, what was observed and expected, and the curve."""
        return details(task, y, predictions)

    def written(self, task: Task, answers: Array) -> Mapping[str, Array]:
        """Return the risk by each horizon, and the median, where it is reached."""
        found = {f"risk_{name}": risk for name, risk in self.estimates(task, answers).items()}
        return {**found, "median": times.medians(answers, task.times)}

    def scales(self, task: Task) -> Mapping[str, Scale]:
        """Return one a horizon, named by it, each a probability."""
        return {f"{horizon:g}": Scale() for horizon in task.horizons}

    def explained(self, task: Task) -> tuple[str, ...]:
        """Return the risks, that by the last horizon first: it rests on the most events."""
        return tuple(self.scales(task))[::-1]

    def estimates(self, task: Task, answers: Array) -> Mapping[str, Array]:
        """Return the risk by each horizon."""
        places = [task.times.index(horizon) for horizon in task.horizons]
        return {name: answers[:, j] for name, j in zip(self.scales(task), places, strict=True)}
