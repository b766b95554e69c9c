"""Running the serving form: LiteRT, one interpreter a thread, no TensorFlow."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
from numpy.typing import NDArray

from diagnosis.ml.errors import ArtifactError

Matrix = NDArray[np.float32]
CHUNK = 8192  # larger batches leave their memory with the process for ever
SIGNATURE = "serving_default"


class ServingForm:
    """A LiteRT model as a function from rows to named outputs, safe to share between threads.

    A LiteRT interpreter shared by threads raises or, worse, returns another caller's numbers;
    so every thread gets its own, made at its first call, and outputs are copied.

    Parameters
    ----------
    content : bytes
        The LiteRT flat buffer.
    """

    def __init__(self, content: bytes) -> None:
        """Store the model; nothing is loaded yet."""
        self.content = content
        self._own = threading.local()

    def __call__(self, x: Matrix) -> dict[str, Matrix]:
        """Return every output for rows (n, d), chunk by chunk.

        Raises
        ------
        ArtifactError
            The model can not be run, or its input has another width.
        """
        name, width, run = self._runner()
        if x.ndim != 2 or x.shape[1] != width:
            raise ArtifactError(f"The model takes rows of {width} columns.")
        rows = np.ascontiguousarray(x, dtype=np.float32)
        starts = range(0, max(len(rows), 1), CHUNK)
        parts = [self._run(run, name, rows[start : start + CHUNK]) for start in starts]
        return {key: np.concatenate([part[key] for part in parts]) for key in parts[0]}

    def _run(self, run: Any, name: str, rows: Matrix) -> dict[str, Matrix]:
        if len(rows):
            return {key: np.array(value, copy=True) for key, value in run(**{name: rows}).items()}
        one = run(**{name: np.full((1, rows.shape[1]), np.nan, dtype=np.float32)})
        return {key: np.array(value[:0], copy=True) for key, value in one.items()}

    def _runner(self) -> tuple[str, int, Any]:
        if not hasattr(self._own, "runner"):
            from ai_edge_litert.interpreter import Interpreter  # a tenth of a second, at first use

            try:
                interpreter = Interpreter(model_content=self.content, num_threads=1)
                runner = interpreter.get_signature_runner(SIGNATURE)
            except (ValueError, RuntimeError) as error:
                raise ArtifactError(
                    "The serving form is no LiteRT model that runs here."
                ) from error
            ((name, detail),) = runner.get_input_details().items()
            self._own.runner = (name, int(detail["shape"][1]), runner)
        found: tuple[str, int, Any] = self._own.runner
        return found

    def __getstate__(self) -> dict[str, bytes]:
        """Carry the model alone to another process."""
        return {"content": self.content}

    def __setstate__(self, state: dict[str, bytes]) -> None:
        """Begin with no interpreter."""
        self.__init__(state["content"])  # type: ignore[misc]  # the constructor stores, no more
