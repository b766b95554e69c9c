"""Taking a model apart, layer by layer and input by input."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from diagnosis.ml.families.calibration import Calibrator
from diagnosis.ml.families.pipeline import Fitted, outputs
from diagnosis.ml.families.preprocessing import Preprocessor
from diagnosis.ml.families.structure import effects
from diagnosis.ml.families.structure.spreads import each_rounded, rounded, spread
from diagnosis.ml.results import result_kind

Array = NDArray[np.float64]
Entry = dict[str, Any]


def describe(fitted: Fitted, background: NDArray[np.float32]) -> Entry:
    """Return how a model is made.

    Returns
    -------
    dict
        ``rows`` (of the background), ``parameters`` (learnt numbers, all together), ``layers``
        from the raw inputs to the result, and ``features``: how each input enters and what it
        weighs. Everything is JSON.
    """
    z = fitted.preprocessor.transform(background)
    layers = [
        {"kind": "inputs", "outputs": len(fitted.preprocessor.features)},
        _preprocessing(fitted.preprocessor, z),
        *_dense(fitted, z),
        _calibration(fitted.calibrator, fitted.logits(background)),
        _result(fitted, background),
    ]
    return {
        "rows": len(background),
        "parameters": sum(layer.get("parameters", 0) for layer in layers),
        "layers": layers,
        "features": [_feature(fitted, z, j) for j in range(len(fitted.preprocessor.features))],
    }


def _preprocessing(shaped: Preprocessor, z: Array) -> Entry:
    numbers = len(shaped.numbers_)
    codes = sum(column.code is not None for column in shaped.columns_)
    learnt = len(shaped.fill_) + 4 * numbers  # filling; two edges, mean and scale of a number
    return {
        "kind": "preprocessing",
        "inputs": len(shaped.features),
        "outputs": len(shaped.columns_),
        "numbers": numbers,
        "codes": codes,
        "flags": len(shaped.columns_) - numbers - codes,
        "parameters": learnt,
        "activations": spread(z),
    }


def _dense(fitted: Fitted, z: Array) -> list[Entry]:
    found: list[Entry] = []
    last = len(fitted.layers)
    for i, (weights, bias) in enumerate(fitted.layers, start=1):
        z = z @ weights + bias
        if i < last:
            z = np.maximum(z, 0.0)
        entry: Entry = {
            "kind": "score" if i == last else "dense",
            "number": i,
            "inputs": weights.shape[0],
            "outputs": weights.shape[1],
            "parameters": weights.size + bias.size,
            "weights": spread(weights),
            "bias": spread(bias),
            "activations": spread(z),
        }
        if i < last:
            active = (z > 0).mean(axis=0)
            entry |= {
                "active": [round(float(share), 3) for share in active],
                "dead": np.flatnonzero(active == 0).tolist(),
            }
        found.append(entry)
    return found


def _calibration(calibrator: Calibrator, logits: Array) -> Entry:
    entry: Entry = {
        "kind": "calibration",
        "calibration": calibrator.kind,
        "inputs": logits.shape[1],
        "outputs": logits.shape[1],
        "activations": spread(logits),
    }
    if calibrator.kind == "isotonic":
        # Each corner of the curve: the score there and the probability that it means.
        corners = np.r_[calibrator.left, calibrator.right[-1:]]
        heights = calibrator.start + np.r_[0.0, np.cumsum(calibrator.heights)]
        return entry | {
            "scores": each_rounded(corners),
            "probabilities": each_rounded(heights),
            "parameters": 3 * len(calibrator.heights) + 1,
        }
    learnt = {"temperature": ("slope",), "platt": ("slope", "intercept")}
    parts = {n: each_rounded(getattr(calibrator, n)) for n in learnt.get(calibrator.kind, ())}
    return entry | parts | {"parameters": sum(map(len, parts.values()))}


def _result(fitted: Fitted, rows: NDArray[np.float32]) -> Entry:
    logits = fitted.logits(rows)
    entry: Entry = {"kind": "result", "inputs": logits.shape[1], "outputs": logits.shape[1]}
    activation = result_kind(fitted.kind).head.activation
    means = "number" if activation == "linear" else activation
    return entry | {"meaning": means, "activations": spread(outputs(logits, fitted.kind))}


def _feature(fitted: Fitted, z: Array, j: int) -> Entry:
    shaped = fitted.preprocessor
    feature = shaped.features[j]
    own = [column for column in shaped.columns_ if column.feature == j]
    entry: Entry = {
        "name": feature.name,
        "kind": feature.kind,
        "columns": len(own),
        "filled_with": rounded(float(shaped.fill_[j])),
        "flags_missing": any(column.missing for column in own),
    }
    places = np.flatnonzero(shaped.numbers_ == j)
    if len(places):
        i = int(places[0])
        entry |= {
            "low": rounded(float(shaped.low_[i])),
            "high": rounded(float(shaped.high_[i])),
            "logarithm": bool(shaped.log_[i]),
            "mean": rounded(float(shaped.mean_[i])),
            "sd": rounded(float(shaped.scale_[i])),
        }
    return entry | {"effects": effects.of_feature(fitted, z, j)}
