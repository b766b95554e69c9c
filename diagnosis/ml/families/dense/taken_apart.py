"""From a Keras model that ``graph.build`` made back to the numbers it was made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from diagnosis.ml.errors import ArtifactError
from diagnosis.ml.families.calibration import Calibrator
from diagnosis.ml.families.pipeline import Fitted, Layers
from diagnosis.ml.families.preprocessing import Column, Preprocessor
from diagnosis.ml.schema import Feature

Array = NDArray[np.float64]


def taken_apart(
    model: Any, features: Sequence[Feature], kind: str, facts: Mapping[str, Any]
) -> Fitted:
    """Return the fitted model of an artifact that was written before it held ``layers.npz``.

    Parameters
    ----------
    model : keras.Model
        Made by ``graph.build``.
    features : sequence of Feature
        The raw inputs.
    kind : str
        The kind of the task.
    facts : mapping
        The manifest's ``fit``: which calibration the last layer is.
    """
    given = dict(facts)
    calibration = str(given.pop("calibration", {}).get("kind", "none"))
    kept = {k: v for k, v in given.items() if k not in ("logarithms", "serving_gaps")}
    calibrator = _calibrator(_values(model, "logit"), calibration)
    return Fitted(_preprocessor(model, features), _dense(model), kind, calibrator, kept)


def _values(model: Any, name: str) -> dict[str, Any]:
    """Return what a layer without weights holds; nothing where there is no such layer."""
    found = [layer for layer in model.layers if layer.name == name]
    return dict(getattr(found[0], "values", {})) if found else {}


def _wide(values: Any) -> Array:
    return np.array(values, dtype=np.float64)


def _preprocessor(model: Any, features: Sequence[Feature]) -> Preprocessor:
    numbers, categories = _values(model, "numbers"), _values(model, "categories")
    flags = _values(model, "missing").get("columns", [])
    shaped = Preprocessor(features, missing_indicators=bool(flags))
    shaped.numbers_ = np.array(numbers.get("columns", []), dtype=np.int64)
    for name in ("low", "high", "mean", "scale"):
        setattr(shaped, f"{name}_", _wide(numbers.get(name, [])))
    shaped.log_ = _wide(numbers.get("log", [])) > 0.5
    shaped.logs = bool(shaped.log_.any())
    shaped.fill_ = np.array([float(f.codes[0]) if f.codes else 0.0 for f in features])
    shaped.fill_[shaped.numbers_] = numbers.get("fill", [])
    codes = [int(code) for code in categories.get("codes", [])]
    owners = categories.get("columns", [])
    for j, code, fills in zip(owners, codes, categories.get("fill", []), strict=True):
        if fills:
            shaped.fill_[j] = code
    shaped.columns_ = (
        *(Column(int(j)) for j in shaped.numbers_),
        *(Column(int(owners[i]), codes[i]) for i in categories.get("kept", [])),
        *(Column(int(j), missing=True) for j in flags),
    )
    return shaped


def _dense(model: Any) -> Layers:
    import keras

    found = [layer for layer in model.layers if isinstance(layer, keras.layers.Dense)]
    if not found or found[-1].name != "score":
        raise ArtifactError("The model is not one that this library made.")
    pairs = [layer.get_weights() for layer in found]
    return tuple((_wide(weights), _wide(bias)) for weights, bias in pairs)


def _calibrator(values: Mapping[str, Any], kind: str) -> Calibrator:
    if kind == "isotonic":
        ramps = {name: _wide(values[name][0]) for name in ("left", "right", "heights")}
        return Calibrator("isotonic", start=float(values["start"][0]), **ramps)
    if kind == "none":
        return Calibrator()
    return Calibrator(kind, _wide(values["slope"]), _wide(values["intercept"]))
