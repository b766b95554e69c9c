"""Choosing the method row by row: exact where it can be enumerated, sampled otherwise."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from diagnosis.ml.explain.exact import exact_cost, exact_values
from diagnosis.ml.explain.explanation import Explanation
from diagnosis.ml.explain.kernel import kernel_values
from diagnosis.ml.explain.model_function import Matrix, ModelFunction, as_matrix

EXACT_ROWS = 1_000_000  # model rows a patient that may be enumerated: about 0.1 s

Floats = NDArray[np.float64]


def shapley_values(model: Any, rows: Any, background: Any = None, seed: int = 0) -> Explanation:
    """Explain rows by interventional Shapley values against real reference patients.

    Parameters
    ----------
    model : Artifact or callable
        An artifact, or a function from a float32 matrix (n, d) to (n,) or (n, k). NaN is missing.
    rows : (n, d) array
        Rows to explain; an artifact also takes raw rows as its ``predict`` does.
    background : (m, d) array, optional
        Reference patients, real rows; an artifact has its own.
    seed : int
        Seed of the sampling, where rows are sampled.

    Returns
    -------
    Explanation

    Notes
    -----
    The value of a coalition is the mean prediction with its features taken from the patient and
    the others from a reference row (Lundberg and Lee 2017; Janzing et al. 2020). A row is
    enumerated exactly if that takes at most a million model rows; a row's result does not depend
    on the rows explained with it.
    """
    function = ModelFunction(model)
    x = as_matrix(model, rows)
    reference = as_matrix(
        model, getattr(model, "background", None) if background is None else background
    )
    if reference.ndim != 2 or len(reference) == 0 or reference.shape[1] != x.shape[1]:
        raise ValueError("The background needs rows with the same features as those explained.")
    base = function(reference).mean(axis=0)
    predictions = function(x) if len(x) else np.zeros((0, len(base)))
    explained = [_one(function, row, reference, seed, len(base)) for row in x]
    values = np.array([v for v, _, _ in explained]).reshape(*x.shape, len(base))
    errors = np.array([e for _, e, _ in explained]).reshape(values.shape)
    return _assembled(function, (values, errors, base, predictions), [m for _, _, m in explained])


def _one(
    function: ModelFunction, x: Matrix, reference: Matrix, seed: int, outputs: int
) -> tuple[Floats, Floats, str]:
    """Return values (d, outputs), their standard errors, and the method for one row."""
    if exact_cost(x, reference) > EXACT_ROWS:
        sampled = kernel_values(function, x, reference, seed, outputs)
        return sampled, np.full_like(sampled, np.nan), "kernel"
    each = exact_values(function, x, reference, outputs)
    n = len(reference)
    errors = each.std(axis=0, ddof=1) / np.sqrt(n) if n > 1 else np.full(each.shape[1:], np.nan)
    return each.mean(axis=0), errors, "exact"


def _assembled(
    function: ModelFunction, arrays: tuple[Floats, Floats, Floats, Floats], methods: list[str]
) -> Explanation:
    """Drop the output axis of single-output models and name the method."""
    values, errors, base, predictions = arrays
    used = set(methods) or {"exact"}
    method = used.pop() if len(used) == 1 else "mixed"
    base_value: float | Floats = base
    if function.single_output:
        values, errors, predictions = values[..., 0], errors[..., 0], predictions[:, 0]
        base_value = float(base[0])
    return Explanation(
        values=values,
        standard_errors=None if method == "kernel" else errors,
        base_value=base_value,
        predictions=predictions,
        method=method,
        rows_evaluated=function.rows_evaluated,
    )
