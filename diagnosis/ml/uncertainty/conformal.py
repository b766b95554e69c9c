"""Sets of classes and ranges of numbers that hold the truth in a share of cases fixed beforehand.

Split conformal prediction (Vovk, Gammerman and Shafer 2005; Lei et al., JASA 2018;113:1094-1111;
for classes Sadinle, Lei and Wasserman, JASA 2019;114:223-234). Each row for which the truth is
known and that no other step has seen has a score: how far the truth lay from what was said of it.
A new row's set or range holds everything whose score is no greater than most of those.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

if TYPE_CHECKING:
    from diagnosis.ml.results.targets import Task

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

SET_LEVEL = 0.90
RANGE_LEVEL = 0.80


class Region(Protocol):
    """What is said instead of one answer; an object without state.

    Shapes: targets and answers (n, k) as ``Task.read`` and the models give them.
    """

    @property
    def name(self) -> str:
        """``set`` or ``range``."""

    @property
    def level(self) -> float:
        """Which share of truths is to lie inside."""

    def scores(self, y: Floats, answers: Floats) -> Floats:
        """Return (n,): how far each truth lay from its answer."""

    def holds(self, y: Floats, answers: Floats, quantile: ArrayLike) -> Mask:
        """Return (n,): whether the truth lies inside; ``quantile`` is one number or (n,)."""

    def sizes(self, answers: Floats, quantile: ArrayLike) -> Floats:
        """Return (n,): classes in each set, or the width of each range."""


@dataclass(frozen=True)
class ClassSets:
    """Every class that is probable enough; of ordered classes all between two of them, too.

    The likeliest class is always inside, so no set is empty. What is added for that or to close a
    gap can only hold more truths.
    """

    ordered: bool = False
    name: str = "set"
    level: float = SET_LEVEL

    def scores(self, y: Floats, answers: Floats) -> Floats:
        """Return one minus the probability of the class that was there."""
        return np.asarray(1.0 - (answers * y).sum(axis=1))

    def inside(self, answers: Floats, quantile: ArrayLike) -> Mask:
        """Return (n, k): which classes stay possible."""
        least = 1.0 - np.asarray(quantile, dtype=np.float64).reshape(-1, 1)
        found = answers >= np.minimum(least, answers.max(axis=1, keepdims=True))
        if self.ordered:
            above = np.logical_or.accumulate(found, axis=1)
            below = np.logical_or.accumulate(found[:, ::-1], axis=1)[:, ::-1]
            found = above & below
        return np.asarray(found)

    def holds(self, y: Floats, answers: Floats, quantile: ArrayLike) -> Mask:
        """Return whether the class that was there is in the set."""
        return np.asarray((self.inside(answers, quantile) & (y > 0.5)).any(axis=1))

    def sizes(self, answers: Floats, quantile: ArrayLike) -> Floats:
        """Return how many classes stay possible."""
        return np.asarray(self.inside(answers, quantile).sum(axis=1), dtype=np.float64)


@dataclass(frozen=True)
class Ranges:
    """As far above as below the number that is said, for everybody alike."""

    name: str = "range"
    level: float = RANGE_LEVEL

    def scores(self, y: Floats, answers: Floats) -> Floats:
        """Return how far off the number was."""
        return np.asarray(np.abs(y - answers)[:, 0])

    def ends(self, answers: Floats, quantile: float) -> Floats:
        """Return (n, 2): lower and upper end."""
        return np.asarray(answers[:, :1] + np.array([[-quantile, quantile]]))

    def holds(self, y: Floats, answers: Floats, quantile: ArrayLike) -> Mask:
        """Return whether the number lies in the range, its ends included."""
        return np.asarray(self.scores(y, answers) <= np.asarray(quantile))

    def sizes(self, answers: Floats, quantile: ArrayLike) -> Floats:
        """Return how wide each range is."""
        widths: Floats = np.full(len(answers), 2.0) * np.asarray(quantile, dtype=np.float64)
        return widths


def region_of(task: Task) -> Region | None:
    """Return what a task's answers are widened to; None where there is nothing of the kind."""
    if task.result.region == "set":
        return ClassSets(ordered=task.ordered)
    return Ranges() if task.result.region == "range" else None


def quantile_of(scores: ArrayLike, level: float) -> float:
    """Return the score that the next one does not exceed with a probability of ``level``.

    That of rank (n + 1) level, rounded up: of n + 1 scores in random order the last is as likely
    to have any rank. Infinite where n is too small for the level: nothing can be left out then.
    """
    ordered = np.sort(np.asarray(scores, dtype=np.float64))
    rank = math.ceil((len(ordered) + 1) * level - 1e-9)
    return float(ordered[rank - 1]) if rank <= len(ordered) else math.inf
