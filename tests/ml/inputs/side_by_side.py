"""A family that only the tests know: a logistic regression on the table and what stands beside it.

Its serving form has an input a block, its model is in no format but its own, and it brings no
quick way to explain it: rows of players are asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from diagnosis.ml.batch import TABLE, Inputs, as_batch
from diagnosis.ml.families.family import Runner, Written
from diagnosis.ml.families.linear.family import Linear
from diagnosis.ml.families.pipeline import Fitted, Sample
from diagnosis.ml.recipe import Recipe
from diagnosis.ml.schema import Feature
from diagnosis.ml.serving import ServingForm

BESIDE = "strip"


def widened(inputs: Inputs) -> np.ndarray:
    batch = as_batch(inputs)
    return np.column_stack([batch.table, *(b.reshape(len(b), -1) for b in batch.others.values())])


def flat(sample: Sample) -> Sample:
    """Every number of a block as a column of the table."""
    more = [
        Feature(f"{name}_{i}", {"en": f"{name} {i}"})
        for name, block in sample.blocks.items()
        for i in range(block[0].size)
    ]
    return replace(sample, x=widened(sample.inputs), features=(*sample.features, *more), blocks={})


@dataclass(frozen=True)
class Wide:
    """The model: a fitted pipeline behind the widening."""

    fitted: Fitted

    def logits(self, x: Inputs) -> np.ndarray:
        return self.fitted.logits(widened(x))

    def probabilities(self, x: Inputs) -> np.ndarray:
        return self.fitted.probabilities(widened(x))


@dataclass(frozen=True)
class SideBySide:
    takes: frozenset[str] = frozenset(("number", "category", "boolean", BESIDE))
    quick: bool = True
    linear: Linear = field(default_factory=Linear)

    def problem(self, task: Any) -> str | None:
        return self.linear.problem(task)

    def fit(self, recipe: Recipe, sample: Sample) -> Wide:
        return Wide(self.linear.fit(recipe, flat(sample)))

    def fit_many(
        self, recipe: Recipe, sample: Sample, row_sets: Sequence[Any], seeds: Sequence[int]
    ) -> list[Wide]:
        return [Wide(one) for one in self.linear.fit_many(recipe, flat(sample), row_sets, seeds)]

    def refit(
        self,
        recipe: Recipe,
        sample: Sample,
        draws: Sequence[Any],
        seeds: Sequence[int],
        fitted: Wide,
    ) -> list[Wide]:
        found = self.linear.refit(recipe, flat(sample), draws, seeds, fitted.fitted)
        return [Wide(one) for one in found]

    def write(self, model: Wide, members: Sequence[Wide], sample: Sample) -> Written:
        import keras

        from diagnosis.ml.families.dense import ensemble, export, graph

        fitted = [one.fitted for one in members]
        graphs = {
            "serving.tflite": graph.build(model.fitted),
            "refits.tflite": ensemble.build_refits(fitted, model.fitted.preprocessor),
        }
        files = {}
        for name, inner in graphs.items():
            shapes = {TABLE: sample.x.shape[1:]}
            shapes |= {name: block.shape[1:] for name, block in sample.blocks.items()}
            inputs = {key: keras.Input(shape, name=key) for key, shape in shapes.items()}
            together = keras.layers.Concatenate(name="wide")(list(inputs.values()))
            files[name] = export.litert_bytes(keras.Model(inputs, inner(together)))
        files["model.keras"] = export.keras_bytes(graphs["serving.tflite"])
        served = ServingForm(files["serving.tflite"])(sample.inputs)["probability"]
        gap = float(np.abs(served - model.probabilities(sample.inputs)).max())
        return Written(files, {"serving.tflite": gap})

    def open(self, content: bytes) -> Runner:
        return ServingForm(content)

    def read(self, files: Any, features: Any, task: Any) -> None:
        return None

    def facts(self, model: Wide) -> dict[str, Any]:
        return self.linear.facts(model.fitted)

    def assumed(self, model: Wide, column: int) -> float:
        return self.linear.assumed(model.fitted, column)

    def describe(self, model: Any, background: Any) -> None:
        return None

    def game(self, model: Any, background: Any, output: str, of: Any) -> None:
        return None
