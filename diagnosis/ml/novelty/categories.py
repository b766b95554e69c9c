"""Categories together: how rare an answer is, given another answer that goes with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from diagnosis.ml.novelty.writing import array, plain

Array = NDArray[np.float64]
Index = NDArray[np.int64]

PRIOR = 5.0  # patients' worth of doubt in every frequency


@dataclass(frozen=True)
class Answers:
    """The frequencies of one category, alone and beside the one that tells most about it.

    Attributes
    ----------
    alone : ndarray, shape (k,)
        How often each code occurs.
    parent : int
        The place among the categories of the other one; -1 for none.
    beside : ndarray, shape (codes of the parent, k)
        The same for rows with each code of the parent.
    """

    alone: Array
    parent: int = -1
    beside: Array | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return what JSON can hold."""
        beside = None if self.beside is None else plain(self.beside)
        return {"alone": plain(self.alone), "parent": self.parent, "beside": beside}

    @classmethod
    def from_dict(cls, given: Mapping[str, Any]) -> Answers:
        """Read back what ``to_dict`` wrote."""
        beside = None if given["beside"] is None else array(given["beside"])
        return cls(array(given["alone"]), int(given["parent"]), beside)

    def is_sound(self, place: int, sizes: tuple[int, ...]) -> bool:
        """Whether there is a frequency above 0 for every code, alone and beside the parent."""
        if self.alone.shape != (sizes[place],) or not (self.alone > 0).all():
            return False
        if self.beside is None:
            return self.parent == -1
        shaped = 0 <= self.parent < len(sizes) and self.beside.shape == (
            sizes[self.parent],
            sizes[place],
        )
        return shaped and bool((self.beside > 0).all())

    @cached_property
    def _moments(self) -> tuple[Array, Array, Array]:
        """Surprise of each code, its mean and variance: a row a code of the parent, last none."""
        alone = self.alone[None]
        expected = alone if self.beside is None else np.concatenate([self.beside, alone])
        each = 2.0 * np.log(expected.max(axis=1, keepdims=True) / expected)
        mean = (expected * each).sum(axis=1)
        return each, mean, (expected * each**2).sum(axis=1) - mean**2

    def surprise(self, codes: Index, place: int) -> tuple[Array, Array, Array]:
        """Return the surprise of rows of codes (n, all), its mean and variance; 0 for missing.

        Twice the log of how much rarer the code is than the commonest one there.
        """
        own = codes[:, place]
        beside = codes[:, self.parent] if self.parent >= 0 else np.full(len(codes), -1)
        each, mean, variance = self._moments
        known = (own >= 0).astype(np.float64)
        return known * each[beside, own], known * mean[beside], known * variance[beside]


def fit(codes: Index, sizes: tuple[int, ...]) -> tuple[Answers, ...]:
    """Learn a tree of categories (Chow and Liu 1968) from places of codes (n, c), -1 missing.

    Each category but the first hangs on the one with which it shares most information, so the
    joint frequency is a product of tables of two; small counts are drawn towards the overall
    frequencies.
    """
    if not sizes:
        return ()
    alone = [_alone(codes[:, j], size) for j, size in enumerate(sizes)]
    parents = _tree(codes, sizes)
    return tuple(
        Answers(
            alone[j], parent, None if parent < 0 else _beside(codes, sizes, j, alone[j], parent)
        )
        for j, parent in enumerate(parents)
    )


def _alone(column: Index, size: int) -> Array:
    counts = np.bincount(column[column >= 0], minlength=size).astype(np.float64)
    shares: Array = (counts + 1.0 / size) / (counts.sum() + 1.0)
    return shares


def _counts(codes: Index, sizes: tuple[int, ...], a: int, b: int) -> Array:
    both = (codes[:, a] >= 0) & (codes[:, b] >= 0)
    table = np.zeros((sizes[a], sizes[b]))
    np.add.at(table, (codes[both, a], codes[both, b]), 1.0)
    return table


def _beside(codes: Index, sizes: tuple[int, ...], j: int, alone: Array, parent: int) -> Array:
    table = _counts(codes, sizes, parent, j)
    shares: Array = (table + PRIOR * alone) / (table.sum(axis=1, keepdims=True) + PRIOR)
    return shares


def _information(table: Array) -> float:
    """Return the mutual information of two categories from their counts."""
    if not table.sum():
        return 0.0
    p = table / table.sum()
    independent = p.sum(axis=1, keepdims=True) * p.sum(axis=0, keepdims=True)
    seen = p > 0
    return float(np.sum(p[seen] * np.log(p[seen] / independent[seen])))


def _tree(codes: Index, sizes: tuple[int, ...]) -> list[int]:
    """Return the parent of each category in the tree of most shared information (Prim 1957)."""
    shared = {
        (a, b): _information(_counts(codes, sizes, a, b))
        for a in range(len(sizes))
        for b in range(a)
    }
    parents, inside = [-1] * len(sizes), [0]
    while len(inside) < len(sizes):
        edges = [(a, b) for a in inside for b in range(len(sizes)) if b not in inside]
        a, b = max(edges, key=lambda edge: shared[max(edge), min(edge)])
        parents[b] = a
        inside.append(b)
    return parents
