"""Drawing patients with replacement: what the intervals of ``ml`` are made of.

All patients are drawn, whatever became of them: a new sample of the same kind of patients has
more or fewer events than this one, and an interval that keeps their number fixed is too narrow
for every figure that depends on it (calibration-in-the-large, Brier score, accuracy, precision).
Only a draw that lost a class altogether is made anew, because nothing can be computed from it.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Index = NDArray[np.int64]

_CELLS = 1_000_000  # counts held at once
_TRIES = 100  # with many classes of one patient each no draw holds them all


def drawn_counts(
    n: int,
    draws: int,
    seed: int,
    *,
    labels: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    groups: ArrayLike | None = None,
) -> Iterator[Floats]:
    """Yield how often each of n rows is drawn, (some draws, n); rows alike count as one weight.

    Parameters
    ----------
    n, draws, seed : int
        Rows, samples and the seed of them.
    labels : (n,) or (n, k) array, optional
        Classes; a draw without one of those that are there is made anew. NaN is no class.
    weights : (n,) array, optional
        Rows of weight zero do not stand for their class.
    groups : (n,) array, optional
        Rows with equal values are of one patient and are drawn together, as often as that
        patient is (cluster bootstrap: Davison and Hinkley 1997, section 3.8).
    """
    rng, of_row, there = np.random.default_rng(seed), _owners(n, groups), _classes(labels, weights)
    at_once = max(1, _CELLS // max(1, n))
    for start in range(0, draws, at_once):
        yield _counts(rng, min(at_once, draws - start), of_row, there)


def drawn_rows(
    n: int, seed: int, *, labels: ArrayLike | None = None, groups: ArrayLike | None = None
) -> Index:
    """Return the rows of one such sample in their order, each as often as it was drawn."""
    counts = next(drawn_counts(n, 1, seed, labels=labels, groups=groups))[0]
    return np.repeat(np.arange(n), counts.astype(np.int64))


def _owners(n: int, groups: ArrayLike | None) -> Index:
    """Return the number of every row's patient."""
    if groups is None:
        return np.arange(n)
    return np.unique(np.asarray(groups), return_inverse=True)[1].reshape(n).astype(np.int64)


def _classes(labels: ArrayLike | None, weights: ArrayLike | None) -> Floats | None:
    """Return (n, classes): which class each row stands for; those of no row are left out."""
    if labels is None:
        return None
    values = np.asarray(labels, dtype=np.float64)
    columns = values.reshape(len(values), -1).T
    counted = np.ones(len(values)) if weights is None else np.asarray(weights) > 0
    found = [
        (column == value) * counted
        for column in columns
        for value in np.unique(column[~np.isnan(column)])
    ]
    kept = [one for one in found if one.any()]
    return np.column_stack(kept).astype(np.float64) if kept else None


def _counts(rng: np.random.Generator, draws: int, of_row: Index, there: Floats | None) -> Floats:
    counts = _once(rng, draws, of_row)
    for _ in range(_TRIES if there is not None else 0):
        assert there is not None
        lost = ((counts @ there) == 0).any(axis=1)
        if not lost.any():
            break
        counts[lost] = _once(rng, int(lost.sum()), of_row)
    return counts


def _once(rng: np.random.Generator, draws: int, of_row: Index) -> Floats:
    """Return the counts (draws, n) of as many patients as there are, drawn with replacement."""
    size = int(of_row.max()) + 1 if len(of_row) else 0
    if not size:
        return np.zeros((draws, 0))
    drawn = rng.integers(0, size, (draws, size)) + size * np.arange(draws)[:, None]
    each = np.bincount(drawn.ravel(), minlength=draws * size).reshape(draws, size)
    return each[:, of_row].astype(np.float64)
