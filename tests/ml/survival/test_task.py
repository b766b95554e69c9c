"""Time and event: read with distrust, cut into intervals, told as risks at horizons."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from diagnosis.ml import MLError, Recipe, RecipeError, TableError, TaskError
from diagnosis.ml.cli import main
from diagnosis.ml.learning.problem import pose
from diagnosis.ml.learning.tables import TableWarning
from diagnosis.ml.learning.validation import evaluate_recipe
from diagnosis.ml.results.targets import Task, find_task
from diagnosis.ml.results.time import times
from tests.ml.survival.cohorts import TASK, pbc_followed

ASKED = {"target": ("time", "event"), "task": "survival"}


def posed(table: pd.DataFrame, **asked: object) -> Task:
    return pose(Recipe.from_dict({**ASKED, **asked}), table).task


def test_days_and_one_three_and_five_years_where_nothing_is_said() -> None:
    task = posed(pbc_followed())
    assert task.unit == "d"
    assert task.horizons == (365.0, 1095.0, 1825.0)
    assert set(task.horizons) <= set(task.times)
    assert list(task.times) == sorted(task.times)
    assert Task.from_dict(json.loads(json.dumps(task.to_dict()))) == task


def test_a_horizon_that_fewer_than_twenty_reach_is_not_answered() -> None:
    table = pbc_followed()
    table.loc[table["time"] > 1500, ["time", "event"]] = [1500, 0]
    assert posed(table).horizons == (365.0, 1095.0)
    with pytest.raises(TableError, match="Only 0 rows are followed to 1825 days; 20 are needed"):
        posed(table, horizons=[365, 1825])


def with_column(name: str, values: object) -> pd.DataFrame:
    return pbc_followed().assign(**{name: values})


@pytest.mark.parametrize(
    ("table", "asked", "said"),
    [
        (with_column("time", -3), {}, "The time time is negative in 418 rows"),
        (with_column("event", 2), {}, r"must be 1, or 0 for censored; it holds 2\.$"),
        (pbc_followed(), {"target": ("event", "time")}, "Name the time first: time,event"),
        (with_column("event", 0), {}, "No row has the event: all are censored"),
        (
            pbc_followed().assign(time=lambda t: t["time"] / 365.25),
            {},
            "Are the times in years or months",
        ),
        (with_column("time", 200.0), {}, "Only 0 rows are followed to 365 days"),
        (
            pbc_followed().assign(event=lambda t: t["event"].where(t["time"] < 80, 0)),
            {},
            "rows have the event by 1825 days: too few to learn from; 10 are needed",
        ),
        (with_column("time", "soon"), {}, "The target time is not a number everywhere"),
        (pbc_followed().drop(columns="event"), {}, "The table has no target column event"),
    ],
    ids=[
        "negative", "not 0 or 1", "swapped", "all censored", "years", "nobody beyond",
        "too few events", "words", "absent",
    ],
)  # fmt: skip
def test_a_target_that_can_not_be_used_is_refused(
    table: pd.DataFrame, asked: dict[str, object], said: str
) -> None:
    with pytest.raises(TableError, match=said):
        posed(table, **asked)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"target": "time"}, "two target columns, the time and then the event"),
        ({"target": ("time", "event", "age")}, "two target columns"),
        ({"unit": "kg"}, "the unit of time is one of min, h, d, wk, mo, a, not kg"),
        ({"unit": "a"}, "name the horizons in years"),
        ({"horizons": [1095, 365]}, "horizons are positive times that rise"),
        ({"horizons": [0]}, "horizons are positive times that rise"),
        ({"horizons": ["soon"]}, "horizons are positive times"),
        ({"calibration": "isotonic"}, "isotonic calibration is for tasks with one"),
        ({"model": "classic"}, "the model classic answers no question of time"),
        ({"positive": "2"}, "the event is 1 and censored is 0"),
    ],
)
def test_a_recipe_that_can_not_be_done_is_refused(asked: dict[str, object], said: str) -> None:
    with pytest.raises(RecipeError, match=said):
        evaluate_recipe(Recipe.from_dict({**ASKED, "model": "cox", **asked}), pbc_followed())


def test_horizons_and_cox_are_for_questions_of_time() -> None:
    table = pbc_followed().drop(columns="time")
    with pytest.raises(RecipeError, match="the task binary has no horizons"):
        pose(Recipe("event", horizons=(365,)), table)
    with pytest.raises(RecipeError, match="the model cox answers questions of time alone"):
        pose(Recipe("event", "cox"), table)


def test_several_columns_are_labels_unless_time_is_asked_for() -> None:
    table = pbc_followed().assign(other=lambda t: 1 - t["event"])
    assert find_task(table, ("event", "other")).kind == "multilabel"


def test_years_are_answered_where_they_are_said() -> None:
    table = pbc_followed().assign(time=lambda t: t["time"] / 365.25)
    task = posed(table, unit="a", horizons=[1, 3.5])
    assert task.horizons == (1.0, 3.5)
    assert list(task.result.scales(task)) == ["1", "3.5"]


def test_a_row_without_time_or_event_is_left_out() -> None:
    table = pbc_followed().astype({"event": float})
    table.loc[0, "time"] = np.nan
    table.loc[1, "event"] = np.nan
    with pytest.warns(TableWarning, match="2 rows without a target are left out"):
        problem = pose(Recipe.from_dict(ASKED), table)
    assert len(problem.sample) == len(table) - 2


@pytest.mark.parametrize(
    "wrong", [{"times": []}, {"horizons": [400]}, {"times": [1825, 365, 1095]}, {"horizons": []}]
)
def test_a_manifest_whose_horizons_are_no_ends_is_refused(wrong: dict[str, list[float]]) -> None:
    with pytest.raises(TaskError, match="survival task"):
        Task.from_dict({**TASK.to_dict(), **wrong}).to_dict()


def test_what_happened_in_each_interval() -> None:
    time = np.array([10.0, 10, 15, 14, 30, 35, 20, 0])
    event = np.array([1.0, 0, 0, 0, 1, 0, 1, 1])
    seen = times.outcomes(time, event, (10.0, 20.0, 30.0))
    nan = np.nan
    np.testing.assert_array_equal(
        seen,
        [
            [1, nan, nan],  # the event at an end is of the interval that ends there
            [0, nan, nan],
            [0, 0, nan],  # censored in the middle: survived half of it
            [0, nan, nan],
            [0, 0, 1],
            [0, 0, 0],
            [0, 1, nan],
            [1, nan, nan],
        ],
    )


def test_hazards_become_risks_and_the_median_is_told_where_it_is_reached() -> None:
    logits = np.log(np.array([[0.2, 0.25, 0.5], [0.1, 0.1, 0.1], [0.6, 0.1, 0.1]]))
    logits -= np.log1p(-np.exp(logits))
    risk = times.risks(logits)
    np.testing.assert_allclose(risk[0], [0.2, 0.4, 0.7])
    median = times.medians(risk, (10.0, 20.0, 30.0))
    assert 20 < median[0] < 30
    assert np.isnan(median[1])
    assert median[2] == pytest.approx(10 * np.log(0.5) / np.log(0.4))


def test_log_hazards_become_logits_without_overflow() -> None:
    u = np.array([1e-6, 0.01, 0.0999, 0.1001, 1.0, 5.0])
    hazard = -np.expm1(-u)
    np.testing.assert_allclose(
        times.log_hazard_logits(np.log(u)), np.log(hazard) - np.log1p(-hazard), atol=1e-7
    )
    assert np.isfinite(times.log_hazard_logits(np.array([-800.0, 800.0]))).all()


def test_the_command_line_says_why_it_can_not(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, out = str(tmp_path / "t.csv"), str(tmp_path / "model")
    pbc_followed().assign(event=0).to_csv(data, index=False)
    asked = ["--task", "survival", "--target", "time,event"]
    assert main(["train", "--data", data, *asked, "--out", out]) == 2
    assert "error: No row has the event: all are censored" in capsys.readouterr().err
    assert issubclass(TableError, MLError)
