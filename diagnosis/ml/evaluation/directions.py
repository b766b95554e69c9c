"""Which way each input moves the model, against the way a clinician expects."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from diagnosis.ml.evaluation.metrics import Floats, as_floats, auroc
from diagnosis.ml.schema import Feature, FeatureSchema

Predict = Callable[[NDArray[np.float32]], Any]
_SMALLEST = 0.005  # half a point of probability from one end to the other is no direction
_MONOTONE = 0.6


@dataclass(frozen=True)
class DirectionReport:
    """The expected and the actual direction of one feature.

    ``actual`` is ``raises``, ``lowers``, ``flat`` (under half a point over its range) or
    ``mixed``; ``effect`` is the change of the mean probability from the low to the high end.
    """

    feature: str
    expected: str
    actual: str
    contradiction: bool
    effect: float

    def to_dict(self) -> dict[str, Any]:
        """Return what a manifest holds."""
        return asdict(self)


def grid_of(feature: Feature, column: Floats, points: int = 9) -> tuple[Floats, Floats]:
    """Return values of a feature to try, and how much each counts.

    A number: quantiles from 5 to 95 %. A category: the codes present, by their frequency.
    """
    known = column[~np.isnan(column)]
    if feature.is_quantity:
        grid = np.unique(np.quantile(known, np.linspace(0.05, 0.95, points)))
        return grid, np.ones(len(grid))
    codes, counts = np.unique(known, return_counts=True)
    return codes, counts.astype(np.float64)


def partial_dependence(
    predict: Predict, x: NDArray[np.float32], column: int, grid: ArrayLike
) -> Floats:
    """Return the mean probability with one column set to each value of the grid.

    Notes
    -----
    Friedman, Ann Stat 2001;29:1189-1232.
    """
    means = []
    for value in as_floats(grid):
        changed = np.array(x, dtype=np.float32)
        changed[:, column] = value
        means.append(float(np.mean(as_floats(predict(changed)))))
    return np.array(means)


def _actual(grid: Floats, counts: Floats, curve: Floats) -> tuple[str, float]:
    """Return the direction of a curve over its grid, and its effect from end to end."""
    if len(grid) < 2:
        return "flat", 0.0
    centred = grid - np.average(grid, weights=counts)
    deviation = curve - np.average(curve, weights=counts)
    covariance = float(np.sum(counts * centred * deviation))
    scale = float(np.sqrt(np.sum(counts * centred**2) * np.sum(counts * deviation**2)))
    effect = covariance / float(np.sum(counts * centred**2)) * float(grid[-1] - grid[0])
    if float(np.ptp(curve)) < _SMALLEST:
        return "flat", effect
    correlation = covariance / scale
    if abs(correlation) < _MONOTONE:
        return "mixed", effect
    return ("raises" if correlation > 0 else "lowers"), effect


def directions(
    predict: Predict, x: NDArray[np.float32], schema: FeatureSchema
) -> list[DirectionReport]:
    """Compare the model's partial dependence on every feature with its expected direction.

    A contradiction is the opposite of an expected ``raises`` or ``lowers``; a category's
    direction follows the order of its codes.
    """
    reports = []
    for j, feature in enumerate(schema):
        grid, counts = grid_of(feature, x[:, j].astype(np.float64))
        actual, effect = _actual(grid, counts, partial_dependence(predict, x, j, grid))
        against = {feature.direction, actual} == {"raises", "lowers"}
        reports.append(DirectionReport(feature.name, feature.direction, actual, against, effect))
    return reports


def shuffled_predictions(
    predict: Predict, x: NDArray[np.float32], repeats: int = 10, seed: int = 0
) -> Iterator[Floats]:
    """Yield, for every column, (n, repeats): predictions with that column shuffled."""
    rng, n = np.random.default_rng(seed), len(x)
    for j in range(x.shape[1]):
        shuffled = np.tile(np.array(x), (repeats, 1))
        for r in range(repeats):
            shuffled[r * n : (r + 1) * n, j] = rng.permutation(x[:, j])
        yield as_floats(predict(shuffled)).reshape(repeats, n).T


def permutation_importance(
    predict: Predict, x: NDArray[np.float32], y: ArrayLike, repeats: int = 10, seed: int = 0
) -> Floats:
    """Return the loss of AUROC when one column is shuffled, for every column (Breiman 2001).

    ``diagnosis.ml.explain.permutation`` gives the same with its interval, and of other losses.
    """
    labels, whole = as_floats(y), auroc(y, as_floats(predict(x)))
    return np.array(
        [
            np.mean([whole - auroc(labels, p) for p in columns.T])
            for columns in shuffled_predictions(predict, x, repeats, seed)
        ]
    )
