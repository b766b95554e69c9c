"""Splitting rows for cross-validation and bootstrap, always from a seed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from diagnosis.ml.evaluation.resampling import drawn_rows

Array = NDArray[np.float64]
Index = NDArray[np.int64]


def strata(y: Array) -> Index:
    """Return a stratum a row from targets (n, k): classes, or fifths of a number."""
    if y.shape[1] > 1:
        bits: Array = np.nan_to_num(y).dot(2.0 ** np.arange(y.shape[1]))
        return bits.astype(np.int64)
    values = y[:, 0]
    if len(np.unique(values)) <= 20:
        return np.unique(values, return_inverse=True)[1].astype(np.int64)
    cuts = np.quantile(values, (0.2, 0.4, 0.6, 0.8))
    return np.searchsorted(cuts, values).astype(np.int64)


def assign(y: Array, folds: int, seed: int, groups: Index | None = None) -> Index:
    """Return the fold of every row, stratified by the target.

    Rows of one group (several visits of one patient, or the copies of one row in a bootstrap
    resample) share a fold, so that none of them helps to predict another.
    """
    rng = np.random.default_rng(seed)
    groups = np.arange(len(y)) if groups is None else groups
    known, inverse = np.unique(groups, return_inverse=True)
    layer = np.zeros(len(known), dtype=np.int64)
    np.maximum.at(layer, inverse, strata(y))  # a patient who ever had the event counts as one
    shuffled = rng.permutation(len(known))
    in_layers = shuffled[np.argsort(layer[shuffled], kind="stable")]
    fold_of_group = np.empty(len(known), dtype=np.int64)
    fold_of_group[in_layers] = np.arange(len(known)) % folds
    return fold_of_group[inverse]


def bootstrap(y: Array, seed: int, groups: Index | None = None) -> Index:
    """Return the rows of one bootstrap resample: all patients drawn, none of two classes lost."""
    labels = y if y.shape[1] > 1 or len(np.unique(y)) <= 2 else None
    return drawn_rows(len(y), seed, labels=labels, groups=groups)
