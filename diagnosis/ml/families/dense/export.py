"""From a Keras model to the bytes of an artifact, and back."""

from __future__ import annotations

import io
import json
import re
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from diagnosis.ml.errors import ArtifactError
from diagnosis.ml.families.dense import layers  # noqa: F401  # registers the layers that files name
from diagnosis.ml.serving import ServingForm

Matrix = NDArray[np.float32]
TOLERANCE = 1e-5
_EPOCH = (1980, 1, 1, 0, 0, 0)


def keras_bytes(model: keras.Model) -> bytes:
    """Return a model as the bytes of a ``.keras`` file without the time of saving."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.keras"
        model.save(path)
        return _timeless(path.read_bytes())


def _timeless(content: bytes) -> bytes:
    """Rewrite the archive so that the same model gives the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for name in sorted(old.namelist()):
            part = old.read(name)
            if name == "metadata.json":
                facts = {k: v for k, v in json.loads(part).items() if k != "date_saved"}
                part = json.dumps(facts | {"date_saved": ""}, sort_keys=True).encode()
            if name == "config.json":
                part = _renumbered(part.decode()).encode()
            new.writestr(zipfile.ZipInfo(name, _EPOCH), part)
    return out.getvalue()


def _renumbered(config: str) -> str:
    """Number shared objects 1, 2, 3 … where Keras writes their addresses in memory."""
    seen: dict[str, str] = {}

    def number(found: re.Match[str]) -> str:
        return found[1] + seen.setdefault(found[2], str(len(seen) + 1))

    return re.sub(r'("shared_object_id": )(\d+)', number, config)


def load_keras(content: bytes) -> Any:
    """Load a ``.keras`` file in safe mode: own registered layers and Keras' own, no code."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.keras"
        path.write_bytes(content)
        return keras.saving.load_model(path, safe_mode=True, compile=False)


def litert_bytes(model: keras.Model) -> bytes:
    """Return a model's serving form."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "serving.tflite"
        model.export(str(path), format="litert", verbose=False)
        return path.read_bytes()


def agreed(model: keras.Model, content: bytes, rows: Matrix) -> float:
    """Return the largest difference between a model and its serving form on real rows.

    Raises
    ------
    ArtifactError
        They differ by more than 1e-5 in a probability (relative to the largest number of a
        regression), or one of them is not finite.
    """
    served = ServingForm(content)(rows)["probability"]
    own = np.asarray(model(rows, training=False)["probability"])
    scale = max(1.0, float(np.abs(own).max()))
    gap = float(np.abs(served - own).max() / scale)
    if not gap <= TOLERANCE:
        raise ArtifactError(f"The serving form differs from the model by {gap:.1e}: refused.")
    return gap
