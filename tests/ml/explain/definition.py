"""Shapley's definition, computed the slow way, and a model to try it on."""

from itertools import permutations

import numpy as np


def by_permutations(model, x, background):
    """The mean gain of each feature over all orders of joining, and over the reference rows."""
    d = len(x)
    values, orders = np.zeros(d), list(permutations(range(d)))
    for reference in background:
        rows = np.array([_walk(x, reference, order) for order in orders])
        answers = np.asarray(model(rows.reshape(-1, d).astype(np.float32)), dtype=np.float64)
        gains = np.diff(answers.reshape(len(orders), d + 1), axis=1)
        np.add.at(values, np.array(orders), gains)
    return values / len(orders) / len(background)


def _walk(x, reference, order):
    row = reference.copy()
    rows = [row.copy()]
    for feature in order:
        row[feature] = x[feature]
        rows.append(row.copy())
    return rows


def interacting(x):
    """A probability with interactions; a missing value acts like a value of its own."""
    filled = np.where(np.isnan(x), -2.0, x).astype(np.float64)
    z = filled[:, 0] * filled[:, 1] - np.maximum(filled[:, 2], 0) + 0.5 * filled[:, -1] ** 2
    return 1 / (1 + np.exp(-z))
