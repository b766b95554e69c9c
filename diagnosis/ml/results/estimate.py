"""One number about one patient, and the scale that it stands on."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from diagnosis.ml.results.targets import Task

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Scale:
    """Where an estimate can lie and how finely it is shown.

    Attributes
    ----------
    unit : str, optional
        UCUM; ``1`` for a number without one. None: the estimate is a probability.
    low, high : float
        The ends, in the unit; infinite where there is none.
    step : float
        The smallest difference that is shown, in the unit.

    Raises
    ------
    ValueError
        The ends are not in order, or the step is no positive number.
    """

    unit: str | None = None
    low: float = 0.0
    high: float = 1.0
    step: float = 0.01

    def __post_init__(self) -> None:
        """Refuse a scale on which nothing could stand."""
        if not self.low < self.high or not 0 < self.step < math.inf:
            raise ValueError(f"No scale goes from {self.low} to {self.high} by {self.step}.")


@dataclass(frozen=True)
class Estimate:
    """One number about one patient, on the scale that its result kind names for it.

    Attributes
    ----------
    name : str
        ``event``, a class, a label, ``value``.
    value : float
        In the unit of the scale; always a number: who has none has no estimate.
    interval : tuple of float, optional
        Lower and upper end, in the same unit.

    Raises
    ------
    ValueError
        The value is not finite, or the ends of the interval are not in order.
    """

    name: str
    value: float
    interval: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        """Refuse what is no number: it would be shown as one."""
        if not math.isfinite(self.value):
            raise ValueError(f"The estimate {self.name} is not a finite number.")
        if self.interval is not None and not self.interval[0] <= self.interval[1]:
            raise ValueError(f"The interval of {self.name} has its ends in no order.")


def row_by_row(
    values: Mapping[str, Array], ends: Mapping[str, Array]
) -> list[tuple[Estimate, ...]]:
    """Return the estimates of every row from values (n,) and, where there are any, ends (n, 2)."""
    rows = len(next(iter(values.values()), ()))
    pairs = {name: [(a, b) for a, b in of.tolist()] for name, of in ends.items()}
    return [
        tuple(
            Estimate(name, float(of[i]), pairs[name][i] if name in pairs else None)
            for name, of in values.items()
        )
        for i in range(rows)
    ]


@dataclass(frozen=True)
class Estimates:
    """From the outputs (n, k) of an artifact to the estimates that are asked for, (n, m)."""

    task: Task
    names: tuple[str, ...]

    def __call__(self, answers: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return (n, m)."""
        found = self.task.result.estimates(self.task, answers)
        return np.column_stack([found[name] for name in self.names])
