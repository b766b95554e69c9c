"""Penalised linear models by Newton's method: exact, deterministic, thousands a minute.

The objective is the summed log-likelihood loss plus half the penalty times the squared weights;
intercepts are free. See Hastie, Tibshirani, Friedman, The Elements of Statistical Learning,
2nd edition, sections 4.4.1 (iteratively reweighted least squares) and 3.4.1 (ridge).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
PENALTIES = np.array([0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1000.0])
_TINY = 1e-8
_ROUNDS = 60
_MOST_CELLS = 4e7  # of the outer products kept at once


def penalties(columns: int) -> Array:
    """Return the penalties to try; wide tables need stronger ones."""
    return PENALTIES * max(1.0, columns / 20)


def sigmoid(logit: Array) -> Array:
    """Return 1 / (1 + exp(-logit)) without overflow."""
    half: Array = 0.5 * (1.0 + np.tanh(0.5 * logit))
    return half


def softmax(logit: Array) -> Array:
    """Return the softmax over the last axis."""
    raised = np.exp(logit - logit.max(axis=-1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=-1, keepdims=True))


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
    if kind == "regression":
        beta = _ridge(x, y, path)
    elif kind == "multiclass":
        beta = np.stack([_multinomial(x, y, penalty) for penalty in path])
    else:
        beta = np.stack([_logistic(x, y[:, j], path) for j in range(y.shape[1])], axis=2)
    return beta[:, :-1], beta[:, -1]


def _fit_wide(z: Array, y: Array, kind: str, path: Array) -> tuple[Array, Array]:
    """Fit in the space of the rows: a ridge penalty does not see rotations (ESL 18.3.5)."""
    _, sizes, axes = np.linalg.svd(z, full_matrices=False)
    kept = sizes > sizes.max() * 1e-10
    axes = axes[kept]
    weights, intercepts = fit_path(z @ axes.T, y, kind, path)
    return np.einsum("rc,mrk->mck", axes, weights), intercepts


def _penalty(columns: int, path: Array) -> Array:
    """Return the diagonal (m, columns) of the penalty; the last column is the intercept."""
    diagonal = np.repeat(path[:, None], columns, axis=1)
    diagonal[:, -1] = _TINY
    return diagonal


def _ridge(x: Array, y: Array, path: Array) -> Array:
    gram, right = x.T @ x, x.T @ y
    diagonal = _penalty(x.shape[1], path)
    return np.stack([np.linalg.solve(gram + np.diag(d), right) for d in diagonal])


def _logistic(x: Array, y: Array, path: Array) -> Array:
    """Return (m, columns): Newton's method for all penalties at once."""
    known = ~np.isnan(y)
    x, y = x[known], y[known]
    n, columns = x.shape
    if n * columns**2 > _MOST_CELLS or columns > 60:
        return np.concatenate([_newton(x, y, path[i : i + 1], None) for i in range(len(path))])
    outer = (x[:, :, None] * x[:, None, :]).reshape(n, columns * columns)
    return _newton(x, y, path, outer)


def _newton(x: Array, y: Array, path: Array, outer: Array | None) -> Array:
    columns = x.shape[1]
    diagonal = _penalty(columns, path)
    beta = np.zeros((len(path), columns))
    base = np.clip(y.mean(), 1e-6, 1 - 1e-6)
    beta[:, -1] = np.log(base / (1 - base))
    for _ in range(_ROUNDS):
        p = sigmoid(beta @ x.T)
        slope = (p - y) @ x + diagonal * beta
        spread = np.maximum(p * (1 - p), 1e-12)
        if outer is None:
            curve = (x.T * spread[0]) @ x[None]
        else:
            curve = (spread @ outer).reshape(len(path), columns, columns)
        curve = curve + diagonal[:, :, None] * np.eye(columns)
        step = np.linalg.solve(curve, slope[:, :, None])[:, :, 0]
        # A step of more than five on the logit leaves the region where Newton can be trusted.
        reach = np.abs(step @ x.T).max(axis=1, keepdims=True)
        beta = beta - step * np.minimum(1.0, 5.0 / np.maximum(reach, 1e-12))
        if np.abs(step).max() < 1e-6:  # the next error would be its square
            break
    return beta


def _multinomial(x: Array, y: Array, penalty: float) -> Array:
    """Return (columns, k) of a softmax regression; its intercepts sum to about zero."""
    columns, k = x.shape[1], y.shape[1]
    diagonal = np.tile(_penalty(columns, np.array([penalty]))[0] + _TINY, k)
    beta = np.zeros((k, columns))
    for _ in range(_ROUNDS):
        p = softmax(x @ beta.T)
        slope = ((p - y).T @ x).ravel() + diagonal * beta.ravel()
        curve = np.empty((k, columns, k, columns))
        for a in range(k):
            for b in range(a, k):
                weight = p[:, a] * ((a == b) - p[:, b])
                curve[a, :, b] = curve[b, :, a] = (x.T * weight) @ x
        flat = curve.reshape(k * columns, k * columns) + np.diag(diagonal)
        step = np.linalg.solve(flat, slope).reshape(k, columns)
        reach = np.abs(step @ x.T).max()
        beta -= step * min(1.0, 5.0 / max(reach, 1e-12))
        if np.abs(step).max() < 1e-6:  # the next error would be its square
            break
    return beta.T


def loss(y: Array, logit: Array, kind: str) -> Array:
    """Return the loss a row, (…, n): log loss of the outcome, or half the squared error."""
    if kind == "regression":
        return np.asarray(0.5 * ((logit - y) ** 2).sum(axis=-1))
    if kind == "multiclass":
        top = logit.max(axis=-1)
        total = np.log(np.exp(logit - top[..., None]).sum(axis=-1)) + top
        return np.asarray(total - (logit * y).sum(axis=-1))
    known = ~np.isnan(y)
    cost = np.logaddexp(0.0, logit) - np.where(known, y, 0.0) * logit
    return np.asarray(np.where(known, cost, 0.0).sum(axis=-1))
