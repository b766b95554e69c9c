"""Every kind of answer: refused where nobody knows it, read, and told as estimates on scales."""

from __future__ import annotations

import ast
import json
import math
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import diagnosis.ml
from diagnosis.ml import Artifact, ArtifactError, Recipe, RecipeError, TaskError
from diagnosis.ml.cli import main
from diagnosis.ml.learning.problem import pose
from diagnosis.ml.results import RESULT_KINDS, result_kind
from diagnosis.ml.results.estimate import Estimate, Scale
from diagnosis.ml.results.targets import Task, find_task
from tests.ml.conftest import CASES, TABLES, heart, pbc, progression

Find = Callable[[str], Artifact]
SHIPPED = TABLES.parent / "artifacts" / "coronary-disease"
KNOWN = "binary, multiclass, multilabel, regression, survival"
TASKS = {
    "binary": Task("binary", ("y",), ("no", "yes")),
    "multiclass": Task("multiclass", ("y",), ("1-2", "3", "4")),
    "multilabel": Task("multilabel", ("a", "b"), ("a", "b")),
    "regression": Task("regression", ("y",), unit="kg"),
    "survival": Task("survival", ("time", "event"), (), "d", (365.0, 1825.0), (365.0, 1825.0)),
}


def broken(tmp_path: Path, **task: object) -> str:
    """A shipped artifact whose manifest says something else of its task."""
    shutil.copytree(SHIPPED, tmp_path / "model")
    manifest = tmp_path / "model" / "manifest.json"
    said = json.loads(manifest.read_text())
    said["task"] |= task
    manifest.write_text(json.dumps(said))
    return str(tmp_path / "model")


def test_each_stands_in_the_dictionary_by_its_own_name() -> None:
    assert [kind.name for kind in RESULT_KINDS.values()] == list(RESULT_KINDS)


def test_an_unknown_one_is_refused_and_the_known_ones_are_named() -> None:
    with pytest.raises(TaskError, match=f"There is no task 'ranking'; known are {KNOWN}."):
        result_kind("ranking")
    with pytest.raises(TaskError, match="'ranking'"):
        Task.from_dict({"kind": "ranking", "target": "time"})
    with pytest.raises(TaskError, match="'ranking'"):
        find_task(heart(), ("disease",), "ranking")


def test_a_recipe_of_an_unknown_one_is_refused() -> None:
    with pytest.raises(RecipeError, match=f"task must be one of auto, {KNOWN}"):
        Recipe(target="disease", task="ranking")


@pytest.mark.parametrize("how", ["recipe", "option"])
def test_the_command_line_refuses_an_unknown_one(
    how: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "r.json").write_text(json.dumps({"task": "ranking", "target": "disease"}))
    asked = {
        "recipe": ["--recipe", str(tmp_path / "r.json")],
        "option": ["--task", "ranking", "--target", "disease"],
    }[how]
    data, out = str(TABLES / "heart_statlog.csv"), str(tmp_path / "model")
    assert main(["train", "--data", data, *asked, "--out", out]) == 2
    assert capsys.readouterr().err == f"error: Recipe: task must be one of auto, {KNOWN}.\n"


def test_a_manifest_of_an_unknown_one_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = broken(tmp_path, kind="ranking")
    said = f"The artifact contradicts itself: There is no task 'ranking'; known are {KNOWN}."
    with pytest.raises(ArtifactError) as refused:
        Artifact.load(model)
    assert str(refused.value) == said
    data, out = str(TABLES / "heart_statlog.csv"), str(tmp_path / "p.csv")
    assert main(["predict", "--artifact", model, "--data", data, "--out", out]) == 2
    assert capsys.readouterr().err == f"error: {said}\n"


@pytest.mark.parametrize("classes", [[], ["0"], ["0", "1", "2"]])
def test_yes_or_no_has_two_classes_in_a_manifest(tmp_path: Path, classes: list[str]) -> None:
    with pytest.raises(ArtifactError, match="contradicts itself: A binary task has two classes"):
        Artifact.load(broken(tmp_path, classes=classes))


def test_several_columns_are_refused_where_one_is_asked_for() -> None:
    recipe = Recipe(target=("ascites", "hepato"), task="binary")
    with pytest.raises(RecipeError, match="the task binary has one target column"):
        pose(recipe, pbc())


def test_a_probability_has_no_unit_and_a_number_has_the_one_that_is_given() -> None:
    with pytest.raises(RecipeError, match="probabilities, which have no unit"):
        pose(Recipe(target="disease", unit="kg"), heart())
    with pytest.raises(RecipeError, match="unit is one unit"):
        Recipe(target="y", unit="")
    task = pose(Recipe(target="target", unit="mm"), progression()).task
    assert task.to_dict() == {"kind": "regression", "target": "target", "unit": "mm"}
    assert Task.from_dict(task.to_dict()) == task


def test_a_recipe_without_a_unit_keeps_its_digest() -> None:
    assert "unit" not in Recipe(target="y").to_dict()
    assert Recipe(target="y", unit="kg").digest != Recipe(target="y").digest


@pytest.mark.parametrize(
    ("kind", "scales"),
    [
        ("binary", {"event": Scale()}),
        ("multiclass", {"1-2": Scale(), "3": Scale(), "4": Scale()}),
        ("multilabel", {"a": Scale(), "b": Scale()}),
        ("regression", {"value": Scale("kg", -math.inf, math.inf)}),
        ("survival", {"365": Scale(), "1825": Scale()}),
    ],
)
def test_each_names_its_estimates_and_their_scales(kind: str, scales: dict[str, Scale]) -> None:
    assert TASKS[kind].result.scales(TASKS[kind]) == scales
    assert TASKS[kind].result.scales(TASKS[kind]).keys() == scales.keys()


@pytest.mark.parametrize("kind", RESULT_KINDS)
def test_each_tells_its_answers_as_estimates(kind: str) -> None:
    task = TASKS[kind]
    answers = task.result.link(np.random.default_rng(0).normal(size=(4, task.outputs)))
    found = task.result.estimates(task, answers)
    assert list(found) == list(task.result.scales(task))
    np.testing.assert_array_equal(np.column_stack(list(found.values())), answers)


def test_ordered_classes_are_also_told_from_each_on() -> None:
    task = replace(TASKS["multiclass"], ordered=True)
    found = task.result.estimates(task, np.array([[0.2, 0.3, 0.5]]))
    assert list(found) == ["1-2", "3", "4", "3+"] == list(task.result.scales(task))
    assert found["3+"][0] == pytest.approx(0.8)
    assert task.result.explained(task) == ("4", "3+")
    assert Task.from_dict(task.to_dict()) == task
    assert "ordered" not in TASKS["multiclass"].to_dict()


def test_an_order_comes_from_the_recipe_and_only_classes_have_one() -> None:
    table = pbc().dropna(subset=["stage"])
    words = table.assign(stage=table.stage.map({1: "early", 2: "early", 3: "late", 4: "scarred"}))
    asked = ("early", "late", "scarred")
    assert find_task(words, ("stage",), ordered=asked[::-1]).classes == asked[::-1]
    assert pose(Recipe("stage", ordered=True), table).task.classes == ("1", "2", "3", "4")
    with pytest.raises(RecipeError, match="has no number to be ordered by"):
        find_task(words, ("stage",), ordered=True)
    with pytest.raises(RecipeError, match="must name the classes early, late, scarred"):
        find_task(words, ("stage",), ordered=("early", "late"))
    with pytest.raises(TaskError, match="The task binary has no classes in an order"):
        find_task(heart(), ("disease",), ordered=True)
    with pytest.raises(RecipeError, match="ordered is true, or the classes"):
        Recipe(target="y", ordered=())


def test_a_recipe_without_an_order_keeps_its_digest() -> None:
    assert "ordered" not in Recipe(target="y").to_dict()
    given = Recipe(target="y", ordered=["low", "high"])
    assert Recipe.from_dict(given.to_dict()) == given


def test_a_number_without_a_unit_is_no_probability() -> None:
    task = Task("regression", ("y",))
    assert task.result.scales(task)["value"].unit == "1"


@pytest.mark.parametrize(
    "wrong", [{"low": 1.0}, {"step": 0.0}, {"step": math.inf}, {"high": math.nan}]
)
def test_a_scale_on_which_nothing_could_stand_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="No scale"):
        Scale(**wrong)


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_an_estimate_is_a_number(value: float) -> None:
    with pytest.raises(ValueError, match="not a finite number"):
        Estimate("event", value)


@pytest.mark.parametrize("ends", [(0.3, 0.2), (math.nan, 0.2)])
def test_an_interval_begins_before_it_ends(ends: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match="ends in no order"):
        Estimate("event", 0.25, ends)


def test_a_shipped_model_tells_the_event_with_its_interval() -> None:
    artifact = Artifact.load(SHIPPED)
    ((event,),) = artifact.estimates(heart().head(1))
    x = artifact.schema.matrix(heart().head(1))
    ends = artifact.interval(x)
    assert ends is not None
    assert event == Estimate("event", float(artifact.predict_matrix(x)[0]), tuple(ends[0].tolist()))


@pytest.mark.slow
@pytest.mark.parametrize("case", ["multiclass", "multilabel", "regression"])
def test_a_trained_model_tells_its_estimates(trained: Find, case: str) -> None:
    artifact, table = trained(case), CASES[case][1]().head(3)
    told = artifact.estimates(table)
    assert [[one.name for one in row] for row in told] == [
        [*artifact.task.result.scales(artifact.task)]
    ] * 3
    values = np.array([[one.value for one in row] for row in told])
    np.testing.assert_array_equal(values, artifact.predict(table).reshape(values.shape))
    assert all(one.interval is not None for row in told for one in row)


def constants(path: Path) -> set[str]:
    """Texts of a module that are names of result kinds, in whatever branch or table."""
    tree = ast.walk(ast.parse(path.read_text()))
    return {
        one.value for one in tree if isinstance(one, ast.Constant) and one.value in RESULT_KINDS
    }


def test_no_module_but_those_of_the_kinds_names_one() -> None:
    root = Path(diagnosis.ml.__file__).parent
    named = {str(path.relative_to(root)) for path in root.rglob("*.py") if constants(path)}
    assert {path for path in named if not path.startswith("results/")} == set()
    assert f"results/{next(iter(RESULT_KINDS))}.py" in named  # it would be seen
