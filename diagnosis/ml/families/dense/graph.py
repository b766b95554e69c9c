"""Building the Keras graph of a fitted model: raw values in, calibrated result out."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

from diagnosis.ml.families.calibration import Calibrator
from diagnosis.ml.families.dense.layers import (
    ACTIVATIONS,
    AffineCalibration,
    Categories,
    IsotonicCalibration,
    LogHazards,
    Missing,
    Numbers,
)
from diagnosis.ml.families.pipeline import Fitted
from diagnosis.ml.families.preprocessing import Preprocessor
from diagnosis.ml.results import result_kind


def _coded(shaped: Preprocessor) -> list[tuple[int, int]]:
    """Return (feature, code) for every code of every category."""
    return [(j, code) for j, f in enumerate(shaped.features) for code in f.codes]


def numbers_layer(shaped: Preprocessor, fill: Any = None) -> Numbers:
    """Return the layer for the numbers; ``fill`` replaces the learnt filling (raw scale)."""
    return Numbers(
        columns=shaped.numbers_.tolist(),
        fill=(shaped.fill_[shaped.numbers_] if fill is None else np.asarray(fill)).tolist(),
        low=shaped.low_.tolist(),
        high=shaped.high_.tolist(),
        log=shaped.log_.astype(float).tolist(),
        mean=shaped.mean_.tolist(),
        scale=shaped.scale_.tolist(),
        name="numbers",
    )


def categories_layer(shaped: Preprocessor) -> Categories | None:
    """Return the layer for the categories, or None where there are none."""
    coded = _coded(shaped)
    kept = [coded.index((c.feature, c.code)) for c in shaped.columns_ if c.code is not None]
    if not kept:
        return None
    owner = np.array([j for j, _ in coded])
    codes = np.array([code for _, code in coded], dtype=float)
    return Categories(
        columns=owner.tolist(),
        codes=codes.tolist(),
        same=(owner[:, None] == owner).astype(float).tolist(),
        fill=(shaped.fill_[owner] == codes).astype(float).tolist(),
        kept=kept,
        name="categories",
    )


def design(shaped: Preprocessor, inputs: Any) -> Any:
    """Return the tensor of the design matrix for the raw input tensor."""
    parts = [numbers_layer(shaped)(inputs)] if len(shaped.numbers_) else []
    categories = categories_layer(shaped)
    if categories is not None:
        parts.append(categories(inputs))
    flags = [c.feature for c in shaped.columns_ if c.missing]
    if flags:
        parts.append(Missing(columns=flags, name="missing")(inputs))
    return keras.layers.Concatenate(name="design")(parts) if len(parts) > 1 else parts[0]


def calibrated(raw: Any, calibrators: list[Calibrator], name: str) -> Any:
    """Put the last layer on a tensor of logits: one calibrator for all, or one a column."""
    kind = calibrators[0].kind
    if kind == "none":
        return keras.layers.Identity(name=name)(raw)
    if kind == "log_hazard":
        return LogHazards(name=name)(raw)
    if kind != "isotonic":
        slope, intercept = (
            np.concatenate([getattr(c, part) for c in calibrators]).tolist()
            for part in ("slope", "intercept")
        )
        return AffineCalibration(slope=slope, intercept=intercept, name=name)(raw)
    most = max(len(c.heights) for c in calibrators) or 1
    return IsotonicCalibration(
        start=[c.start for c in calibrators],
        left=[_padded(c.left, most, 0.0) for c in calibrators],
        right=[_padded(c.right, most, 1.0) for c in calibrators],
        heights=[_padded(c.heights, most, 0.0) for c in calibrators],
        name=name,
    )(raw)


def _padded(values: Any, length: int, filler: float) -> list[float]:
    return [*values.tolist(), *[filler] * (length - len(values))]


def result(logit: Any, kind: str) -> dict[str, Any]:
    """Return the named outputs for calibrated logits."""
    activation = result_kind(kind).head.activation
    if activation in ACTIVATIONS:
        return {"logit": logit, "probability": ACTIVATIONS[activation](name="probability")(logit)}
    probability = keras.layers.Activation(activation, name="probability")(logit)
    return {"logit": logit, "probability": probability}


def build(fitted: Fitted) -> keras.Model:
    """Return the Keras model of a fitted pipeline: (n, d) float32 -> logit and probability.

    For a regression both outputs are the predicted number.
    """
    inputs = keras.Input((len(fitted.preprocessor.features),), name="inputs", dtype="float32")
    tensor = design(fitted.preprocessor, inputs)
    dense = []
    for i, (weights, _) in enumerate(fitted.layers):
        last = i == len(fitted.layers) - 1
        name = "score" if last else f"dense_{i + 1}"
        layer = keras.layers.Dense(weights.shape[1], None if last else "relu", name=name)
        tensor = layer(tensor)
        dense.append(layer)
    logit = calibrated(tensor, [fitted.calibrator], "logit")
    model = keras.Model(inputs, result(logit, fitted.kind), name="medportal")
    for layer, (weights, bias) in zip(dense, fitted.layers, strict=True):
        layer.set_weights([weights.astype(np.float32), bias.astype(np.float32)])
    return model
