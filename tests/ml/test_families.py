"""Families: one dictionary, nobody else names a model, and one more is one class and one line."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

import diagnosis.ml
from diagnosis.ml import Recipe, RecipeError, recipe, train
from diagnosis.ml.families import FAMILIES, describe
from diagnosis.ml.families.dense.layered import Layered
from diagnosis.ml.families.pipeline import TABLE, Fitted, Sample, preprocess
from diagnosis.ml.learning.problem import pose
from tests.ml.conftest import heart


@dataclass(frozen=True)
class Everybody(Layered):
    """A family that only the tests know: everybody gets the rate of the event.

    How it is written, opened, described and quickly explained it has from ``Layered``.
    """

    takes: frozenset[str] = TABLE
    quick: bool = True

    def problem(self, task: object) -> str | None:
        return None

    def fit(self, recipe: Recipe, sample: Sample) -> Fitted:
        shaped = preprocess(recipe, sample)
        rate = sample.aims.mean(axis=0)
        weights = np.zeros((len(shaped.columns_), sample.aims.shape[1]))
        return Fitted(shaped, ((weights, np.log(rate / (1 - rate))),), sample.kind)

    def fit_many(
        self, recipe: Recipe, sample: Sample, row_sets: Sequence[np.ndarray], seeds: Sequence[int]
    ) -> list[Fitted]:
        return [self.fit(recipe, sample.take(rows)) for rows in row_sets]

    def refit(
        self,
        recipe: Recipe,
        sample: Sample,
        draws: Sequence[np.ndarray],
        seeds: Sequence[int],
        fitted: Fitted,
    ) -> list[Fitted]:
        return self.fit_many(recipe, sample, draws, seeds)


@pytest.mark.slow
def test_one_more_is_one_class_and_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(FAMILIES, "everybody", Everybody())
    monkeypatch.setattr(recipe, "MODELS", ("auto", *FAMILIES))
    table = heart()
    artifact = train(Recipe("disease", "everybody", repeats=1, refits=3), table)
    rate = float((table["disease"] == table["disease"].max()).mean())
    np.testing.assert_allclose(artifact.predict(table.head(5)), rate, atol=1e-6)
    assert artifact.manifest["choice"]["model"] == "everybody"
    assert artifact.interval(artifact.schema.matrix(table.head(2))) is not None
    assert describe(artifact)["layers"][-1]["meaning"] == "sigmoid"
    assert artifact.explain(table.head(2)).additivity_gap < 1e-6


def test_what_it_does_not_take_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(FAMILIES, "everybody", Everybody(takes=frozenset(("number",))))
    monkeypatch.setattr(recipe, "MODELS", ("auto", *FAMILIES))
    with pytest.raises(RecipeError, match="the model everybody does not learn from sex"):
        pose(Recipe("disease", "everybody", features=("age", "sex")), heart())


def constants(path: Path) -> set[str]:
    tree = ast.walk(ast.parse(path.read_text()))
    return {one.value for one in tree if isinstance(one, ast.Constant) and one.value in FAMILIES}


def test_no_module_but_the_dictionary_names_a_model() -> None:
    root = Path(diagnosis.ml.__file__).parent
    named = {str(path.relative_to(root)) for path in root.rglob("*.py") if constants(path)}
    assert named == {"families/__init__.py"}
