"""What families share whose model is a ``Fitted``: layers behind a preprocessor, and a calibrator.

Such a model is stored as Keras, as LiteRT and as plain numbers, taken apart layer by layer, and
explained without building one hybrid row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from diagnosis.ml.families import plain
from diagnosis.ml.families.family import Runner, Written
from diagnosis.ml.families.pipeline import TABLE, Fitted, Sample
from diagnosis.ml.families.quick_game import DenseModel
from diagnosis.ml.families.structure import describe
from diagnosis.ml.results.estimate import Estimates
from diagnosis.ml.results.targets import Task
from diagnosis.ml.schema import Feature
from diagnosis.ml.serving import ServingForm

Matrix = NDArray[np.float32]
MOST_PROBES = 2000


class Layered:
    """How layers are written, opened, described and quickly explained."""

    takes: frozenset[str] = TABLE

    def write(self, model: Fitted, members: Sequence[Fitted], sample: Sample) -> Written:
        """Return the files, and how far serving forms lie from their models."""
        from diagnosis.ml.families.dense import export, graph

        rows = plain.probes(sample.x[:MOST_PROBES])
        built = graph.build(model)
        serving = export.litert_bytes(built)
        files = {"model.keras": export.keras_bytes(built), "serving.tflite": serving}
        gaps = {"serving.tflite": export.agreed(built, serving, rows)}
        gaps[plain.FILE] = plain.gap(model, self.open(serving)(rows), rows)
        if gaps[plain.FILE] <= plain.TOLERANCE:
            files[plain.FILE] = plain.to_bytes(model)
        if members:
            from diagnosis.ml.families.dense import ensemble

            together = ensemble.build_refits(members, model.preprocessor)
            files["refits.tflite"] = export.litert_bytes(together)
            gaps["refits.tflite"] = export.agreed(together, files["refits.tflite"], rows)
        return Written(files, gaps)

    def open(self, content: bytes) -> Runner:
        """Return what runs a serving form."""
        return ServingForm(content)

    def read(
        self, files: Mapping[str, bytes], features: Sequence[Feature], task: Task
    ) -> Fitted | None:
        """Return the model of an artifact's files; None where they do not hold it."""
        content = files.get(plain.FILE)
        if content is None:
            return None
        return plain.from_bytes(content, features, task.kind, task.outputs)

    def facts(self, model: Fitted) -> dict[str, Any]:
        """Return what the fit chose."""
        return {
            **model.facts,
            "calibration": model.calibrator.to_dict(),
            "logarithms": list(model.preprocessor.log_features),
        }

    def assumed(self, model: Fitted, column: int) -> float:
        """Return what a model puts in the place of a value that is missing."""
        return float(model.preprocessor.fill_[column])

    def describe(self, model: Fitted, background: Matrix) -> dict[str, Any] | None:
        """Return how the model is made; see ``structure``."""
        return describe(model, background)

    def game(
        self, model: Fitted, background: Matrix, output: str, of: Estimates | None
    ) -> DenseModel | None:
        """Return the model made ready for sums over features."""
        return DenseModel(model, background, output, of)
