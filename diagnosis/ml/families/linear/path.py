"""Penalised linear models along a path of penalties; each result kind has its own likelihood."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from diagnosis.ml.results import result_kind

Array = NDArray[np.float64]
PENALTIES = np.array([0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1000.0])


def penalties(columns: int) -> Array:
    """Return the penalties to try; wide tables need stronger ones."""
    return PENALTIES * max(1.0, columns / 20)


def fit_path(z: Array, y: Array, kind: str, path: Array) -> tuple[Array, Array]:
    """Fit one model a penalty.

    Parameters
    ----------
    z : ndarray, shape (n, columns)
        Design matrix.
    y : ndarray, shape (n, k)
        Targets as ``Task.read`` gives them.
    kind : str
        The task.
    path : ndarray, shape (m,)
        Penalties.

    Returns
    -------
    weights : ndarray, shape (m, columns, k)
    intercepts : ndarray, shape (m, k)
    """
    if z.shape[1] > len(z):
        return _fit_wide(z, y, kind, path)
    x = np.column_stack([z, np.ones(len(z))])
    beta = result_kind(kind).penalised(x, y, path)
    return beta[:, :-1], beta[:, -1]


def _fit_wide(z: Array, y: Array, kind: str, path: Array) -> tuple[Array, Array]:
    """Fit in the space of the rows: a ridge penalty does not see rotations (ESL 18.3.5)."""
    _, sizes, axes = np.linalg.svd(z, full_matrices=False)
    kept = sizes > sizes.max() * 1e-10
    axes = axes[kept]
    weights, intercepts = fit_path(z @ axes.T, y, kind, path)
    return np.einsum("rc,mrk->mck", axes, weights), intercepts
