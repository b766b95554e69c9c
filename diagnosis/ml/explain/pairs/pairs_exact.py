"""Exact pairwise interaction values against each reference patient."""

from __future__ import annotations

from functools import lru_cache
from math import factorial

import numpy as np
from numpy.typing import NDArray

from diagnosis.ml.explain.exact import alike
from diagnosis.ml.explain.games import Game, subsets

Floats = NDArray[np.float64]


def each(game: Game, patient: int, differs: NDArray[np.bool_]) -> Floats:
    """Return (reference rows, d, d, outputs): half interactions, main effects on the diagonal.

    Features that do not differ are dummies with zeros in row and column.
    """
    b, d = differs.shape
    found = np.zeros((b, d, d, game.outputs))
    for rows, players in alike(differs):
        v = game.enumerate(np.full(len(rows), patient), rows, players)
        places = (rows[:, None, None], players[:, :, None], players[:, None, :])
        found[places] = matrices(v)
    return found


@lru_cache(maxsize=16)
def _coalitions(k: int) -> tuple[Floats, Floats, Floats]:
    """Return all coalitions of k players (2^k, k) as 0 and 1, and two tables of weights by size.

    ``single`` (k + 1, 2): of a coalition's value for its members and for players outside.
    ``double`` (k + 1, 3): for pairs with both, one and no member in it.
    """
    masks = subsets(k).astype(np.float64)
    alone = [factorial(s) * factorial(k - s - 1) / factorial(k) for s in range(k)]
    pair = [factorial(s) * factorial(k - s - 2) / factorial(k - 1) for s in range(k - 1)]
    single, double = np.zeros((k + 1, 2)), np.zeros((k + 1, 3))
    single[1:, 0], single[:-1, 1] = alone, np.negative(alone)
    double[2:, 0], double[1:-1, 1], double[: k - 1, 2] = pair, np.negative(pair), pair
    sizes = masks.sum(axis=1).astype(np.intp)
    return masks, single[sizes], double[sizes]


def matrices(v: Floats) -> Floats:
    """Return (m, k, k, outputs) from the values of all coalitions (m, 2^k, outputs).

    The weight of a coalition for a pair depends on how many of the two are in it: with
    memberships a and b it is ``none + (one - none)(a + b) + (both - 2 one + none) a b``.
    """
    m, size, outputs = v.shape
    k = size.bit_length() - 1
    masks, single, double = _coalitions(k)
    games = np.moveaxis(v, 2, 1).reshape(m * outputs, size)
    both, one, none = double.T
    joint = np.matmul((games * (both - 2 * one + none))[:, None, :] * masks.T, masks)
    some = (games * (one - none)) @ masks
    full = joint + some[:, :, None] + some[:, None, :] + (games @ none)[:, None, None]
    shapley = (games * (single[:, 0] - single[:, 1])) @ masks + (games @ single[:, 1])[:, None]
    found = laid_out(full, shapley).reshape(m, outputs, k, k)
    return np.asarray(np.moveaxis(found, 1, 3))


def laid_out(full: Floats, shapley: Floats) -> Floats:
    """Halve interactions (g, k, k) and put main effects on the diagonal: rows sum to Shapley's."""
    halves = full / 2.0
    places = np.arange(full.shape[1])
    halves[:, places, places] = 0.0
    halves[:, places, places] = shapley - halves.sum(axis=2)
    return halves
