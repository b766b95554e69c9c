"""The model in plain NumPy, as a file of the artifact: ``layers.npz``.

The serving form answers; this says how. It holds every number of ``Fitted``, so that a model can
be taken apart, explained layer by layer and drawn without Keras.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from diagnosis.ml.errors import ArtifactError
from diagnosis.ml.families import arrays
from diagnosis.ml.families.calibration import Calibrator
from diagnosis.ml.families.pipeline import Fitted, Layers
from diagnosis.ml.families.preprocessing import Column, Preprocessor
from diagnosis.ml.schema import Feature

FILE = "layers.npz"
TOLERANCE = 1e-5  # of a probability, as for the serving form itself
Array = NDArray[np.float64]
Arrays = dict[str, NDArray[Any]]
Matrix = NDArray[np.float32]

_NUMBERS = ("low", "high", "mean", "scale")
_RAMPS = ("left", "right", "heights")


def to_bytes(fitted: Fitted) -> bytes:
    """Return a fitted model as the bytes of ``layers.npz``."""
    return arrays.to_bytes({**_preprocessing(fitted), **_dense(fitted), **_calibration(fitted)})


def _preprocessing(fitted: Fitted) -> Arrays:
    shaped = fitted.preprocessor
    columns = [
        (c.feature, -1 if c.code is None else c.code, int(c.missing)) for c in shaped.columns_
    ]
    return {
        "fill": shaped.fill_,
        "numbers": shaped.numbers_,
        "log": shaped.log_,
        "columns": np.array(columns, dtype=np.int64).reshape(-1, 3),
        **{name: getattr(shaped, f"{name}_") for name in _NUMBERS},
    }


def _dense(fitted: Fitted) -> Arrays:
    found: Arrays = {}
    for i, (weights, bias) in enumerate(fitted.layers, start=1):
        found |= {f"weights_{i}": weights, f"bias_{i}": bias}
    return found


def _calibration(fitted: Fitted) -> Arrays:
    """A slope alone is a temperature, slope and intercept are Platt's, ramps are isotonic.

    What marks outputs as log hazards has no numbers of its own.
    """
    kept = fitted.calibrator
    if kept.kind == "isotonic":
        return {"start": np.array(kept.start), **{name: getattr(kept, name) for name in _RAMPS}}
    if kept.kind == "platt":
        return {"slope": kept.slope, "intercept": kept.intercept}
    if kept.kind == "log_hazard":
        return {"log_hazard": np.ones(len(fitted.layers[-1][1]), dtype=bool)}
    return {"slope": kept.slope} if kept.kind == "temperature" else {}


def from_bytes(content: bytes, features: Sequence[Feature], kind: str, outputs: int) -> Fitted:
    """Return the model that ``layers.npz`` holds.

    Raises
    ------
    ArtifactError
        The bytes are no such file, or its arrays do not fit the inputs, the task or each other.
    """
    given = arrays.from_bytes(content)
    try:
        shaped = _preprocessor(given, features)
        layers = _layers(given, len(shaped.columns_), outputs)
        calibrator = _calibrator(given, outputs)
    except KeyError as error:
        raise ArtifactError(f"{FILE} lacks {error.args[0]}.") from error
    if given:
        raise ArtifactError(f"{FILE} holds {min(given)}, which no model has.")
    return Fitted(shaped, layers, kind, calibrator)


def _taken(given: Arrays, name: str, kind: str, *shape: int) -> NDArray[Any]:
    """Take one array out, of a type, a shape (−1: any length) and finite."""
    found = given.pop(name)
    alike = len(found.shape) == len(shape) and all(
        wanted in (-1, size) for wanted, size in zip(shape, found.shape, strict=True)
    )
    if found.dtype.kind != kind or not alike or not np.isfinite(found).all():
        raise ArtifactError(f"{FILE}: {name} does not fit the model.")
    return found


def _preprocessor(given: Arrays, features: Sequence[Feature]) -> Preprocessor:
    shaped = Preprocessor(features)
    shaped.fill_ = _taken(given, "fill", "f", len(features))
    wanted = [j for j, feature in enumerate(features) if feature.is_quantity]
    shaped.numbers_ = _taken(given, "numbers", "i", len(wanted))
    shaped.log_ = _taken(given, "log", "b", len(wanted))
    for name in _NUMBERS:
        setattr(shaped, f"{name}_", _taken(given, name, "f", len(wanted)))
    columns = _taken(given, "columns", "i", -1, 3).tolist()
    shaped.columns_ = tuple(_column(*row, features=features) for row in columns)
    head = [Column(j) for j in wanted]
    tail = shaped.columns_[len(wanted) :]
    plain = any(column.code is None and not column.missing for column in tail)
    if shaped.numbers_.tolist() != wanted or [*shaped.columns_[: len(wanted)]] != head or plain:
        raise ArtifactError(f"{FILE}: the columns are not those of the inputs.")
    if not ((shaped.scale_ > 0).all() and (shaped.low_ <= shaped.high_).all()):
        raise ArtifactError(f"{FILE}: a scale or an edge is impossible.")
    shaped.logs = bool(shaped.log_.any())
    shaped.missing_indicators = any(column.missing for column in shaped.columns_)
    return shaped


def _column(feature: int, code: int, missing: int, *, features: Sequence[Feature]) -> Column:
    known = 0 <= feature < len(features)
    if known and missing == 0 and (code == -1 or code in features[feature].codes):
        return Column(feature, None if code == -1 else code)
    if known and missing == 1 and code == -1:
        return Column(feature, missing=True)
    raise ArtifactError(f"{FILE}: a column belongs to no input.")


def _layers(given: Arrays, width: int, outputs: int) -> Layers:
    """Take the dense layers, each as wide as the one before says."""
    layers = []
    for i in itertools.count(1):
        if i > 1 and f"weights_{i}" not in given:
            break
        weights = _taken(given, f"weights_{i}", "f", width, -1)
        layers.append((weights, _taken(given, f"bias_{i}", "f", weights.shape[1])))
        width = weights.shape[1]
    if width != outputs:
        raise ArtifactError(f"{FILE}: the last layer does not fit the task.")
    return tuple(layers)


def _calibrator(given: Arrays, outputs: int) -> Calibrator:
    if "start" in given:
        ramps = {name: _taken(given, name, "f", -1) for name in _RAMPS}
        start = float(_taken(given, "start", "f"))
        if len({len(part) for part in ramps.values()}) > 1 or outputs != 1:
            raise ArtifactError(f"{FILE}: the ramps of the calibration do not fit.")
        rising = (ramps["right"] > ramps["left"]).all() and (ramps["heights"] >= 0).all()
        if not (rising and start > 0 and start + ramps["heights"].sum() < 1):
            raise ArtifactError(f"{FILE}: a ramp of the calibration is impossible.")
        return Calibrator("isotonic", start=start, **ramps)
    if "log_hazard" in given:
        if not _taken(given, "log_hazard", "b", outputs).all():
            raise ArtifactError(f"{FILE}: some outputs are log hazards and some are not.")
        return Calibrator("log_hazard")
    if "intercept" in given:
        slope = _taken(given, "slope", "f", outputs)
        return Calibrator("platt", slope, _taken(given, "intercept", "f", outputs))
    if "slope" in given:
        return Calibrator("temperature", _taken(given, "slope", "f", 1))
    return Calibrator()


def gap(fitted: Fitted, served: Mapping[str, Matrix], rows: Matrix) -> float:
    """Return how far the model lies from what the serving form answered for the same rows."""
    own, theirs = fitted.probabilities(rows), served["probability"].astype(np.float64)
    if own.shape != theirs.shape:
        return float("inf")
    scale = max(1.0, float(np.abs(theirs).max(initial=0.0)))
    return float(np.abs(own - theirs).max(initial=0.0) / scale)


def probes(rows: Matrix) -> Matrix:
    """Return rows, the same with each feature missing in turn, and one with nothing."""
    width = rows.shape[1]
    holes = rows[np.arange(width) % len(rows)].copy()
    np.fill_diagonal(holes, np.nan)
    return np.concatenate([rows, holes, np.full((1, width), np.nan, dtype=np.float32)])
