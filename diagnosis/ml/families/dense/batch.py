"""Training many small networks of one shape at once, as one batched computation."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from diagnosis.ml.families.pipeline import Layers
from diagnosis.ml.results import result_kind

Array = NDArray[np.float64]
Watch = Callable[[int, Array], bool]


class Batch:
    """Members of one shape: each has its own design matrix, targets, row weights and weights.

    All see the rows in the same order; a row that a member may not learn from weighs nothing.

    Parameters
    ----------
    z : ndarray, shape (members, n, columns)
        Design matrices.
    y : ndarray, shape (members, n, k)
        Targets.
    weights : ndarray, shape (members, n)
        How often each member may learn from a row.
    widths : sequence of int
        Units of the hidden layers.
    kind : str
        The kind of the task.
    rate, decay : float
        Learning rate of Adam, and the weight of half the squared kernels beside the mean loss.
    rows_a_step : int
        Size of a mini-batch, counted over all rows.
    seed : int
        Decides first weights and the order of rows.
    """

    def __init__(
        self, z: Array, y: Array, weights: Array, widths: Sequence[int], kind: str
    ) -> None:
        """Store the data as tensors."""
        self.z = tf.constant(z, tf.float32)
        self.y = tf.constant(np.nan_to_num(y), tf.float32)
        self.known = tf.constant(~np.isnan(y), tf.float32)
        self.weights = tf.constant(weights, tf.float32)
        self.widths = (*widths, y.shape[2])
        self.result = result_kind(kind)
        self.start = self.result.start(y.reshape(-1, y.shape[2]))
        self.rows = z.shape[1]

    def fit(
        self, *, rate: float, decay: float, rows_a_step: int, seed: int, epochs: int, watch: Watch
    ) -> None:
        """Train until ``watch(epoch, logits (members, n, k))`` says enough, or ``epochs``."""
        rng = np.random.default_rng(seed)
        self._start(rng)
        variables = [variable for layer in self.variables for variable in layer]
        optimizer = keras.optimizers.Adam(rate)
        optimizer.build(variables)
        size = min(rows_a_step, self.rows)
        steps = int(np.ceil(self.rows / size))

        @tf.function  # type: ignore[untyped-decorator]  # TensorFlow ships no types
        def epoch(order: tf.Tensor) -> None:
            for picked in order:
                with tf.GradientTape() as tape:
                    cost = self._cost(picked, decay)
                optimizer.apply(tape.gradient(cost, variables), variables)

        @tf.function  # type: ignore[untyped-decorator]  # TensorFlow ships no types
        def everything() -> tf.Tensor:
            return self._logits(self.z)

        for number in range(1, epochs + 1):
            order = np.resize(rng.permutation(self.rows), (steps, size))
            epoch(tf.constant(order, tf.int32))
            if watch(number, everything().numpy().astype(np.float64)):
                break

    def _start(self, rng: np.random.Generator) -> None:
        """Draw first kernels after Glorot and Bengio 2010; biases are zero, but the last's."""
        members, _, width = self.z.shape
        self.variables = []
        for units in self.widths:
            reach = np.sqrt(6 / (width + units))
            kernel = rng.uniform(-reach, reach, (members, width, units))
            self.variables.append(
                (
                    tf.Variable(kernel, dtype=tf.float32),
                    tf.Variable(np.zeros((members, 1, units)), dtype=tf.float32),
                )
            )
            width = units
        self.variables[-1][1].assign_add(np.broadcast_to(self.start, (members, 1, self.widths[-1])))

    def _logits(self, z: tf.Tensor) -> tf.Tensor:
        for kernel, bias in self.variables[:-1]:
            z = tf.nn.relu(tf.matmul(z, kernel) + bias)
        kernel, bias = self.variables[-1]
        return tf.matmul(z, kernel) + bias

    def _cost(self, picked: tf.Tensor, decay: float) -> tf.Tensor:
        logits = self._logits(tf.gather(self.z, picked, axis=1))
        y = tf.gather(self.y, picked, axis=1)
        known = tf.gather(self.known, picked, axis=1)
        weights = tf.gather(self.weights, picked, axis=1)
        loss = self.result.network_loss(y, known, logits)
        total = tf.maximum(tf.reduce_sum(weights, axis=1), 1.0)
        fit = tf.reduce_sum(tf.reduce_sum(loss * weights, axis=1) / total)
        return fit + 0.5 * decay * tf.add_n([tf.reduce_sum(k**2) for k, _ in self.variables])

    def layers_of(self, member: int) -> Layers:
        """Return the present weights of one member."""
        return tuple(
            (kernel[member].numpy().astype(np.float64), bias[member, 0].numpy().astype(np.float64))
            for kernel, bias in self.variables
        )
