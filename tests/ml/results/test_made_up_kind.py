"""One more kind of answer is one module and one line: a count goes through its whole life."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import PoissonRegressor

from diagnosis.ml import Artifact, Recipe, TaskError, train
from diagnosis.ml.cli import main
from diagnosis.ml.families.linear.path import fit_path
from diagnosis.ml.results import RESULT_KINDS, result_kind
from diagnosis.ml.results.estimate import Scale
from tests.ml.results.count import Count

QUICK = {"folds": 3, "repeats": 1, "refits": 4}


@pytest.fixture(autouse=True)
def _the_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(RESULT_KINDS, "count", Count())


def admissions() -> pd.DataFrame:
    """How often 300 patients came to hospital; the truth: exp(0.5 + 0.6 a - 0.3 b)."""
    rng = np.random.default_rng(5)
    a, b = rng.normal(size=(2, 300)).round(3)
    return pd.DataFrame({"a": a, "b": b, "visits": rng.poisson(np.exp(0.5 + 0.6 * a - 0.3 * b))})


def test_its_linear_model_is_that_of_scikit_learn() -> None:
    table = admissions()
    z, y = table[["a", "b"]].to_numpy(), table[["visits"]].to_numpy(dtype=float)
    weights, intercepts = fit_path(z, y, "count", np.array([6.0]))
    reference = PoissonRegressor(alpha=6.0 / len(z), tol=1e-10, max_iter=1000).fit(z, y[:, 0])
    np.testing.assert_allclose(weights[0, :, 0], reference.coef_, atol=1e-5)
    np.testing.assert_allclose(intercepts[0], reference.intercept_, atol=1e-5)


@pytest.mark.slow
def test_it_is_trained_stored_and_answers(tmp_path: Path) -> None:
    table, recipe = admissions(), Recipe("visits", "logistic", task="count", unit="1/a", **QUICK)
    train(recipe, table).save(tmp_path / "model")
    artifact = Artifact.load(tmp_path / "model")
    assert artifact.task.to_dict() == {"kind": "count", "target": "visits", "unit": "1/a"}
    expected = artifact.predict(table)
    assert expected.mean() == pytest.approx(table.visits.mean(), rel=1e-3)
    truth = np.exp(0.5 + 0.6 * table.a - 0.3 * table.b)
    assert np.abs(np.log(expected / truth)).mean() < 0.1
    assert artifact.manifest["metrics"]["deviance_explained"]["lower"] > 0.1
    assert artifact.task.result.scales(artifact.task) == {
        "count": Scale("1/a", 0.0, float("inf"), 0.1)
    }
    ((count,),) = artifact.estimates(table.head(1))
    assert count.interval is not None
    assert 0 < count.interval[0] < count.value < count.interval[1]
    explained = artifact.explain(table.head(5))
    total = explained.base_value + np.asarray(explained.values).sum(axis=1)
    np.testing.assert_allclose(total, expected[:5], rtol=1e-4)


@pytest.mark.slow
def test_a_small_network_learns_it(tmp_path: Path) -> None:
    table, recipe = (
        admissions(),
        Recipe("visits", "network", task="count", hidden=(4,), epochs=40, **QUICK),
    )
    train(recipe, table).save(tmp_path / "model")
    expected = Artifact.load(tmp_path / "model").predict(table)
    assert (expected > 0).all()
    assert np.corrcoef(expected, np.exp(0.5 + 0.6 * table.a - 0.3 * table.b))[0, 1] > 0.8


@pytest.mark.slow
def test_it_is_asked_from_the_command_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, model, out = (str(tmp_path / name) for name in ("t.csv", "model", "p.csv"))
    admissions().to_csv(data, index=False)
    (tmp_path / "r.json").write_text(json.dumps({"model": "logistic", **QUICK}))
    asked = ["--task", "count", "--target", "visits", "--recipe", str(tmp_path / "r.json")]
    assert main(["train", "--data", data, *asked, "--out", model]) == 0
    assert "logistic: deviance_explained 0." in capsys.readouterr().err
    assert main(["predict", "--artifact", model, "--data", data, "--out", out]) == 0
    assert list(pd.read_csv(out).columns) == ["count"]
    assert main(["explain", "--artifact", model, "--data", data, "--out", out]) == 0
    explained = pd.read_csv(out)
    total = explained[["base_value", "a", "b"]].sum(axis=1)
    np.testing.assert_allclose(total, explained.prediction, rtol=1e-4)
    assert main(["evaluate", "--artifact", model, "--data", data]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["task"] == {"kind": "count", "target": "visits"}
    assert told["metrics"]["mae"]["lower"] < told["metrics"]["mae"]["value"]


def test_a_count_that_is_none_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = admissions()
    table["visits"] -= 0.5
    table.to_csv(tmp_path / "t.csv", index=False)
    asked = ["--data", str(tmp_path / "t.csv"), "--task", "count", "--target", "visits"]
    assert main(["train", *asked, "--out", str(tmp_path / "model")]) == 2
    assert capsys.readouterr().err == "error: The target visits is not a count everywhere.\n"


def test_without_its_line_it_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(RESULT_KINDS, "count")
    with pytest.raises(TaskError, match="There is no task 'count'"):
        result_kind("count")
