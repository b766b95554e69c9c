"""Whether a row is unlike the training rows: a measure, its threshold, and what stands out.

A model answers every row, also one that no training row resembles: a mistyped unit, two values in
each other's place, a patient of another kind. What is kept of the training rows are quantiles,
frequencies and a covariance, never a row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from diagnosis.ml.novelty import fitting
from diagnosis.ml.novelty.measure import Measure
from diagnosis.ml.schema import Feature

__all__ = ["CODE", "MOST_INPUTS", "Novelty", "learn"]

CODE = "unlike_training"
METHOD = "surprise under a Gaussian copula and a tree of categories"
MOST_INPUTS = 60
"""Beyond, a covariance is no small statistic any more."""

MOST_NAMED = 3
_SHARE_NAMED = 0.15  # of all surprise: less does not stand out

Matrix = NDArray[np.float32]
Array = NDArray[np.float64]


@dataclass(frozen=True)
class Novelty:
    """A measure with the threshold above which a row is unlike the training rows."""

    measure: Measure
    threshold: float

    @classmethod
    def from_dict(cls, given: Mapping[str, Any], features: Sequence[Feature]) -> Novelty:
        """Read what ``learn`` wrote; ValueError, KeyError or TypeError where it is broken."""
        threshold = float(given["threshold"])
        if not np.isfinite(threshold):
            raise ValueError("the threshold is no number")
        return cls(Measure.from_dict(given["measure"], features), threshold)

    def unlike(self, x: Matrix) -> NDArray[np.bool_]:
        """Return which rows (n, d) are unlike the training rows."""
        return self.measure.score(x) > self.threshold

    def usual(self, feature: str) -> tuple[float, float] | None:
        """Return between which values most training rows lie (5 to 95 %); None if it is unknown."""
        return self.measure.usual(feature)

    def typical(self, feature: str) -> tuple[float, float, float] | None:
        """Return the 10th, 50th and 90th percentile of a number; None if they are unknown."""
        return self.measure.typical(feature)

    def standing_out(self, row: Matrix) -> list[int]:
        """Return the places of up to three inputs that make a row (1, d) unlike, worst first."""
        adds = self.measure.contributions(row)
        order = np.argsort(-adds, kind="stable")[:MOST_NAMED]
        least = _SHARE_NAMED * float(np.maximum(adds, 0.0).sum())
        return [int(j) for i, j in enumerate(order) if i == 0 or adds[j] > least]


def learn(
    x: Matrix, features: Sequence[Feature], seed: int, groups: NDArray[np.int64] | None = None
) -> dict[str, Any] | None:
    """Return what a manifest holds of the measure; None for tables too wide for it."""
    if len(features) > MOST_INPUTS:
        return None
    measure = Measure.fit(x, features)
    found = fitting.find(x, features, seed, shipped=measure, groups=groups)
    return {
        "method": METHOD,
        **found.to_dict([feature.name for feature in features]),
        "measure": measure.to_dict(),
    }
