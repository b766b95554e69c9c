"""The same network in the ways in which an explainer of shap may be handed it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from diagnosis.ml import Artifact

Matrix = NDArray[np.float32]
Array = NDArray[np.float64]
Function = Callable[[Any], Array]
Layers = list[tuple[Matrix, Matrix]]

AT_ONCE = 65_536  # rows a call of the compiled function
ALIKE = 1e-5  # in a probability, between all these ways
CHUNK = 16_384  # rows a NumPy call: what stays in the cache


class Counted:
    """A function that counts the rows it was asked for."""

    def __init__(self, function: Function) -> None:
        """Store it."""
        self.function = function
        self.rows = 0

    def __call__(self, x: Any) -> Array:
        """Answer as the function does."""
        self.rows += len(x)
        return self.function(x)


def by_predict(artifact: Artifact) -> Function:
    """As most people call it: ``model.predict``."""
    model = artifact.keras_model
    return lambda x: np.asarray(
        model.predict(np.asarray(x, np.float32), verbose=0)["probability"][:, 0], np.float64
    )


def layers_of(artifact: Artifact) -> Layers:
    """Return the network as dense layers alone: scaling and calibration are folded in."""
    found, scaled, slope = [], None, (1.0, 0.0)
    for layer in artifact.keras_model.layers:
        kind, settings = type(layer).__name__, layer.get_config()
        if kind == "Dense":
            found.append(tuple(np.asarray(w, np.float64) for w in layer.get_weights()))
        elif kind == "Numbers":
            scaled = np.array(settings["mean"]), np.array(settings["scale"])
        elif kind == "AffineCalibration":
            slope = float(settings["slope"][0]), float(settings["intercept"][0])
    assert scaled is not None
    weights, bias = found[0]
    found[0] = (weights / scaled[1][:, None], bias - (scaled[0] / scaled[1]) @ weights)
    weights, bias = found[-1]
    found[-1] = (weights * slope[0], bias * slope[0] + slope[1])
    return [(weights.astype(np.float32), bias.astype(np.float32)) for weights, bias in found]


def by_numpy(layers: Layers) -> Function:
    """As plain matrix products in single precision."""

    def chunk(x: Matrix) -> Array:
        for weights, bias in layers[:-1]:
            x = x @ weights
            x += bias
            np.maximum(x, 0, out=x)
        weights, bias = layers[-1]
        logit = (x @ weights + bias)[:, 0]
        return 1 / (1 + np.exp(-logit.astype(np.float64)))

    def function(x: Any) -> Array:
        rows = np.asarray(x, np.float32)
        parts = [chunk(rows[i : i + CHUNK]) for i in range(0, len(rows), CHUNK)]
        return np.concatenate(parts)

    return function


def dense_model(layers: Layers) -> Any:
    """Return the same as a plain Keras network: what Deep and Gradient can read."""
    import keras

    stack = [keras.Input((layers[0][0].shape[0],))]
    for _, bias in layers[:-1]:
        stack.append(keras.layers.Dense(len(bias), activation="relu"))
    stack.append(keras.layers.Dense(1, activation="sigmoid"))
    model = keras.Sequential(stack)
    model.set_weights([part for layer in layers for part in layer])
    return model


def by_xla(layers: Layers) -> Function:
    """As a function compiled by XLA, for batches of a few fixed sizes, compiled beforehand."""
    import tensorflow as tf

    model = dense_model(layers)
    width = layers[0][0].shape[0]
    compiled = tf.function(
        lambda x: model(x, training=False)[:, 0],
        input_signature=[tf.TensorSpec([None, width], tf.float32)],
        jit_compile=True,
    )

    def call(rows: Matrix) -> Array:
        size = 1 << max(4, (len(rows) - 1).bit_length())
        if size != len(rows):
            rows = np.concatenate([rows, np.zeros((size - len(rows), width), np.float32)])
        return np.asarray(compiled(tf.constant(rows)).numpy(), np.float64)

    def function(x: Any) -> Array:
        rows = np.asarray(x, np.float32)
        parts = [call(rows[i : i + AT_ONCE])[: len(rows) - i] for i in range(0, len(rows), AT_ONCE)]
        return np.concatenate(parts)

    for power in range(4, 17):
        call(np.zeros((1 << power, width), np.float32))
    return function
