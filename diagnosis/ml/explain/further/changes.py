"""Which inputs of a patient could realistically be otherwise, and to which values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from diagnosis.ml.explain.model_function import Matrix
from diagnosis.ml.families.preprocessing import wants_log
from diagnosis.ml.schema import Feature

Floats = NDArray[np.float64]

MOST_VALUES = 200  # of one input
_STEPS = 40  # between the ends of the reference patients, where a feature names no step


@dataclass(frozen=True)
class Option:
    """One input that may be changed.

    ``values`` are those it may take, the nearest first, and ``distances`` how far each is from
    the patient's, in standard deviations of the reference patients (of the logarithm, where the
    values are so skewed that this is their scale); a category counts as one.
    """

    feature: int
    values: Floats
    distances: Floats

    def thinned(self, most: int) -> Option:
        """Return the same with at most so many values, spread evenly; the ends stay."""
        if len(self.values) <= most:
            return self
        kept = np.unique(np.linspace(0, len(self.values) - 1, most).round().astype(int))
        return Option(self.feature, self.values[kept], self.distances[kept])

    def up_to(self, value: float) -> Option:
        """Return the same without what is farther than ``value``."""
        kept = self.distances <= self.distance_to(value) + 1e-9
        return Option(self.feature, self.values[kept], self.distances[kept])

    def distance_to(self, value: float) -> float:
        """Return how far a value of this option is from the patient's."""
        return float(self.distances[np.argmin(np.abs(self.values - value))])


def options_of(
    features: Sequence[Feature], row: Matrix, reference: Matrix, *, lower: bool
) -> list[Option]:
    """Return what could be changed to lower (or raise) an estimate.

    Only inputs that are modifiable and were measured. A feature that usually raises the risk goes
    down to lower it, one that lowers it goes up; one without a usual direction goes both ways.
    """
    found = []
    for j, feature in enumerate(features):
        value, column = float(row[j]), reference[:, j].astype(np.float64)
        if not feature.modifiable or feature.role or np.isnan(value):
            continue
        down = {"raises": lower, "lowers": not lower}.get(feature.direction)
        make = _numbers if feature.is_quantity else _codes
        values, distances = make(feature, value, column[~np.isnan(column)], down=down)
        if len(values):
            found.append(Option(j, values, distances))
    return found


def _codes(
    feature: Feature, value: float, column: Floats, *, down: bool | None
) -> tuple[Floats, Floats]:
    """Return the other categories that reference patients have, in the order of their codes."""
    seen = np.unique(column)
    others = seen[(seen != value) & np.isin(seen, feature.codes)]
    if down is not None:
        others = others[others < value] if down else others[others > value]
    return others, np.ones(len(others))


def _numbers(
    feature: Feature, value: float, column: Floats, *, down: bool | None
) -> tuple[Floats, Floats]:
    """Return numbers on the steps of the feature between the patient's and the realistic end."""
    if len(column) < 2 or column.min() == column.max():
        return np.zeros(0), np.zeros(0)
    low, high = _ends(feature, column)
    step = _step(feature, low, high)
    decimals = _decimals(feature)
    grid = np.unique(np.round(np.arange(np.ceil(low / step), high / step + 1e-9) * step, decimals))
    grid = grid[(grid >= low - 1e-9) & (grid <= high + 1e-9) & (np.abs(grid - value) > 1e-6)]
    if down is not None:
        grid = grid[grid < value] if down else grid[grid > value]
    if wants_log(column):
        spread = float(np.log(column).std())
        distances = np.abs(np.log(np.maximum(grid, 1e-9)) - np.log(max(value, 1e-9))) / spread
    else:
        distances = np.abs(grid - value) / float(column.std())
    order = np.argsort(distances, kind="stable")
    return grid[order], distances[order]


def _ends(feature: Feature, column: Floats) -> tuple[float, float]:
    """Return the lowest and highest value that may be proposed.

    What reference patients have, within the limits of the service; a feature with a reference
    range and a usual direction is not driven past the middle of it: no treatment aims farther.
    """
    low, high = float(column.min()), float(column.max())
    for pair in (feature.bounds, feature.limits):
        if pair is not None:
            low, high = max(low, pair[0]), min(high, pair[1])
    if feature.reference_range is not None:
        middle = sum(feature.reference_range) / 2
        if feature.direction == "raises":
            low = max(low, middle)
        elif feature.direction == "lowers":
            high = min(high, middle)
    return low, high


def _decimals(feature: Feature) -> int:
    """Return how finely a value is proposed: what is counted, whole."""
    return 0 if feature.whole else feature.decimals


def _step(feature: Feature, low: float, high: float) -> float:
    """Return the finest difference to propose: as the value is written, or a step of a scale."""
    written = 10.0 ** -_decimals(feature)
    wanted = (feature.step or 0.0) / 2 or (high - low) / _STEPS
    wanted = max(wanted, (high - low) / MOST_VALUES)
    return float(max(1.0, np.ceil(wanted / written - 1e-9)) * written)
