"""One estimate of a model that has several, where a figure speaks of one alone."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from diagnosis.ml import Artifact
from diagnosis.ml.batch import Inputs
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


def refits_of(artifact: Artifact, sheet: Sheet, x: Inputs) -> NDArray[np.float64] | None:
    """What the refits say of the headline, (n, R); None where there are none, or no headline."""
    said, task = artifact.refit_probabilities(x), artifact.task
    name = shown_kind(task.kind).headline(sheet)
    if said is None or name is None:
        return None
    answers = said.astype(np.float64).reshape(-1, task.outputs)
    return np.asarray(task.result.estimates(task, answers)[name]).reshape(said.shape[:2])
