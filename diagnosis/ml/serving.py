"""Running the serving form: LiteRT, one interpreter a thread, no TensorFlow."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from diagnosis.ml.batch import TABLE, Batch, Inputs
from diagnosis.ml.errors import ArtifactError

Matrix = NDArray[np.float32]
Shapes = Mapping[str, tuple[int, ...]]  # of one patient, by the name of the tensor
Runner = Callable[..., Mapping[str, Matrix]]
CHUNK = 8192  # larger batches leave their memory with the process for ever
SIGNATURE = "serving_default"


class ServingForm:
    """A LiteRT model as a function from a batch to named outputs, safe to share between threads.

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

    def __call__(self, given: Inputs) -> dict[str, Matrix]:
        """Return every output for the patients of a batch, chunk by chunk.

        Tensors are matched by name. A form with one input takes the table, however it is called.

        Raises
        ------
        ArtifactError
            The model can not be run, or takes other blocks or another width.
        """
        inputs, run = self._runner()
        feeds = _feeds(inputs, given)
        n = len(given)
        if 0 < n <= CHUNK:
            return _run(run, feeds)
        if not n:  # asked for one of nothing, and none of it taken
            nothing = {
                name: np.full((1, *shape), np.nan, np.float32) for name, shape in inputs.items()
            }
            return {key: value[:0] for key, value in _run(run, nothing).items()}
        starts = range(0, n, CHUNK)
        cut = [{name: f[start : start + CHUNK] for name, f in feeds.items()} for start in starts]
        parts = [_run(run, some) for some in cut]
        return {key: np.concatenate([part[key] for part in parts]) for key in parts[0]}

    def _runner(self) -> tuple[Shapes, Runner]:
        if not hasattr(self._own, "runner"):
            from ai_edge_litert.interpreter import Interpreter  # a tenth of a second, at first use

            try:
                interpreter = Interpreter(model_content=self.content, num_threads=1)
                runner = interpreter.get_signature_runner(SIGNATURE)
            except (ValueError, RuntimeError) as error:
                raise ArtifactError(
                    "The serving form is no LiteRT model that runs here."
                ) from error
            details = runner.get_input_details().items()
            shapes = {name: tuple(map(int, detail["shape"][1:])) for name, detail in details}
            self._own.runner = (shapes, runner)
        found: tuple[Shapes, Runner] = self._own.runner
        return found

    def __getstate__(self) -> dict[str, bytes]:
        """Carry the model alone to another process."""
        return {"content": self.content}

    def __setstate__(self, state: dict[str, bytes]) -> None:
        """Begin with no interpreter."""
        self.__init__(state["content"])  # type: ignore[misc]  # the constructor stores, no more


def _feeds(inputs: Shapes, given: Inputs) -> dict[str, Matrix]:
    """Return a tensor for each input of the form."""
    blocks = given.blocks if isinstance(given, Batch) else {TABLE: given}
    if len(inputs) == 1 and len(blocks) == 1 and TABLE in blocks:
        blocks = dict.fromkeys(inputs, blocks[TABLE])
    if blocks.keys() != inputs.keys():
        raise ArtifactError(f"The model takes {_listed(inputs)}, not {_listed(blocks)}.")
    for name, shape in inputs.items():
        if blocks[name].shape[1:] != shape:
            raise ArtifactError(f"The model takes rows of {' x '.join(map(str, shape))} columns.")
    return {name: np.ascontiguousarray(blocks[name], dtype=np.float32) for name in inputs}


def _listed(names: Iterable[str]) -> str:
    return " and ".join(sorted(names))


def _run(run: Runner, feeds: dict[str, Matrix]) -> dict[str, Matrix]:
    return {key: np.array(value, copy=True) for key, value in run(**feeds).items()}
