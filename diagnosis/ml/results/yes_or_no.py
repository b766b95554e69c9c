"""What one yes or no and several of them share: each output is a logit of its own."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from diagnosis.ml.results import likelihood
from diagnosis.ml.results.direct import Direct
from diagnosis.ml.results.kind import Head
from diagnosis.ml.results.links import sigmoid

Array = NDArray[np.float64]


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


class YesOrNo(Direct):
    """Kinds of which every output is the probability of a yes."""

    head: Head = Head("sigmoid", "binary_crossentropy")
    refitted: bool = True

    def strata(self, y: Array) -> list[Array]:
        """Return, a column, the rows with the event and those without."""
        return [*y.T, *(1 - y.T)]

    def link(self, logits: Array) -> Array:
        """Return the probability of each yes."""
        return sigmoid(logits)

    def loss(self, y: Array, logits: Array) -> Array:
        """Return the log loss, summed over what is known."""
        return loss(y, logits)

    def network_loss(self, y: Any, known: Any, logits: Any) -> Any:
        """Return the same for TensorFlow's tensors."""
        return network_loss(y, known, logits)

    def penalised(self, x: Array, y: Array, path: Array) -> Array:
        """Fit a logistic regression a column."""
        return likelihood.column_by_column(x, y, path, likelihood.YES_OR_NO)
