"""Own layers, registered, so that a saved network names nothing but them and Keras' own.

Everything learnt lies in the configuration as plain numbers; the layers have no weights.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from keras import ops

Lists = Sequence[Any]


class _Fixed(keras.layers.Layer):  # type: ignore[misc]  # Keras ships no types
    """A layer without weights: its named arguments are its configuration."""

    names: tuple[str, ...] = ()

    def __init__(self, **given: Any) -> None:
        self.values = {name: given.pop(name) for name in self.names}
        super().__init__(trainable=False, **{k: v for k, v in given.items() if k != "trainable"})

    def constant(self, name: str) -> Any:
        """Return one argument as a float32 tensor."""
        return ops.convert_to_tensor(np.asarray(self.values[name], dtype=np.float32))

    def get_config(self) -> dict[str, Any]:
        """Return the arguments beside those of every layer."""
        return {**super().get_config(), **self.values}


@keras.saving.register_keras_serializable(package="medportal")
class Numbers(_Fixed):
    """Pick the numbers, fill in what is missing, clip, take logarithms, standardise."""

    names = ("columns", "fill", "low", "high", "log", "mean", "scale")

    def call(self, x: Any) -> Any:
        """Return (n, numbers) for raw rows (n, d)."""
        picked = ops.take(x, np.asarray(self.values["columns"], dtype=np.int32), axis=1)
        filled = ops.where(ops.isnan(picked), self.constant("fill"), picked)
        clipped = ops.clip(filled, self.constant("low"), self.constant("high"))
        logged = ops.log(ops.maximum(clipped, 1e-30))
        scale = ops.where(self.constant("log") > 0.5, logged, clipped)
        return (scale - self.constant("mean")) / self.constant("scale")


@keras.saving.register_keras_serializable(package="medportal")
class Categories(_Fixed):
    """One-hot codes by comparing; a code that none equals counts as missing and is filled in.

    ``columns`` and ``codes`` list every code of every category, ``same`` (m, m) joins codes of
    one feature, ``fill`` marks the code that stands in, ``kept`` the columns of the design.
    """

    names = ("columns", "codes", "same", "fill", "kept")

    def call(self, x: Any) -> Any:
        """Return (n, kept) for raw rows (n, d)."""
        picked = ops.take(x, np.asarray(self.values["columns"], dtype=np.int32), axis=1)
        hits = ops.cast(ops.equal(picked, self.constant("codes")), "float32")
        absent = 1.0 - ops.matmul(hits, self.constant("same"))
        filled = hits + absent * self.constant("fill")
        return ops.take(filled, np.asarray(self.values["kept"], dtype=np.int32), axis=1)


@keras.saving.register_keras_serializable(package="medportal")
class Missing(_Fixed):
    """One where a raw value is missing, else zero."""

    names = ("columns",)

    def call(self, x: Any) -> Any:
        """Return (n, columns) for raw rows (n, d)."""
        picked = ops.take(x, np.asarray(self.values["columns"], dtype=np.int32), axis=1)
        return ops.cast(ops.isnan(picked), "float32")


@keras.saving.register_keras_serializable(package="medportal")
class AffineCalibration(_Fixed):
    """Platt's calibration: a slope and an intercept a logit; temperature: one slope alone."""

    names = ("slope", "intercept")

    def call(self, logit: Any) -> Any:
        """Return calibrated logits (n, k) for raw ones."""
        return logit * self.constant("slope") + self.constant("intercept")


@keras.saving.register_keras_serializable(package="medportal")
class IsotonicCalibration(_Fixed):
    """A rising probability as a sum of clipped ramps; one row of ramps a logit."""

    names = ("start", "left", "right", "heights")

    def call(self, logit: Any) -> Any:
        """Return calibrated logits (n, k); ``left``, ``right``, ``heights`` are (k, ramps)."""
        left, right = self.constant("left"), self.constant("right")
        climbed = ops.clip((ops.expand_dims(logit, -1) - left) / (right - left), 0.0, 1.0)
        p = self.constant("start") + ops.sum(climbed * self.constant("heights"), axis=-1)
        return ops.log(p / (1.0 - p))


@keras.saving.register_keras_serializable(package="medportal")
class LogHazards(_Fixed):
    """The logit of the hazard of an interval for its log cumulative hazard; see ``times``."""

    def call(self, raw: Any) -> Any:
        """Return logits (…, k)."""
        u = ops.exp(ops.minimum(raw, 4.0))
        small = raw + u / 2.0 + u * u / 24.0
        large = u + ops.log(1.0 - ops.exp(-ops.maximum(u, 0.05)))
        return ops.where(u < 0.1, small, large)


@keras.saving.register_keras_serializable(package="medportal")
class CumulativeRisk(_Fixed):
    """The risk by the end of each interval, for logits of hazards along the last axis."""

    def call(self, logit: Any) -> Any:
        """Return risks (…, k)."""
        size = logit.shape[-1]
        # softplus, of operations that every serving form has
        hazards = ops.relu(logit) + ops.log(1.0 + ops.exp(-ops.abs(logit)))
        until = np.triu(np.ones((size, size), dtype=np.float32))
        return 1.0 - ops.exp(-ops.matmul(hazards, ops.convert_to_tensor(until)))


ACTIVATIONS = {"cumulative_risk": CumulativeRisk}
"""Heads that Keras has no word for."""


@keras.saving.register_keras_serializable(package="medportal")
class MemberDense(keras.layers.Layer):  # type: ignore[misc]  # Keras ships no types
    """One dense layer for each of several models at once: (n, members * a) -> (n, members * b)."""

    def __init__(self, members: int, units: int, **given: Any) -> None:
        super().__init__(**given)
        self.members = members
        self.units = units

    def build(self, shape: tuple[int | None, ...]) -> None:
        """Make the weights (members, a, b) and biases (members, 1, b)."""
        width = int(shape[-1] or 0) // self.members
        self.kernel = self.add_weight(shape=(self.members, width, self.units), name="kernel")
        self.bias = self.add_weight(shape=(self.members, 1, self.units), name="bias")

    def call(self, x: Any) -> Any:
        """Multiply member by member."""
        apart = ops.reshape(x, (-1, self.members, x.shape[-1] // self.members))
        by_member = ops.matmul(ops.transpose(apart, (1, 0, 2)), self.kernel) + self.bias
        return ops.reshape(ops.transpose(by_member, (1, 0, 2)), (-1, self.members * self.units))

    def compute_output_shape(self, shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Return (n, members * units)."""
        return (shape[0], self.members * self.units)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments beside those of every layer."""
        return {**super().get_config(), "members": self.members, "units": self.units}
