"""Which patients are alike to the model: neighbours in its own representation.

Two patients whom the model sees alike need not look alike in the table, and the other way round.
Distances are taken where the model has weighed its inputs already: in the attributions (one unit,
probability, so nothing is scaled: a scale would blow up inputs that hardly matter), or in the last
hidden layer of a network.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Index = NDArray[np.intp]
Matrix = NDArray[np.float32]


@dataclass(frozen=True)
class Neighbours:
    """The nearest rows, (k,) each: which they are, and how far, the nearest first."""

    rows: Index
    distances: Floats


def nearest(
    points: ArrayLike, row: ArrayLike, most: int = 10, *, scale: ArrayLike | None = None
) -> Neighbours:
    """Return the nearest of n points to one.

    Parameters
    ----------
    points : (n, d) array
        Attributions or hidden values of the patients to choose from; a row with NaN is passed
        over.
    row : (d,) array
        The same of the patient.
    most : int
        How many to return at most.
    scale : (d,) array, optional
        What each column is divided by; a column with scale 0 is left out.

    Returns
    -------
    Neighbours
        Euclidean distances in the unit of the points; ties keep the order of the rows.

    Raises
    ------
    ValueError
        The shapes do not fit, or the patient's own row is no number.
    """
    table, own = np.asarray(points, dtype=np.float64), np.asarray(row, dtype=np.float64)
    if own.ndim != 1 or not np.isfinite(own).all():
        raise ValueError("The patient's own row needs d numbers.")
    if table.size == 0:
        return Neighbours(np.zeros(0, dtype=np.intp), np.zeros(0))
    if table.ndim != 2 or table.shape[1] != len(own):
        raise ValueError(f"The points are {table.shape}, the patient's row is {own.shape}.")
    apart = table - own
    if scale is not None:
        by = np.asarray(scale, dtype=np.float64)
        apart = np.divide(apart, by, out=np.zeros_like(apart), where=by > 0)
    distances = np.sqrt((apart**2).sum(axis=1))
    order = np.argsort(distances, kind="stable")  # NaN comes last
    order = order[np.isfinite(distances[order])][:most]
    return Neighbours(order, distances[order])


def representation(fitted: Any, x: Matrix) -> Floats:
    """Return how a fitted model sees raw rows (n, d), before its last layer.

    Parameters
    ----------
    fitted : diagnosis.ml.families.pipeline.Fitted
        The model in plain NumPy.
    x : (n, d) float32 array
        Raw rows, NaN where missing.

    Returns
    -------
    (n, h) array
        The last hidden layer, each unit times the size of what it does to the output; of a model
        without hidden layers the terms of its sum. So distances are in units of the logit.
    """
    z = fitted.preprocessor.transform(x)
    for weights, bias in fitted.layers[:-1]:
        z = np.maximum(z @ weights + bias, 0.0)
    last: Floats = fitted.layers[-1][0]
    return np.asarray(z * np.sqrt((last**2).sum(axis=1)))
