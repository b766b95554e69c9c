"""Small published or fitted scores (age and sex alone, one test) that a page can compute."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from diagnosis.ml.evaluation.metrics import Floats, as_floats, newton_logistic, weights_or_ones

Values = Mapping[str, float | None]


def fit_logistic(
    x: ArrayLike, y: ArrayLike, weights: ArrayLike | None = None, ridge: float = 1e-3
) -> Floats:
    """Return intercept and coefficients of a (barely penalised) logistic regression."""
    columns, labels = as_floats(x), as_floats(y)
    design = np.column_stack([np.ones(len(labels)), columns])
    return newton_logistic(design, labels, weights_or_ones(weights, len(labels)), ridge=ridge)


@dataclass(frozen=True)
class Term:
    """Weight times the transformed sum of some inputs.

    ``transform`` is ``identity``, ``log`` (natural) or ``equals`` (1 where the sum is ``value``).
    """

    features: tuple[str, ...]
    weight: float
    transform: str = "identity"
    value: float | None = None

    def of(self, values: Values) -> float | None:
        """Return the term for one patient; None where an input is missing."""
        given = [values.get(name) for name in self.features]
        if any(v is None or math.isnan(v) for v in given):
            return None
        total = float(sum(v for v in given if v is not None))
        if self.transform == "equals":
            return self.weight * float(total == self.value)
        if self.transform == "log":
            return self.weight * math.log(total) if total > 0 else None
        return self.weight * total


@dataclass(frozen=True)
class Formula:
    """An intercept and terms, on the scale of the log-odds."""

    intercept: float
    terms: tuple[Term, ...]

    @classmethod
    def from_dict(cls, given: Mapping[str, Any]) -> Formula:
        """Read what a manifest keeps of a comparator."""
        terms = (
            Term(
                tuple(term["features"]),
                float(term["weight"]),
                term.get("transform", "identity"),
                term.get("value"),
            )
            for term in given["terms"]
        )
        return cls(given["intercept"], tuple(terms))

    def predictor(self, values: Values) -> float | None:
        """Return the sum of the terms without the intercept; None where an input is missing."""
        parts = [term.of(values) for term in self.terms]
        known = [part for part in parts if part is not None]
        return sum(known) if len(known) == len(parts) else None

    def probability(self, values: Values) -> float | None:
        """Return the probability for one patient; None where an input is missing.

        ``values`` are as the table holds them: numbers in the feature's unit, codes.
        """
        total = self.predictor(values)
        if total is None:
            return None
        return float(0.5 * (1 + np.tanh(0.5 * (self.intercept + total))))


def formula_probability(formula: Mapping[str, Any], values: Values) -> float | None:
    """Return what the formula that a manifest keeps of a comparator says of one patient."""
    return Formula.from_dict(formula).probability(values)
