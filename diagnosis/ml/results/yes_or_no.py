"""What one yes or no and several of them share: each output is a logit of its own."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from diagnosis.ml.results.kind import Head

Array = NDArray[np.float64]
HEAD = Head("sigmoid", "binary_crossentropy")


def strata(y: Array) -> list[Array]:
    """Return, a column, the rows with the event and those without."""
    return [*y.T, *(1 - y.T)]


def loss(y: Array, logits: Array) -> Array:
    """Return the log loss a row, summed over the columns that are known."""
    known = ~np.isnan(y)
    cost = np.logaddexp(0.0, logits) - np.where(known, y, 0.0) * logits
    return np.asarray(np.where(known, cost, 0.0).sum(axis=-1))


def network_loss(y: Any, known: Any, logits: Any) -> Any:
    """Return the same for TensorFlow's tensors."""
    import tensorflow as tf

    each = tf.nn.sigmoid_cross_entropy_with_logits(y, logits)
    return tf.reduce_sum(each * known, axis=-1)
