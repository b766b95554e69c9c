"""The smallest realistic change of changeable inputs that brings an estimate across a limit.

It answers «what would the model have to see», not «what would help»: a model knows no causes.
Realistic means: only inputs that can be changed at all, few of them at a time, in the usual
direction, within what the reference patients have and not past the middle of the usual range, and
together no patient unlike those of the training table.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from diagnosis.ml.explain.further.changes import Option, options_of
from diagnosis.ml.explain.model_function import Matrix, ModelFunction
from diagnosis.ml.novelty import Novelty
from diagnosis.ml.schema import Feature

Floats = NDArray[np.float64]

BUDGET = 40_000  # model rows a number of changed inputs
MOST_CHANGED = 3
_EXTRA = 0.5  # standard deviations that one more changed input counts for
_FINEST = 12  # values tried of each input in the last round


@dataclass(frozen=True)
class Limit:
    """What is wanted of the probability: below ``value``, or at least it."""

    value: float
    below: bool = True

    def met(self, probability: Floats) -> NDArray[np.bool_]:
        """Return which probabilities lie on the wanted side."""
        return probability < self.value if self.below else probability >= self.value


@dataclass(frozen=True)
class Situation:
    """One patient before a model.

    Attributes
    ----------
    row : (d,) float32 array
        The patient's values; what is NaN was not measured and can not be changed.
    features : sequence of Feature
        The inputs; only those with ``modifiable`` are changed.
    reference : (m, d) float32 array
        Real patients: their range and spread say what is realistic.
    novelty : Novelty or None
        The model's measure of rows that are unlike its training rows.
    """

    row: Matrix
    features: Sequence[Feature]
    reference: Matrix
    novelty: Novelty | None = None


@dataclass(frozen=True)
class Change:
    """One input changed: its column, both values, and how far in standard deviations."""

    feature: int
    before: float
    after: float
    distance: float


@dataclass(frozen=True)
class Counterfactual:
    """Changes that together bring the estimate to ``probability``."""

    changes: tuple[Change, ...]
    probability: float

    @property
    def distance(self) -> float:
        """Standard deviations in all, with half of one for every input beyond the first."""
        return sum(c.distance for c in self.changes) + _EXTRA * (len(self.changes) - 1)

    @property
    def columns(self) -> frozenset[int]:
        """Which inputs are changed."""
        return frozenset(change.feature for change in self.changes)


@dataclass(frozen=True)
class Answer:
    """What was found.

    Attributes
    ----------
    alternatives : tuple of Counterfactual
        The smallest first; no two change the same inputs, none only adds to a smaller one.
    reason : str
        Why there is none: ``already`` (the estimate is on the wanted side), ``nothing_to_change``
        (no changeable input that was measured could move the usual way) or ``out_of_reach``.
    nearest : Counterfactual or None
        With ``out_of_reach``, what comes nearest to the limit; None if nothing comes nearer.
    checked : bool
        Whether every proposal was checked against the measure of unlikeness.
    rows_evaluated : int
        Model rows that it took.
    """

    alternatives: tuple[Counterfactual, ...] = ()
    reason: str = ""
    nearest: Counterfactual | None = None
    checked: bool = False
    rows_evaluated: int = 0


def counterfactuals(model: Any, given: Situation, limit: Limit, *, most: int = 3) -> Answer:
    """Return the smallest realistic changes that bring an estimate across a limit.

    Parameters
    ----------
    model : Artifact or callable
        An artifact, or a function from a float32 matrix (n, d) to probabilities (n,).
    given : Situation
        The patient, what may be changed, and what is realistic.
    limit : Limit
        What is wanted.
    most : int
        How many alternatives at most.

    Returns
    -------
    Answer
        The same for the same question: nothing is drawn.

    Raises
    ------
    ValueError
        The model has several outputs.

    Notes
    -----
    Wachter, Mittelstadt and Russell, Harvard JL & Tech 2018;31:841 (the nearest change); Mothilal,
    Sharma and Tan, FAT* 2020 (several, diverse ones); Ustun, Spangher and Liu, FAT* 2019 (only
    what can be changed). One and two changed inputs are tried on a grid of the values between the
    patient's and what is realistic, three where two do not suffice, then on a finer one. A change
    counts in standard deviations of the reference patients, a changed category as one.
    """
    search = _Search(ModelFunction(model), given, limit)
    now = search.probabilities(given.row[None])
    if limit.met(now)[0]:
        return Answer(reason="already")
    if not search.options:
        return Answer(reason="nothing_to_change")
    found = [c for size in (1, 2) for c in search.of_size(size)]
    if not found and len(search.options) >= MOST_CHANGED:
        found = search.of_size(MOST_CHANGED)
    chosen = _diverse(sorted((search.finer(c) for c in found), key=_order), most)
    nearest = None if chosen else search.nearest(float(now[0]))
    return Answer(
        alternatives=tuple(chosen),
        reason="" if chosen else "out_of_reach",
        nearest=nearest,
        checked=given.novelty is not None,
        rows_evaluated=search.function.rows_evaluated,
    )


def _order(found: Counterfactual) -> tuple[float, tuple[int, ...]]:
    return round(found.distance, 9), tuple(sorted(found.columns))


def _diverse(found: Sequence[Counterfactual], most: int) -> list[Counterfactual]:
    """Keep, of rising ones, those that are no smaller one with something added."""
    kept: list[Counterfactual] = []
    for candidate in found:
        if not any(one.columns <= candidate.columns for one in kept):
            kept.append(candidate)
    return kept[:most]


@dataclass
class _Search:
    function: ModelFunction
    given: Situation
    limit: Limit
    _seen: list[Counterfactual] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Find what may be changed, and to which values."""
        self.options = options_of(
            self.given.features, self.given.row, self.given.reference, lower=self.limit.below
        )

    def probabilities(self, x: Matrix) -> Floats:
        p = self.function(x)
        if p.shape[1] != 1:
            raise ValueError("Counterfactuals need a model with one output.")
        return p[:, 0]

    def of_size(self, size: int) -> list[Counterfactual]:
        """Return the smallest change for every choice of so many inputs that suffices."""
        sets = list(combinations(self.options, size))
        if not sets:
            return []
        points = max(2, int((BUDGET / len(sets)) ** (1 / size)))
        grids = [[option.thinned(points) for option in chosen] for chosen in sets]
        return self._smallest(grids)

    def _smallest(self, grids: Sequence[Sequence[Option]]) -> list[Counterfactual]:
        """Return the smallest sufficient change of each grid that has one; one call for all."""
        values = [
            np.stack(np.meshgrid(*(o.values for o in g)), -1).reshape(-1, len(g)) for g in grids
        ]
        costs = [
            sum(np.meshgrid(*(o.distances for o in g)), np.zeros(())).reshape(-1) for g in grids
        ]
        rows = np.repeat(self.given.row[None], sum(map(len, values)), axis=0)
        start = 0
        for grid, block in zip(grids, values, strict=True):
            rows[start : start + len(block), [o.feature for o in grid]] = block
            start += len(block)
        return self._judged(grids, rows, costs)

    def _judged(
        self, grids: Sequence[Sequence[Option]], rows: Matrix, costs: Sequence[Floats]
    ) -> list[Counterfactual]:
        p = self.probabilities(rows)
        met = self.limit.met(p)
        met[met] = self._likely(rows[met])
        found, start = [], 0
        for grid, cost in zip(grids, costs, strict=True):
            here = slice(start, start + len(cost))
            start += len(cost)
            if met[here].any():
                best = here.start + int(np.argmin(np.where(met[here], cost, np.inf)))
                found.append(self._change(grid, rows[best], float(p[best])))
            else:
                self._remember(grid, rows[here], p[here])
        return found

    def _change(self, grid: Sequence[Option], row: Matrix, p: float) -> Counterfactual:
        before = self.given.row
        changes = (
            Change(o.feature, float(before[o.feature]), float(row[o.feature]),
                   o.distance_to(float(row[o.feature])))
            for o in grid
        )  # fmt: skip
        return Counterfactual(tuple(changes), p)

    def _remember(self, grid: Sequence[Option], rows: Matrix, p: Floats) -> None:
        """Keep the best that a choice of inputs reaches, for when nothing suffices."""
        order = np.argsort(p if self.limit.below else -p, kind="stable")[:50]
        likely = order[self._likely(rows[order])]
        if len(likely):
            best = int(likely[0])
            self._seen.append(self._change(grid, rows[best], float(p[best])))

    def _likely(self, rows: Matrix) -> NDArray[np.bool_]:
        """Return which rows resemble the training rows; all, where nobody measured it."""
        novelty = self.given.novelty
        if novelty is None or not len(rows):
            return np.ones(len(rows), dtype=np.bool_)
        return ~novelty.unlike(rows)

    def nearest(self, now: float) -> Counterfactual | None:
        """Return what came nearest to the limit, if it came nearer than the patient is."""
        sign = 1.0 if self.limit.below else -1.0
        nearer = [c for c in self._seen if sign * c.probability < sign * now]
        return min(nearer, key=lambda c: (sign * c.probability, _order(c)), default=None)

    def finer(self, found: Counterfactual) -> Counterfactual:
        """Look for a smaller change of the same inputs between the patient and the one found."""
        by_feature = {option.feature: option for option in self.options}
        grid = [
            by_feature[c.feature].up_to(c.after).thinned(_FINEST) for c in found.changes
        ]  # fmt: skip
        return min([found, *self._smallest([grid])], key=lambda c: c.distance)
