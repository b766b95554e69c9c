"""All bootstrap refits of a model as one graph: (n, d) -> (n, refits), or (n, refits, outputs).

Every refit fills in and scales in its own way, but linearly in a common expansion of the raw
row: standardised numbers with zero for missing, a flag for missing, one-hot codes. So the
preprocessing of each refit folds into its first dense layer, and all first layers into one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from diagnosis.ml.families.calibration import Calibrator
from diagnosis.ml.families.dense.graph import calibrated, categories_layer, numbers_layer, result
from diagnosis.ml.families.dense.layers import Categories, MemberDense, Missing
from diagnosis.ml.families.pipeline import Fitted
from diagnosis.ml.families.preprocessing import Preprocessor

Array = NDArray[np.float64]


class _Expansion:
    """The common expansion: its tensor, and the linear map from it to a refit's design."""

    def __init__(self, common: Preprocessor) -> None:
        self.common = common
        self.coded = [(j, code) for j, f in enumerate(common.features) for code in f.codes]
        self.owners = sorted({j for j, _ in self.coded})
        self.flags = [c.feature for c in common.columns_ if c.missing]

    def tensor(self, inputs: Any) -> Any:
        """Return numbers, missing numbers, codes, and a flag a category that is missing."""
        common, parts = self.common, []
        if len(common.numbers_):
            # Filled with its mean a missing number is zero after scaling.
            mean = np.where(common.log_, np.exp(common.mean_), common.mean_)
            numbers = numbers_layer(common, fill=mean)(inputs)
            missing = Missing(columns=common.numbers_.tolist(), name="missing_numbers")(inputs)
            parts += [numbers, missing]
        if self.coded:
            parts.append(self._codes()(inputs))
        if self.flags:
            parts.append(Missing(columns=self.flags, name="missing")(inputs))
        return keras.layers.Concatenate(name="expansion")(parts) if len(parts) > 1 else parts[0]

    def _codes(self) -> Categories:
        """One-hot codes, filled in with nothing, and one more column a feature: none of them."""
        base = categories_layer(self.common)
        assert base is not None
        owner = np.array(base.values["columns"])
        first = [int(np.flatnonzero(owner == j)[0]) for j in self.owners]
        m = len(owner)
        # A code that no value equals (−1) is never hit; its filling is the flag itself.
        return Categories(
            columns=[*owner.tolist(), *owner[first].tolist()],
            codes=[*base.values["codes"], *[-1.0] * len(first)],
            same=np.block(
                [
                    [np.array(base.values["same"]), (owner[:, None] == owner[first]).astype(float)],
                    [np.zeros((len(first), m)), np.zeros((len(first), len(first)))],
                ]
            ).tolist(),
            fill=[*[0.0] * m, *[1.0] * len(first)],
            kept=list(range(m + len(first))),
            name="codes",
        )

    def map(self, own: Preprocessor) -> tuple[Array, Array]:
        """Return (matrix, offset) with design = expansion @ matrix + offset."""
        common, k = self.common, len(self.common.numbers_)
        width = 2 * k + len(self.coded) + len(self.owners) + len(self.flags)
        matrix, offset = np.zeros((width, len(own.columns_))), np.zeros(len(own.columns_))
        steps = np.arange(k)
        filled = own.transformed(own.fill_[own.numbers_])
        matrix[steps, steps] = common.scale_ / own.scale_
        matrix[k + steps, steps] = (filled - common.mean_) / own.scale_
        offset[:k] = (common.mean_ - own.mean_) / own.scale_
        codes, flags = 2 * k, 2 * k + len(self.coded) + len(self.owners)
        for i, column in enumerate(own.columns_[k:], start=k):
            if column.missing:
                matrix[flags + self.flags.index(column.feature), i] = 1.0
                continue
            assert column.code is not None
            matrix[codes + self.coded.index((column.feature, column.code)), i] = 1.0
            absent = codes + len(self.coded) + self.owners.index(column.feature)
            matrix[absent, i] = float(own.fill_[column.feature] == column.code)
        return matrix, offset


def build_refits(members: Sequence[Fitted], common: Preprocessor) -> keras.Model:
    """Return one Keras model of refits that were fitted ``like`` the common preprocessor.

    Outputs ``logit`` and ``probability``, each (n, refits); (n, refits, k) of k outputs.
    """
    expansion = _Expansion(common)
    inputs = keras.Input((len(common.features),), name="inputs", dtype="float32")
    tensor = expansion.tensor(inputs)
    folded = []
    for member in members:
        matrix, offset = expansion.map(member.preprocessor)
        weights, bias = member.layers[0]
        folded.append((matrix @ weights, offset @ weights + bias))
    first = keras.layers.Dense(sum(bias.size for _, bias in folded), name="dense_1")
    tensor = first(tensor)
    deeper = []
    for i in range(1, len(members[0].layers)):
        tensor = keras.layers.Activation("relu", name=f"rectifier_{i}")(tensor)
        units = members[0].layers[i][1].size
        layer = MemberDense(len(members), units, name=f"dense_{i + 1}")
        tensor = layer(tensor)
        deeper.append(layer)
    outputs = members[0].layers[-1][1].size
    calibrators = [_wide(each.calibrator, outputs) for each in members]
    if outputs == 1:
        logit = calibrated(tensor, calibrators, "logit")
    else:
        flat = calibrated(tensor, calibrators, "logits")
        logit = keras.layers.Reshape((len(members), outputs), name="logit")(flat)
    model = keras.Model(inputs, result(logit, members[0].kind), name="refits")
    first.set_weights([_f32(np.hstack([w for w, _ in folded])), _f32(_row(folded))])
    for i, layer in enumerate(deeper, start=1):
        kernels = np.stack([member.layers[i][0] for member in members])
        biases = np.stack([member.layers[i][1][None] for member in members])
        layer.set_weights([_f32(kernels), _f32(biases)])
    return model


def _wide(calibrator: Calibrator, outputs: int) -> Calibrator:
    """Return a calibrator with a slope an output: a temperature is one for all."""
    if calibrator.kind == "isotonic" or outputs == 1:
        return calibrator
    slope, intercept = (np.resize(v, outputs) for v in (calibrator.slope, calibrator.intercept))
    return replace(calibrator, slope=slope, intercept=intercept)


def _row(folded: list[tuple[Array, Array]]) -> Array:
    return np.concatenate([bias for _, bias in folded])


def _f32(values: Array) -> NDArray[np.float32]:
    return values.astype(np.float32)
