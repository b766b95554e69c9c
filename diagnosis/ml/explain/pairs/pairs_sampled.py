"""Sampled pairwise interaction values, where there are too many coalitions to enumerate.

In a random order of the features two neighbours see a random coalition before them, of every size
alike often: just what the interaction index weighs. One sweep takes the k/2 zigzag orders of
Walecki, in which every pair stands side by side exactly once, under a random naming: k^2 model
rows give every pair one unbiased second difference, and every feature k/2 first differences.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from diagnosis.ml.explain.games import differing
from diagnosis.ml.explain.model_function import CHUNK, Matrix, ModelFunction
from diagnosis.ml.explain.pairs.pairs_exact import laid_out

Floats = NDArray[np.float64]
Index = NDArray[np.intp]


def each(
    function: ModelFunction, x: Matrix, reference: Matrix, outputs: int, how: tuple[int, int]
) -> tuple[Floats, Index]:
    """Return (rows used, d, d, outputs), unbiased for each, and which reference rows these are.

    ``how`` is seed and budget. With a budget for fewer sweeps than there are reference rows a
    random part of these is used.
    """
    rng = np.random.default_rng(how[0])
    players = np.flatnonzero(differing(x, reference).any(axis=0))
    even = len(players) + len(players) % 2  # one feature more is a dummy and changes nothing
    sweeps = max(2, how[1] // even**2)
    used = np.sort(rng.permutation(len(reference))[:sweeps])
    rounds = max(1, sweeps // len(used))
    found = np.zeros((len(used), reference.shape[1], reference.shape[1], outputs))
    at_once = max(1, CHUNK // even**2)
    places = np.ix_(players, players)
    for _ in range(rounds):
        for start in range(0, len(used), at_once):
            rows = used[start : start + at_once]
            part = _swept(function, x, reference[rows], (players, even, outputs), rng)
            found[start : start + len(rows)][:, places[0], places[1]] += part / rounds
    return found, used


@lru_cache(maxsize=16)
def orders(even: int) -> Index:
    """Return the even/2 zigzag orders of an even number of features, (even / 2, even)."""
    steps = np.array([(t + 1) // 2 if t % 2 else -(t // 2) for t in range(even)])
    return np.asarray((np.arange(even // 2)[:, None] + steps) % even)


@lru_cache(maxsize=16)
def _design(even: int) -> NDArray[np.bool_]:
    """Return the coalitions of one sweep, (even / 2, 2 even, even) by name in the orders.

    Of each order its even + 1 beginnings, then, for every two neighbours, what stands before them
    with the second alone.
    """
    rank = np.argsort(orders(even), axis=1)[:, None, :]
    beginnings = rank < np.arange(even + 1)[None, :, None]
    at = np.arange(even - 1)[None, :, None]
    return np.concatenate([beginnings, (rank < at) | (rank == at + 1)], axis=1)


def _swept(
    function: ModelFunction,
    x: Matrix,
    reference: Matrix,
    shape: tuple[Index, int, int],
    rng: np.random.Generator,
) -> Floats:
    """Return one sweep against each reference row, (m, k, k, outputs)."""
    players, even, outputs = shape
    k, m = len(players), len(reference)
    names = np.argsort(rng.random((m, even)), axis=1)  # the place in the orders of each feature
    masks = _design(even).reshape(-1, even)
    hybrids = np.repeat(reference[:, None, :], len(masks), axis=1)
    for i in range(m):
        taken = masks[:, names[i, :k]]
        hybrids[i][:, players] = np.where(taken, x[players], reference[i, players])
    v = function(hybrids.reshape(-1, len(x))).reshape(m, even // 2, 2 * even, outputs)
    return np.stack([_differences(v[..., q], names)[:, :k, :k] for q in range(outputs)], axis=-1)


def _differences(v: Floats, names: Index) -> Floats:
    """Return (m, even, even) from the values of the design, (m, even / 2, 2 even)."""
    m, _, double = v.shape
    even = double // 2
    beginnings, second_alone = v[:, :, : even + 1], v[:, :, even + 1 :]
    gained = np.diff(beginnings, axis=2)
    second = beginnings[:, :, 2:] - beginnings[:, :, 1:-1] - second_alone + beginnings[:, :, :-2]
    features = np.argsort(names, axis=1)[:, orders(even)]  # (m, even / 2, even)
    row = np.arange(m)[:, None, None]
    full = np.zeros((m, even, even))
    full[row, features[:, :, :-1], features[:, :, 1:]] = second
    full += full.transpose(0, 2, 1)
    shapley = np.zeros((m, even))
    np.add.at(shapley, (np.broadcast_to(row, features.shape), features), gained / (even // 2))
    return laid_out(full, shapley)
