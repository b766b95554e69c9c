"""One way to call whatever is explained: an artifact, a pipeline, trees or a plain function."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from diagnosis.ml.batch import Batch, Inputs, table_of
from diagnosis.ml.results.estimate import Estimates

Matrix = NDArray[np.float32]
CHUNK = 65_536  # hybrid rows held at a time
_METHODS = {  # of an artifact, and of a fitted pipeline
    "probability": ("predict_matrix", "probabilities"),
    "logit": ("logits_matrix", "logits"),
}


class ModelFunction:
    """Calls a model in chunks, always returns (n, k) float64, and counts the rows.

    Parameters
    ----------
    model : object
        See ``shapley_values``.
    output : str
        ``probability`` or ``logit``; a plain function is called as it is.
    of : Estimates, optional
        What is asked for of the outputs.
    read : callable, optional
        Makes of a matrix of players what the model takes; see ``players``.
    """

    def __init__(
        self,
        model: Any,
        output: str = "probability",
        of: Estimates | None = None,
        read: Callable[[Matrix], Inputs] | None = None,
    ) -> None:
        """Find the way to call it."""
        call = _callable(model, output)
        self._call = call if read is None else lambda x: call(read(x))
        self._of = of
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
        out = out.reshape(len(x), -1)
        if self._of is None:
            return out
        self.single_output = len(self._of.names) == 1
        return self._of(out)


def estimates_of(model: Any, names: Sequence[str], output: str) -> Estimates | None:
    """Return how estimates come from the outputs of a model; None where it has but one, or all.

    Raises
    ------
    ValueError
        The model does not say what it estimates, there is no such estimate, or several outputs
        would have to be explained as logits.
    """
    if not names:
        return None
    task = getattr(model, "task", None)
    if task is None:
        raise ValueError("Only an artifact has estimates by name.")
    known = tuple(task.result.scales(task))
    strange = [name for name in names if name not in known]
    if strange:
        raise ValueError(f"There is no estimate {strange[0]!r}; there are {', '.join(known)}.")
    if len(known) == 1:
        return None
    if output != "probability":
        raise ValueError("One estimate of several is explained in its own unit, not as a logit.")
    return Estimates(task, tuple(names))


def _callable(model: Any, output: str) -> Callable[[Any], Any]:
    for name in _METHODS[output]:
        if hasattr(model, name):
            found: Callable[[Any], Any] = getattr(model, name)
            return found
    if hasattr(model, "predict_proba"):
        return lambda x: _of_trees(model.predict_proba(x), output)
    called: Callable[[Any], Any] = model
    return called


def _of_trees(p: Any, output: str) -> Any:
    """Return the second of two classes alone, as the library does for yes or no."""
    p = np.asarray(p, dtype=np.float64)
    p = p[:, 1] if p.shape[1] == 2 else p
    return p if output == "probability" else np.log(p) - np.log1p(-p)


def as_inputs(model: Any, rows: Any) -> Inputs:
    """Return rows as a model takes them; raw rows are read by the model's own schema.

    A batch with nothing beside its table is that table.
    """
    if isinstance(rows, Batch):
        return rows if rows.others else rows.table
    if not isinstance(rows, np.ndarray) and hasattr(model, "schema"):
        found: Inputs = model.schema.inputs(rows)
        return found
    matrix = np.asarray(rows, dtype=np.float32)
    return matrix[None, :] if matrix.ndim == 1 else matrix


def rows_of(model: Any, rows: Any, background: Any) -> tuple[Inputs, Inputs]:
    """Return the rows to explain and the reference rows, an artifact's own where none are given.

    Raises
    ------
    ValueError
        The background has no rows or other features.
    """
    x = as_inputs(model, rows)
    own = getattr(model, "references", None)
    reference = as_inputs(model, own if background is None else background)
    ours, theirs = table_of(x), table_of(reference)
    alike = theirs.ndim == 2 and len(theirs) > 0 and theirs.shape[1] == ours.shape[1]
    if not alike or isinstance(x, Batch) != isinstance(reference, Batch):
        raise ValueError("The background needs rows with the same features as those explained.")
    return x, reference
