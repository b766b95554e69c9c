"""What the values are measured against: enumerated, or estimated by permutations till it stands.

Neither shares a line or an idea of sampling with ``diagnosis.ml.explain``.
"""

from __future__ import annotations

import hashlib
from math import factorial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from medportal.tools.bench.explain.callables import Function, Layers

Matrix = NDArray[np.float32]
Array = NDArray[np.float64]

ROUNDS = {30: 1000, 100: 300}
"""Features -> antithetic pairs of permutations for each reference patient."""


def enumerated(function: Function, x: Matrix, background: Matrix, *, whole: bool) -> Array:
    """Return (d,) or (d, k): Shapley's formula over all 2^d coalitions, nothing left out.

    Unless ``whole``, features that are alike in the patient and a reference patient are no players
    between these two: what changes nothing gets nothing.
    """
    values = []
    for reference in background:
        players = np.arange(len(x)) if whole else np.flatnonzero(x != reference)
        masks = (np.arange(2 ** len(players))[:, None] >> np.arange(len(players))) & 1 == 1
        hybrids = np.tile(reference, (len(masks), 1))
        hybrids[:, players] = np.where(masks, x[players], reference[players])
        v = function(hybrids)
        values.append(np.zeros((len(x), *v.shape[1:])))
        for place, player in enumerate(players):
            values[-1][player] = _gain(v, masks, place)
    return np.asarray(np.mean(values, axis=0))


def _gain(v: Array, masks: NDArray[np.bool_], place: int) -> Array:
    """Return the mean gain when one player joins, each size of coalition weighing alike."""
    without = np.flatnonzero(~masks[:, place])
    sizes, k = masks[without].sum(axis=1), masks.shape[1]
    weights = np.array([factorial(s) * factorial(k - s - 1) / factorial(k) for s in range(k)])
    return np.asarray(weights[sizes] @ (v[without + (1 << place)] - v[without]))


def by_permutations(
    layers: Layers, x: Matrix, background: Matrix, rounds: int, seed: int
) -> tuple[Array, Array]:
    """Return (d,) values and their standard errors.

    In every round each reference patient gets an order of features of its own and the reverse of
    it; the spread between the rounds tells the error.
    """
    rng = np.random.default_rng(seed)
    n, d = background.shape
    first, bias = layers[0]
    steps = (x - background)[:, :, None] * first  # (n, d, units): what each feature's change adds
    begin = background @ first + bias
    rows = np.arange(n)[:, None]
    found = np.zeros((rounds, d))
    for i in range(rounds):
        order = rng.random((n, d)).argsort(axis=1)
        gains = np.empty((n, d))
        forth = _gains(layers, begin, steps[rows, order])
        back = _gains(layers, begin, steps[rows, order[:, ::-1]])
        np.put_along_axis(gains, order, (forth + back[:, ::-1]) / 2, axis=1)
        found[i] = gains.mean(axis=0)
    return found.mean(axis=0), found.std(axis=0, ddof=1) / np.sqrt(rounds)


def _gains(layers: Layers, begin: Matrix, steps: Matrix) -> Array:
    """Return (n, d): what each feature adds when it joins, in the order of ``steps``."""
    z = np.concatenate([begin[:, None], steps], axis=1)
    np.cumsum(z, axis=1, out=z)
    n, places, units = z.shape
    z = z.reshape(-1, units)
    np.maximum(z, 0, out=z)
    for weights, bias in layers[1:-1]:
        z = z @ weights
        z += bias
        np.maximum(z, 0, out=z)
    logit = (z @ layers[-1][0] + layers[-1][1]).astype(np.float64)
    return np.diff((1 / (1 + np.exp(-logit))).reshape(n, places), axis=1)


def kept(layers: Layers, patients: Matrix, background: Matrix, folder: Path) -> tuple[Array, Array]:
    """Return (patients, d) values and standard errors by permutations; kept for the next time."""
    rounds = ROUNDS[patients.shape[1]]
    told = hashlib.sha256(repr(rounds).encode())
    for part in (*(w for layer in layers for w in layer), patients, background):
        told.update(np.ascontiguousarray(part).tobytes())
    file = folder / "references" / f"{told.hexdigest()[:16]}.npz"
    if file.exists():
        with np.load(file) as found:
            return found["values"], found["errors"]
    pairs = [
        by_permutations(layers, x, background, rounds, seed) for seed, x in enumerate(patients)
    ]
    values, errors = (np.array(part) for part in zip(*pairs, strict=True))
    file.parent.mkdir(parents=True, exist_ok=True)
    np.savez(file, values=values, errors=errors)
    return values, errors
