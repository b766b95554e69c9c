"""Exact interventional Shapley values by enumerating the features that differ.

Between a patient and one reference patient only the features in which they differ are players:
the others are dummies, whatever the model. So one reference row costs 2^k model rows, where k is
the number of differing features, and equal values (categories, zeros, both missing) are free.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from math import comb

import numpy as np
from numpy.typing import NDArray

from diagnosis.ml.explain.games import Floats, Game, Index, differing, subsets
from diagnosis.ml.explain.model_function import CHUNK, Matrix

Booleans = NDArray[np.bool_]

WIDEST_TABLE = 12  # players whose weights are kept as one matrix


def exact_cost(x: Matrix, background: Matrix) -> float:
    """Return how many model rows the enumeration needs for one patient."""
    return float(np.exp2(differing(x, background).sum(axis=1)).sum())


@lru_cache(maxsize=24)
def weights(k: int) -> tuple[Floats, Floats]:
    """Return, by the size of a coalition of k players, its weight for members and for outsiders.

    (s-1)! (k-s)! / k! for whom it would lack and s! (k-s-1)! / k! for whom it could gain
    (Shapley 1953).
    """
    inside = np.array([0.0] + [1 / (s * comb(k, s)) for s in range(1, k + 1)])
    outside = np.array([1 / ((k - s) * comb(k, s)) for s in range(k)] + [0.0])
    return inside, outside


@lru_cache(maxsize=WIDEST_TABLE + 1)
def _table(k: int) -> Floats:
    """Return (k, 2^k): the weight of each coalition's value in each player's."""
    members, sizes = subsets(k).T, subsets(k).sum(axis=1)
    inside, outside = weights(k)
    return np.asarray(np.where(members, inside[sizes], -outside[sizes]))


def shares(v: Floats, k: int) -> Floats:
    """Return (m, k, outputs): players' values from their coalitions' values (m, 2^k, outputs)."""
    if k <= WIDEST_TABLE:
        return np.asarray(_table(k) @ v)
    sizes = np.bitwise_count(np.arange(2**k))
    inside, outside = weights(k)
    joined = v * (inside + outside)[sizes][None, :, None]
    lacking = np.einsum("msq,s->mq", v, outside[sizes])
    found = [
        joined.reshape(len(v), -1, 2, 2**j, v.shape[2])[:, :, 1].sum(axis=(1, 2)) - lacking
        for j in range(k)
    ]
    return np.stack(found, axis=1)


def exact_values(game: Game, pairs: tuple[Index, Index], differs: Booleans) -> Floats:
    """Return (pairs, d, outputs): the values of patients against one reference row each.

    Parameters
    ----------
    game : Game
    pairs : tuple of int arrays, each (pairs,)
        Which patient, and against which reference row.
    differs : (pairs, d) bool array
        Where the two differ.
    """
    values = np.zeros((*differs.shape, game.outputs))
    for chosen, players in alike(differs):
        v = game.enumerate(pairs[0][chosen], pairs[1][chosen], players)
        values[chosen[:, None], players] = shares(v, players.shape[1])
    return values


def alike(differs: Booleans) -> Iterator[tuple[Index, Index]]:
    """Yield pairs with as many differing features each, and which those are."""
    counts = differs.sum(axis=1)
    for k in np.unique(counts[counts > 0]):
        same = np.flatnonzero(counts == k)
        step = max(1, CHUNK >> int(k))
        for chosen in (same[i : i + step] for i in range(0, len(same), step)):
            yield chosen, np.nonzero(differs[chosen])[1].reshape(len(chosen), int(k))
