"""The result of explaining some rows of one model."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Explanation:
    """Attributions of n rows over d features; with k outputs every array ends in k.

    Attributes
    ----------
    values : (n, d) or (n, d, k) array
        Contribution of each raw feature, on the scale of the prediction.
    standard_errors : array like ``values``, or None
        Error because another sample of reference patients would give other values; NaN for a row
        whose values were sampled, None if all were.
    base_value : float or (k,) array
        Mean prediction of the reference patients.
    predictions : (n,) or (n, k) array
        What is explained: ``base_value`` plus the sum of the row's values.
    method : str
        ``exact``, ``kernel`` (sampled by shap), or ``mixed`` where rows differ.
    rows_evaluated : int
        Model rows that it took.
    """

    values: Floats
    standard_errors: Floats | None
    base_value: float | Floats
    predictions: Floats
    method: str
    rows_evaluated: int

    @property
    def additivity_gap(self) -> float:
        """Largest difference between a prediction and the sum that should give it."""
        total = np.asarray(self.base_value) + self.values.sum(axis=1)
        return float(np.max(np.abs(total - self.predictions), initial=0.0))
