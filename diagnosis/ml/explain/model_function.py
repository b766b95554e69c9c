"""One way to call whatever is explained: an artifact or a plain function."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float32]
CHUNK = 65_536  # hybrid rows held at a time


class ModelFunction:
    """Calls a model in chunks, always returns (n, k) float64, and counts the rows."""

    def __init__(self, model: Any) -> None:
        """Take an artifact (its ``predict_matrix``) or a function of a float32 matrix."""
        self._call: Callable[[Matrix], Any] = getattr(model, "predict_matrix", model)
        self.rows_evaluated = 0
        self.single_output = True

    def __call__(self, x: Matrix) -> NDArray[np.float64]:
        """Return the outputs of the rows of ``x`` as (n, k)."""
        parts = [self._chunk(x[i : i + CHUNK]) for i in range(0, max(1, len(x)), CHUNK)]
        return parts[0] if len(parts) == 1 else np.concatenate(parts)

    def _chunk(self, x: Matrix) -> NDArray[np.float64]:
        out = np.asarray(self._call(np.ascontiguousarray(x, dtype=np.float32)), dtype=np.float64)
        if out.ndim not in (1, 2) or len(out) != len(x):
            raise ValueError(f"The model returned shape {out.shape} for {len(x)} rows.")
        self.rows_evaluated += len(x)
        self.single_output = out.ndim == 1
        return out.reshape(len(x), -1)


def as_matrix(model: Any, rows: Any) -> Matrix:
    """Return rows as a float32 matrix; raw rows are read by the model's own schema."""
    if not isinstance(rows, np.ndarray) and hasattr(model, "schema"):
        rows = model.schema.matrix(rows)
    matrix = np.asarray(rows, dtype=np.float32)
    return matrix[None, :] if matrix.ndim == 1 else matrix
