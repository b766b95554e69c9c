"""One estimate of a model that has several, where a figure speaks of one alone."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from diagnosis.ml import Artifact
from diagnosis.registry.sheet.sheets import Sheet
from diagnosis.results import shown_kind

Matrix = NDArray[np.float32]
Model = Callable[[Matrix], NDArray[np.float64]]


def headline_of(artifact: Artifact, sheet: Sheet) -> Model | None:
    """From a matrix to the headline of each row, (n,); None where the answer has none."""
    name, task = shown_kind(artifact.task.kind).headline(sheet), artifact.task

    def answered(x: Matrix) -> NDArray[np.float64]:
        answers = artifact.predict_matrix(x).reshape(len(x), task.outputs)
        return np.asarray(task.result.estimates(task, answers)[str(name)])

    return None if name is None else answered
