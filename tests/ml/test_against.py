"""A new model beside the one in use: the difference on the same patients, with its interval."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from diagnosis.ml import Artifact, Recipe
from diagnosis.ml.against import against
from diagnosis.ml.cli import main
from diagnosis.ml.errors import TableError
from diagnosis.ml.training import train
from diagnosis.ml.validation import evaluate_recipe
from tests.ml.conftest import TABLES, heart

pytestmark = pytest.mark.slow
RECIPE = Recipe(target="disease", model="logistic", repeats=2, refits=0)


@pytest.fixture(scope="module")
def poorer() -> Artifact:
    """A model of age and sex, as it might be in use."""
    return train(RECIPE, heart()[["age", "sex", "disease"]])


def test_a_better_model_is_shown_to_be_better_on_the_same_patients(poorer: Artifact) -> None:
    found = against(evaluate_recipe(RECIPE, heart()), poorer, heart())

    gain = found["differences"]["auroc"]
    assert found["artifact"] == poorer.digest
    assert (found["rows"], found["events"]) == (270, 120)
    assert 0.1 < gain["lower"] < gain["value"] < gain["upper"]
    assert found["differences"]["brier"]["upper"] < 0
    assert found["metrics"]["auroc"]["value"] < 0.8


def test_a_model_beside_itself_is_no_different(poorer: Artifact) -> None:
    table = heart()[["age", "sex", "disease"]]

    found = against(evaluate_recipe(RECIPE, table), poorer, table)

    assert set(found["differences"]["auroc"].values()) == {0.0}


def test_models_of_other_questions_are_not_compared(poorer: Artifact) -> None:
    table = heart().rename(columns={"disease": "death"})

    with pytest.raises(TableError, match="same yes or no"):
        against(evaluate_recipe(replace(RECIPE, target="death"), table), poorer, table)


def test_the_command_line_writes_it_into_the_manifest(poorer: Artifact, tmp_path: Path) -> None:
    recipe, out = tmp_path / "recipe.json", tmp_path / "model"
    recipe.write_text(json.dumps({"model": "logistic", "refits": 0, "repeats": 1}))
    given = ["--data", str(TABLES / "heart_statlog.csv"), "--target", "disease"]
    used = str(poorer.save(tmp_path / "used"))

    assert (
        main(["train", *given, "--recipe", str(recipe), "--against", used, "--out", str(out)]) == 0
    )

    (entry,) = Artifact.load(out).manifest["against"]
    assert entry["artifact"] == poorer.digest
    assert entry["differences"]["auroc"]["lower"] > 0
