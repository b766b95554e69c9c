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

from diagnosis.ml.explain.model_function import CHUNK, Matrix, ModelFunction

Floats = NDArray[np.float64]
Job = tuple[NDArray[np.intp], NDArray[np.intp]]  # reference rows (m,), their players (m, k)


def differing(x: Matrix, background: Matrix) -> NDArray[np.bool_]:
    """Return (reference rows, d): where a row differs from each; missing equals missing."""
    return np.asarray((background != x) & ~(np.isnan(background) & np.isnan(x)))


def exact_cost(x: Matrix, background: Matrix) -> float:
    """Return how many model rows the enumeration needs for one patient."""
    return float(np.exp2(differing(x, background).sum(axis=1)).sum())


@lru_cache(maxsize=16)
def _coalitions(k: int) -> tuple[NDArray[np.bool_], Floats, Floats]:
    """Return all coalitions of k players as (2^k, k), and the weights of joining and missing.

    ``joining[s]`` weights the value of a coalition for its members, ``missing[s]`` for the
    players outside: (s-1)! (k-s)! / k! and s! (k-s-1)! / k!.
    """
    masks = (np.arange(2**k)[:, None] >> np.arange(k)) & 1 == 1
    sizes = masks.sum(axis=1)
    inside = np.array([0.0] + [1 / (s * comb(k, s)) for s in range(1, k + 1)])
    outside = np.array([1 / ((k - s) * comb(k, s)) for s in range(k)] + [0.0])
    return masks, inside[sizes], outside[sizes]


def _hybrids(x: Matrix, reference: Matrix, players: NDArray[np.intp]) -> Matrix:
    """Return (m, 2^k, d): each reference row with every subset of its players taken from x.

    ``players`` is (m, k), the differing features of each reference row.
    """
    masks = _coalitions(players.shape[1])[0]
    m, size = len(reference), len(masks)
    hybrids = np.repeat(reference[:, None, :], size, axis=1)
    theirs = np.take_along_axis(reference, players, axis=1)
    mixed = np.where(masks[None], x[players][:, None, :], theirs[:, None, :])
    where = np.broadcast_to(players[:, None, :], (m, size, players.shape[1]))
    np.put_along_axis(hybrids, where, mixed, axis=2)
    return hybrids


def _shares(v: Floats, k: int) -> Floats:
    """Return (m, k, outputs): players' values from their coalitions' values (m, 2^k, outputs)."""
    masks, joining, missing = _coalitions(k)
    gained = np.einsum("sk,msq->mkq", masks * (joining + missing)[:, None], v, optimize=True)
    return np.asarray(gained - np.einsum("s,msq->mq", missing, v)[:, None, :])


def _jobs(differs: NDArray[np.bool_]) -> Iterator[Job]:
    """Yield reference rows with as many differing features each, and which those are."""
    counts = differs.sum(axis=1)
    for k in np.unique(counts[counts > 0]):
        rows = np.flatnonzero(counts == k)
        step = max(1, CHUNK >> int(k))
        for chunk in (rows[i : i + step] for i in range(0, len(rows), step)):
            yield chunk, np.nonzero(differs[chunk])[1].reshape(len(chunk), int(k))


def _batches(jobs: Iterator[Job]) -> Iterator[list[Job]]:
    """Group jobs into few large calls: a model's own cost of a call is not small."""
    batch: list[Job] = []
    held = 0
    for rows, players in jobs:
        size = len(rows) << players.shape[1]
        if batch and held + size > CHUNK:
            yield batch
            batch, held = [], 0
        batch.append((rows, players))
        held += size
    if batch:
        yield batch


def exact_values(model: ModelFunction, x: Matrix, background: Matrix, outputs: int) -> Floats:
    """Return (reference rows, d, outputs): the patient's values against each reference row."""
    values = np.zeros((*background.shape, outputs))
    for batch in _batches(_jobs(differing(x, background))):
        blocks = [_hybrids(x, background[rows], players) for rows, players in batch]
        v = model(np.concatenate([block.reshape(-1, len(x)) for block in blocks]))
        start = 0
        for (rows, players), block in zip(batch, blocks, strict=True):
            m, size, _ = block.shape
            own = v[start : start + m * size].reshape(m, size, outputs)
            values[rows[:, None], players] = _shares(own, players.shape[1])
            start += m * size
    return values
