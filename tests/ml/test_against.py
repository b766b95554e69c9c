"""A new model beside the one in use: the difference on the same patients, with its interval."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from diagnosis.ml import Artifact, Recipe
from diagnosis.ml.cli import main
from diagnosis.ml.errors import TableError
from diagnosis.ml.learning.against import against, entry
from diagnosis.ml.learning.training import train
from diagnosis.ml.learning.validation import OutOfFold, evaluate_recipe
from diagnosis.ml.results.targets import Task
from tests.ml.conftest import TABLES, heart
from tests.ml.test_groups import visits

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
    assert (found["rows"], found["patients"], found["events"]) == (270, 270, 120)
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


BY_PATIENT = Recipe(target="died", model="logistic", repeats=1, refits=0, group="pid")


@pytest.fixture(scope="module")
def by_row() -> Artifact:
    """A model in use that was measured by row, of a table of visits."""
    return train(replace(BY_PATIENT, group=None, exclude=("pid",)), visits().drop(columns="pid"))


def test_visits_are_compared_by_patient_whatever_the_model_in_use_was_measured_by(
    by_row: Artifact,
) -> None:
    table = visits()  # nothing can be foretold of a patient never seen

    found = against(evaluate_recipe(BY_PATIENT, table), by_row, table)

    assert (found["rows"], found["patients"]) == (360, 60)
    assert found["metrics"]["auroc"]["value"] < 0.6
    assert set(found["differences"]["auroc"].values()) == {0.0}


def test_a_model_measured_by_patient_is_not_compared_by_row() -> None:
    table = visits()
    theirs = train(BY_PATIENT, table)
    ours = evaluate_recipe(replace(BY_PATIENT, group=None), table.drop(columns="pid"))

    with pytest.raises(TableError, match="name the column that says whose row it is"):
        against(ours, theirs, table)


def two_equal_models(seed: int, patients: int = 60, each: int = 6) -> tuple[OutOfFold, OutOfFold]:
    """Answers of two models that know patients equally well, each with errors of its own."""
    rng = np.random.default_rng(seed)
    died = rng.permutation(patients) % 2
    rows = np.arange(patients * each)
    answers = [
        np.repeat(1 / (1 + np.exp(-(died - 0.5 + rng.normal(size=patients)))), each)
        for _model in range(2)
    ]
    task = Task("binary", ("died",), ("no", "yes"))
    one, other = (
        OutOfFold(
            recipe=BY_PATIENT, task=task, rows=rows, y=np.repeat(died, each)[:, None].astype(float),
            predictions=p[None, :, None], folds=np.zeros((1, len(rows)), dtype=int),
            groups=np.repeat(np.arange(patients), each),
        )
        for p in answers
    )  # fmt: skip
    return one, other


def test_the_difference_of_two_equal_models_holds_nothing_in_ninety_five_of_a_hundred() -> None:
    """Known truth: none is better. By row the same intervals are much too narrow."""
    pairs = [two_equal_models(seed) for seed in range(60)]

    def share_that_holds_nothing(models: list[tuple[OutOfFold, OutOfFold]]) -> float:
        found = [entry("x", *pair)["differences"]["auroc"] for pair in models]
        return float(np.mean([one["lower"] <= 0 <= one["upper"] for one in found]))

    assert share_that_holds_nothing(pairs) >= 0.9
    rows = [tuple(replace(one, groups=None) for one in pair) for pair in pairs]
    assert share_that_holds_nothing(rows) < 0.8


def test_the_command_line_counts_patients(by_row: Artifact, tmp_path: Path, capsys) -> None:
    data, recipe = tmp_path / "visits.csv", tmp_path / "recipe.json"
    visits().to_csv(data, index=False)
    recipe.write_text(json.dumps({"model": "logistic", "refits": 0, "repeats": 1}))
    given = ["--data", str(data), "--target", "died", "--group", "pid", "--recipe", str(recipe)]
    used = str(by_row.save(tmp_path / "used"))

    assert main(["train", *given, "--against", used, "--out", str(tmp_path / "model")]) == 0

    said = "".join(capsys.readouterr())
    assert f"beside {by_row.digest[:12]}, on the same 60 patients (360 rows): auroc +0.000" in said


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
