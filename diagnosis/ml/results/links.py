"""From logits to what they mean, without overflow."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def sigmoid(logit: Array) -> Array:
    """Return 1 / (1 + exp(-logit)) without overflow."""
    half: Array = 0.5 * (1.0 + np.tanh(0.5 * logit))
    return half


def softmax(logit: Array) -> Array:
    """Return the softmax over the last axis."""
    raised = np.exp(logit - logit.max(axis=-1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=-1, keepdims=True))
