"""How far numbers are from the truth, with intervals that hold though errors have heavy tails.

Bootstrap-t (Efron and Tibshirani 1993, section 12.5): a draw is judged by its own standard error,
that of the figure's influence function. With 60 patients and errors after Student's t of five
degrees of freedom a limit of agreement by the standard deviation of the draws held in 84 of 100.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from diagnosis.ml.evaluation.counts import wilson_interval
from diagnosis.ml.evaluation.ends import FEWEST_OF_EACH
from diagnosis.ml.evaluation.resampling import drawn_counts

Array = NDArray[np.float64]

NORMAL = 1.959963984540054
METRICS = ("mae", "rmse", "within_10", "bias", "lower_limit", "upper_limit", "r2")
POSITIVE, BELOW_ONE = ("mae", "rmse"), ("r2",)
_TIMES = 5  # draws here for each that is asked for: they cost next to nothing
_TINY = 1e-300


@dataclass(frozen=True)
class _Figure:
    """Values (draws,) and influences (draws, n) of one figure."""

    value: Array
    influence: Array


def points(y: Array, p: Array) -> dict[str, float]:
    """Return every figure of numbers ``p`` for truths ``y``, (n,) each; see ``Regression``."""
    found = {
        name: float(one.value[0]) for name, one in _figures(y, p, np.ones((1, len(y)))).items()
    }
    close = float((np.abs(p - y) <= 0.1 * np.abs(y)).mean())
    return {name: close if name == "within_10" else found[name] for name in METRICS}


def measured(
    y: Array, predictions: Array, *, draws: int, groups: ArrayLike | None
) -> dict[str, dict[str, float]]:
    """Return every figure with its 95 % interval.

    Parameters
    ----------
    y : ndarray, shape (n,)
        Truths.
    predictions : ndarray, shape (repeats, n)
        A draw takes all repeats of a patient together.
    draws : int
        A fifth of the draws behind the intervals; 0 leaves the ends unknown.
    groups : array-like, shape (n,), optional
        Rows of one patient.
    """
    each = [points(y, p) for p in predictions]
    value = {name: float(np.mean([one[name] for one in each])) for name in METRICS}
    owner = np.arange(len(y)) if groups is None else np.unique(groups, return_inverse=True)[1]
    patients = int(owner.max()) + 1
    found = {name: {"value": value[name], "lower": np.nan, "upper": np.nan} for name in value}
    if not draws or patients < FEWEST_OF_EACH:
        return found
    counts = np.concatenate(list(drawn_counts(len(y), _TIMES * draws, 0, groups=groups)))
    ends = _ends(y, predictions, counts, owner)
    ends["within_10"] = wilson_interval(value["within_10"] * patients, patients)
    return {
        name: {"value": value[name], "lower": ends[name][0], "upper": ends[name][1]}
        for name in value
    }


def _ends(
    y: Array, predictions: Array, counts: Array, owner: NDArray[np.int64]
) -> dict[str, tuple[float, float]]:
    own, drawn = (
        _averaged([_figures(y, p, weights) for p in predictions])
        for weights in (np.ones((1, len(y))), counts)
    )
    first = np.unique(owner, return_index=True)[1]
    found = {}
    for name in own:
        middle, error = _scaled(name, own[name], owner, np.ones((1, len(first))))
        there, errors = _scaled(name, drawn[name], owner, counts[:, first])
        usable = np.isfinite(there) & (errors > 0)
        if not usable.any() or not np.isfinite(middle[0]):
            found[name] = (np.nan, np.nan)
            continue
        steps = (there[usable] - middle) / errors[usable]
        low, high = np.percentile(steps, (2.5, 97.5))
        ends = middle[0] - np.array([high, low]) * error[0]
        lower, upper = _back(name, ends).tolist()
        found[name] = lower, upper
    return found


def _figures(y: Array, p: Array, weights: Array) -> dict[str, _Figure]:
    """Return the figures of one repeat for weightings (draws, n) of its rows."""
    total = weights.sum(axis=1)

    def mean(values: Array) -> Array:
        return np.asarray((weights * values).sum(axis=1) / total)[:, None]

    beyond = (p - y)[None]
    size, square = np.abs(beyond), beyond**2
    mae, squared, bias = mean(size), mean(square), mean(beyond)
    root = np.sqrt(np.maximum(squared, _TINY))
    variance = np.maximum(mean((beyond - bias) ** 2), _TINY)
    spread = np.sqrt(variance)
    apart = ((beyond - bias) ** 2 - variance) / (2 * spread)
    about = (y[None] - mean(y[None])) ** 2
    whole = mean(about)
    whole = np.where(whole > 0, whole, np.nan)
    widened = spread * np.sqrt(total / np.maximum(total - 1, 1))[:, None]
    pairs = {
        "mae": (mae, size - mae),
        "rmse": (root, (square - squared) / (2 * root)),
        "bias": (bias, beyond - bias),
        "lower_limit": (bias - NORMAL * widened, beyond - bias - NORMAL * apart),
        "upper_limit": (bias + NORMAL * widened, beyond - bias + NORMAL * apart),
        "r2": (1 - squared / whole, ((about - whole) * squared / whole - square + squared) / whole),
    }
    return {name: _Figure(value[:, 0], influence) for name, (value, influence) in pairs.items()}


def _averaged(repeats: list[dict[str, _Figure]]) -> dict[str, _Figure]:
    return {
        name: _Figure(
            np.mean([one[name].value for one in repeats], axis=0),
            np.mean([one[name].influence for one in repeats], axis=0),
        )
        for name in repeats[0]
    }


def _scaled(
    name: str, figure: _Figure, owner: NDArray[np.int64], patients: Array
) -> tuple[Array, Array]:
    """Return values and standard errors (draws,) on the scale of a figure's interval.

    ``patients`` (draws, patients) says how often each was drawn.
    """
    sums = np.zeros(patients.shape if len(figure.value) > 1 else (1, patients.shape[1]))
    np.add.at(sums.T, owner, figure.influence.T)
    rows = patients @ np.bincount(owner)
    error = np.sqrt((patients * sums**2).sum(axis=1)) / rows
    if name in POSITIVE:
        return np.log(np.maximum(figure.value, _TINY)), error / np.maximum(figure.value, _TINY)
    if name in BELOW_ONE:
        left = np.maximum(1 - figure.value, _TINY)
        return -np.log(left), error / left
    return figure.value, error


def _back(name: str, ends: Array) -> Array:
    if name in POSITIVE:
        return np.asarray(np.exp(ends))
    return np.asarray(1 - np.exp(-ends)) if name in BELOW_ONE else ends
