"""Penalised maximum likelihood of linear models by Newton's method: exact and deterministic.

The objective is the summed log-likelihood loss plus half the penalty times the squared weights;
the last column of the design is the constant, whose weight is free. See Hastie, Tibshirani,
Friedman, The Elements of Statistical Learning, 2nd edition, sections 4.4.1 (iteratively reweighted
least squares) and 3.4.1 (ridge).

Every function takes a design (n, columns), targets (n, k) and penalties (m,), and returns weights
(m, columns, k).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from diagnosis.ml.results.links import sigmoid, softmax

Array = NDArray[np.float64]
_TINY = 1e-8
_ROUNDS = 60
_MOST_CELLS = 4e7  # of the outer products kept at once


@dataclass(frozen=True)
class Likelihood:
    """An exponential family with its natural link (McCullagh and Nelder 1989, section 2.2).

    ``mean`` of the logit, ``variance`` of the mean, and the logit at which ``start`` puts the
    constant for a mean outcome.
    """

    mean: Callable[[Array], Array]
    variance: Callable[[Array], Array]
    start: Callable[[float], float]


def _log_odds(share: float) -> float:
    base = np.clip(share, 1e-6, 1 - 1e-6)
    return float(np.log(base / (1 - base)))


YES_OR_NO = Likelihood(sigmoid, lambda p: p * (1 - p), _log_odds)


def _penalty(columns: int, path: Array) -> Array:
    """Return the diagonal (m, columns) of the penalty; the last column is the intercept."""
    diagonal = np.repeat(path[:, None], columns, axis=1)
    diagonal[:, -1] = _TINY
    return diagonal


def ridge(x: Array, y: Array, path: Array) -> Array:
    """Fit numbers by least squares."""
    gram, right = x.T @ x, x.T @ y
    diagonal = _penalty(x.shape[1], path)
    return np.stack([np.linalg.solve(gram + np.diag(d), right) for d in diagonal])


def column_by_column(x: Array, y: Array, path: Array, likelihood: Likelihood) -> Array:
    """Fit each column of the targets for itself, on the rows that know it."""
    fits = [_one(x, y[:, j], path, likelihood) for j in range(y.shape[1])]
    return np.stack(fits, axis=2)


def _one(x: Array, y: Array, path: Array, likelihood: Likelihood) -> Array:
    """Return (m, columns): Newton's method for all penalties at once."""
    known = ~np.isnan(y)
    x, y = x[known], y[known]
    n, columns = x.shape
    if n * columns**2 > _MOST_CELLS or columns > 60:
        each = [path[i : i + 1] for i in range(len(path))]
        return np.concatenate([_newton(x, y, some, None, likelihood) for some in each])
    outer = (x[:, :, None] * x[:, None, :]).reshape(n, columns * columns)
    return _newton(x, y, path, outer, likelihood)


def _newton(x: Array, y: Array, path: Array, outer: Array | None, likelihood: Likelihood) -> Array:
    columns = x.shape[1]
    diagonal = _penalty(columns, path)
    beta = np.zeros((len(path), columns))
    beta[:, -1] = likelihood.start(float(y.mean()))
    for _ in range(_ROUNDS):
        p = likelihood.mean(beta @ x.T)
        slope = (p - y) @ x + diagonal * beta
        spread = np.maximum(likelihood.variance(p), 1e-12)
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


def multinomial(x: Array, y: Array, path: Array) -> Array:
    """Fit classes together; the intercepts of each model sum to about zero."""
    return np.stack([_softmax_regression(x, y, penalty) for penalty in path])


def _softmax_regression(x: Array, y: Array, penalty: float) -> Array:
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
