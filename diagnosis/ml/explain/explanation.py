"""The result of explaining some rows of one model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Part:
    """One player of an input that has several, and its contributions (n,) or (n, k)."""

    name: str
    values: Floats


@dataclass(frozen=True)
class Explanation:
    """Attributions of n rows over d features; with k outputs every array ends in k.

    Attributes
    ----------
    values : (n, d) or (n, d, k) array
        Contribution of each raw feature, on the scale of the prediction.
    standard_errors : array like ``values``, or None
        Error because other reference patients, or other coalitions, would give other values. NaN
        where it is not known: against a single reference row, and for values by ``kernel``; None
        if it is known for no row.
    coalition_errors : array like ``values``
        The part of it that comes from asking for some coalitions only; zero where exact.
    base_value : float or (k,) array
        Mean prediction of the reference patients.
    predictions : (n,) or (n, k) array
        What is explained: ``base_value`` plus the sum of the row's values.
    method : str
        ``exact``, ``paired`` (some coalitions), ``tree`` (exact, by the paths of the trees),
        ``kernel`` (sampled by shap), or ``mixed`` where rows differ.
    rows_evaluated : int
        Model rows that it took.
    background_rows : int
        Reference patients.
    population : int or None
        Patients from whom those were drawn, where that is known.
    output : str
        ``probability`` or ``logit``.
    estimate : str or None
        Which estimate is explained; None where it is the model's only one, or all its outputs.
    parts : dict of str to tuple of Part
        Of each input with several players, what each of them contributes: they add up to its value.
    """

    values: Floats
    standard_errors: Floats | None
    base_value: float | Floats
    predictions: Floats
    method: str
    rows_evaluated: int
    coalition_errors: Floats
    background_rows: int
    population: int | None = None
    output: str = "probability"
    estimate: str | None = None
    parts: Mapping[str, tuple[Part, ...]] = field(default_factory=dict)

    @property
    def additivity_gap(self) -> float:
        """Largest difference between a prediction and the sum that should give it."""
        total = np.asarray(self.base_value) + self.values.sum(axis=1)
        return float(np.max(np.abs(total - self.predictions), initial=0.0))
