"""Several rows of one patient: parted from others, never from each other."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from diagnosis.ml import Recipe, RecipeError, TableError, evaluate_recipe
from diagnosis.ml.evaluation import folds
from diagnosis.ml.families.linear.fitting import fit_logistic
from diagnosis.ml.families.pipeline import Sample
from diagnosis.ml.learning.choice import choose
from diagnosis.ml.learning.problem import pose
from diagnosis.ml.learning.refits import refit
from diagnosis.ml.learning.scores import scores
from diagnosis.ml.learning.tables import TableWarning, read_table
from tests.ml.conftest import TABLES, heart

RECIPE = Recipe(target="died", model="logistic", repeats=1, folds=5)


def visits(patients: int = 60, each: int = 6, seed: int = 0) -> pd.DataFrame:
    """Visits of patients: what is measured tells who it is, and nothing of the outcome."""
    rng = np.random.default_rng(seed)
    own = rng.normal(size=(patients, 8))
    rows = np.repeat(own, each, axis=0) + rng.normal(scale=0.02, size=(patients * each, 8))
    table = pd.DataFrame(rows, columns=[f"lab_{i}" for i in range(8)])
    table["pid"] = np.repeat(rng.permutation(patients) + 100, each)
    table["died"] = np.repeat(rng.permutation(patients) % 2, each)
    return table


def test_rows_of_one_patient_share_every_fold() -> None:
    problem = pose(Recipe(target="died", group="pid"), visits())
    assert problem.sample.groups is not None
    for fold in range(5):
        assigned = folds.assign(problem.sample.y, 5, fold, problem.sample.groups)
        for patient in np.unique(problem.sample.groups):
            assert len(set(assigned[problem.sample.groups == patient])) == 1
    assert "pid" not in problem.schema


def test_folds_hold_events_alike_though_patients_have_many_rows() -> None:
    table = visits()
    problem = pose(Recipe(target="died", group="pid"), table)
    assigned = folds.assign(problem.sample.y, 5, 0, problem.sample.groups)
    rates = [problem.sample.y[assigned == k].mean() for k in range(5)]
    assert max(rates) - min(rates) <= 0.1


def test_a_measure_by_row_knows_patients_again_and_one_by_patient_does_not() -> None:
    """Outcomes are drawn at random: nothing can be foretold of a patient never seen."""
    table = visits(30, 8)
    by_row = evaluate_recipe(replace(RECIPE, exclude=("pid",)), table.drop(columns="pid"))
    by_patient = evaluate_recipe(replace(RECIPE, group="pid"), table)
    area = scores(by_row)["auroc"]["value"], scores(by_patient)["auroc"]["value"]
    assert area[0] > 0.6
    assert area[1] < 0.55


def test_visits_of_a_real_register_are_measured_by_patient() -> None:
    """312 patients with cholangitis, 1,945 visits: by visit the model knows them again."""
    table = read_table(TABLES / "pbc_sequence.csv")
    table["died"] = (table.pop("status") == 2).astype(int)
    recipe = replace(RECIPE, exclude=("id", "futime", "trt"))
    by_visit = scores(evaluate_recipe(recipe, table.drop(columns="id")))["auroc"]
    by_patient = scores(evaluate_recipe(replace(recipe, group="id"), table))["auroc"]
    assert by_visit["value"] == pytest.approx(0.855, abs=0.01)
    assert by_patient["value"] == pytest.approx(0.836, abs=0.012)
    assert by_patient["upper"] - by_patient["lower"] > 2 * (by_visit["upper"] - by_visit["lower"])


def test_intervals_count_patients_and_not_their_rows() -> None:
    table = visits()
    table["died"] = (table.groupby("pid")["lab_0"].transform("first") > 0).astype(int)
    table["lab_0"] += np.random.default_rng(1).normal(size=60).repeat(6)
    measured = evaluate_recipe(replace(RECIPE, group="pid"), table)
    wide = scores(measured)["auroc"]
    narrow = scores(replace(measured, groups=None))["auroc"]
    assert wide["upper"] - wide["lower"] > 1.5 * (narrow["upper"] - narrow["lower"])


def test_refits_draw_patients_whole() -> None:
    problem = pose(Recipe(target="died", group="pid", model="logistic", refits=3), visits())
    rows = folds.bootstrap(problem.sample.y, 1, problem.sample.groups)
    drawn = np.bincount(rows, minlength=len(problem.sample))
    for patient in np.unique(problem.sample.groups):
        assert len(set(drawn[problem.sample.groups == patient])) == 1
    fitted = fit_logistic(problem.recipe, problem.sample, 0)
    assert len(refit(problem.recipe, problem.sample, fitted)) == 3


def test_the_penalty_is_chosen_for_patients_never_seen() -> None:
    """By row, hardly any penalty looks best: the folds hold the same patients."""
    problem = pose(Recipe(target="died", group="pid", model="logistic"), visits())
    sample = problem.sample
    by_row = Sample(sample.x, sample.y, sample.features, sample.task)
    assert (
        fit_logistic(problem.recipe, sample, 0).facts["penalty"]
        > fit_logistic(problem.recipe, by_row, 0).facts["penalty"]
    )


@pytest.mark.slow
def test_a_network_is_not_chosen_for_knowing_patients_again() -> None:
    problem = pose(Recipe(target="died", group="pid", epochs=40), visits(30, 4))
    resolved, facts = choose(problem.recipe, problem.sample)
    assert resolved.model == "logistic"
    assert facts["standard_error"] > 0


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda t: t.drop(columns="pid"), "no group column pid"),
        (lambda t: t.assign(pid=t["pid"].where(t.index > 3)), "empty in 4 rows"),
        (lambda t: t.assign(pid=t["pid"] % 9), "fewer than 10 patients"),
        (lambda t: t.assign(died=(t["pid"] < 104).astype(int)), "fewer than 5 patients"),
    ],
)
def test_a_group_that_can_not_part_patients_is_refused(change, said: str) -> None:
    with pytest.raises(TableError, match=said):
        pose(Recipe(target="died", group="pid"), change(visits()))


def test_the_same_rows_thrice_are_said() -> None:
    table = pd.concat([heart()] * 3)
    with pytest.warns(TableWarning, match="540 rows stand in the table more than once"):
        pose(Recipe(target="disease"), table)


def test_a_few_rows_twice_are_said_whatever_number_they_carry() -> None:
    table = pd.concat([heart(), heart().head(5)], ignore_index=True)
    table["case_number"] = np.arange(len(table)) * 3 + 1000
    with pytest.warns(TableWarning) as said:
        pose(Recipe(target="disease"), table)
    assert any("5 rows stand in the table more than once" in str(w.message) for w in said)


def test_equal_rows_of_a_few_answers_are_chance() -> None:
    table = read_table(TABLES / "mammographic_mass.csv")
    assert table.duplicated().sum() > 200
    problem = pose(Recipe(target="malignant"), table)
    assert "repeated_rows" not in {f.code for f in problem.findings}


@pytest.mark.parametrize("name", ["pid", "patient", "PatientID", "MRN"])
def test_an_identifier_that_repeats_is_no_number(name: str) -> None:
    table = visits().rename(columns={"pid": name})
    with pytest.warns(TableWarning) as said:
        problem = pose(Recipe(target="died"), table)
    assert name not in problem.schema
    assert any(f"{name} repeats: 360 rows of 60" in str(w.message) for w in said)


def test_a_recipe_keeps_its_group() -> None:
    recipe = Recipe.from_dict(Recipe(target="died", group="pid").to_dict())
    assert recipe.group == "pid"
    with pytest.raises(RecipeError, match="group"):
        Recipe(target="died", group=("pid",))  # type: ignore[arg-type]
