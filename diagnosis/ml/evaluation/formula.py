"""Small published or fitted scores (age and sex alone, one test) that a page can compute."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from diagnosis.ml.evaluation.metrics import Floats, as_floats, newton_logistic, weights_or_ones


def fit_logistic(
    x: ArrayLike, y: ArrayLike, weights: ArrayLike | None = None, ridge: float = 1e-3
) -> Floats:
    """Return intercept and coefficients of a (barely penalised) logistic regression."""
    columns, labels = as_floats(x), as_floats(y)
    design = np.column_stack([np.ones(len(labels)), columns])
    return newton_logistic(design, labels, weights_or_ones(weights, len(labels)), ridge=ridge)


def _term(term: Mapping[str, Any], values: Mapping[str, float | None]) -> float | None:
    """Return one term of the linear predictor; None where an input is missing."""
    given = [values.get(name) for name in term["features"]]
    if any(v is None or math.isnan(v) for v in given):
        return None
    total = float(sum(v for v in given if v is not None))
    transform = term.get("transform", "identity")
    if transform == "equals":
        return float(term["weight"]) * float(total == term["value"])
    if transform == "log":
        return float(term["weight"]) * math.log(total) if total > 0 else None
    return float(term["weight"]) * total


def linear_predictor(
    terms: Sequence[Mapping[str, Any]], values: Mapping[str, float | None]
) -> float | None:
    """Return the sum of the terms, or None where an input is missing."""
    parts = [_term(term, values) for term in terms]
    known = [part for part in parts if part is not None]
    return sum(known) if len(known) == len(parts) else None


def formula_probability(
    formula: Mapping[str, Any], values: Mapping[str, float | None]
) -> float | None:
    """Return the probability of a comparator's formula for one patient.

    Parameters
    ----------
    formula : mapping
        ``{"intercept": b0, "terms": [{"features": […], "transform", "weight", "value"?}, …]}``.
        A term adds weight times the transformed sum of its features; transforms are
        ``identity``, ``log`` (natural) and ``equals`` (1 where the sum is ``value``).
    values : mapping
        Feature values as the model's matrix holds them: numbers in the feature's unit, codes.

    Returns
    -------
    float or None
        None where an input of the formula is missing.
    """
    total = linear_predictor(formula["terms"], values)
    if total is None:
        return None
    return float(0.5 * (1 + np.tanh(0.5 * (formula["intercept"] + total))))
