"""Exact pairwise interaction values against each reference patient."""

from __future__ import annotations

from functools import lru_cache
from math import factorial

import numpy as np
from numpy.typing import NDArray

from diagnosis.ml.explain.games import differing
from diagnosis.ml.explain.model_function import CHUNK, Matrix, ModelFunction

Floats = NDArray[np.float64]


def each(function: ModelFunction, x: Matrix, reference: Matrix, outputs: int) -> Floats:
    """Return (reference rows, d, d, outputs): half interactions, main effects on the diagonal.

    Features that do not differ are dummies with zeros in row and column. Reference rows with
    equally many differing features are enumerated together.
    """
    d = reference.shape[1]
    found = np.zeros((len(reference), d, d, outputs))
    differs = differing(x, reference)
    counts = differs.sum(axis=1)
    for k in (int(k) for k in np.unique(counts[counts > 0])):
        alike = np.flatnonzero(counts == k)
        step = max(1, CHUNK >> k)
        for rows in (alike[i : i + step] for i in range(0, len(alike), step)):
            players = np.nonzero(differs[rows])[1].reshape(len(rows), k)
            v = function(_hybrids(x, reference[rows], players)).reshape(len(rows), 2**k, outputs)
            places = (rows[:, None, None], players[:, :, None], players[:, None, :])
            found[places] = matrices(v)
    return found


def _hybrids(x: Matrix, reference: Matrix, players: NDArray[np.intp]) -> Matrix:
    """Return (m * 2^k, d): each reference row with every subset of its players from ``x``."""
    masks = _coalitions(players.shape[1])[0] > 0
    hybrids = np.repeat(reference[:, None, :], len(masks), axis=1)
    theirs = np.take_along_axis(reference, players, axis=1)
    mixed = np.where(masks[None], x[players][:, None, :], theirs[:, None, :])
    where = np.broadcast_to(players[:, None, :], mixed.shape)
    np.put_along_axis(hybrids, where, mixed, axis=2)
    return hybrids.reshape(-1, len(x))


@lru_cache(maxsize=16)
def _coalitions(k: int) -> tuple[Floats, Floats, Floats]:
    """Return all coalitions of k players (2^k, k) as 0 and 1, and two tables of weights by size.

    ``single`` (k + 1, 2): of a coalition's value for its members and for players outside.
    ``double`` (k + 1, 3): for pairs with both, one and no member in it.
    """
    masks = ((np.arange(2**k)[:, None] >> np.arange(k)) & 1).astype(np.float64)
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
