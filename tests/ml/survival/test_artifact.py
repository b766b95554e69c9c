"""Every family of a question of time, from the table to the answer and its reasons."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from diagnosis.ml import Artifact, Recipe, train
from diagnosis.ml.cli import main
from diagnosis.ml.families import plain
from diagnosis.ml.results.time import times
from tests.ml.survival.cohorts import followed, pbc_followed

MODELS = ("cox", "logistic", "network")
FEW = {"folds": 3, "repeats": 1, "refits": 5, "epochs": 40, "hidden": (4,)}
_trained: dict[str, Artifact] = {}


def trained(model: str) -> Artifact:
    if model not in _trained:
        recipe = Recipe(("time", "event"), model, task="survival", **FEW)
        _trained[model] = train(recipe, pbc_followed())
    return _trained[model]


pytestmark = pytest.mark.slow


@pytest.mark.parametrize("model", MODELS)
def test_it_answers_the_same_when_it_was_stored(model: str, tmp_path: Path) -> None:
    artifact, table = trained(model), pbc_followed()
    again = Artifact.load(artifact.to_zip(tmp_path / "model.zip"))
    risk = again.predict(table)
    np.testing.assert_array_equal(risk, artifact.predict(table))
    assert risk.shape == (len(table), len(again.task.times))
    assert (np.diff(risk, axis=1) >= 0).all()  # nobody comes back
    assert plain.FILE in again.files
    assert again.fitted is not None  # the plain numbers are those that answer
    np.testing.assert_allclose(
        again.fitted.probabilities(again.schema.matrix(table)), risk, atol=1e-5
    )


@pytest.mark.parametrize("model", MODELS)
def test_it_tells_patients_apart_and_says_how_surely(model: str) -> None:
    metrics = trained(model).manifest["metrics"]
    assert metrics["uno_c"]["value"] > 0.78
    assert metrics["uno_c"]["lower"] > 0.7
    for horizon in ("365", "1095", "1825"):
        assert metrics[f"auc_{horizon}"]["lower"] > 0.6
        oe = metrics[f"oe_{horizon}"]
        assert oe["lower"] < 1.1
        assert oe["upper"] > 0.9
    assert trained(model).manifest["evaluation"]["events"] == 161


@pytest.mark.parametrize("model", MODELS)
def test_as_many_are_expected_as_are_seen(model: str) -> None:
    table = pbc_followed()
    task = trained(model).task
    found = task.result.details(task, followed(table), trained(model).predict(table))["horizons"]
    for one in found:
        assert one["expected"] == pytest.approx(one["observed"]["value"], rel=0.15)


@pytest.mark.parametrize("model", MODELS)
def test_its_refits_lie_around_it(model: str) -> None:
    artifact, table = trained(model), pbc_followed().head(60)
    x = artifact.schema.matrix(table)
    refits = artifact.refit_probabilities(x)
    assert refits is not None
    assert refits.shape == (60, FEW["refits"], artifact.task.outputs)
    assert np.abs(refits.mean(axis=1) - artifact.predict_matrix(x)).mean() < 0.08
    assert refits.std(axis=1).mean() > 0.005


@pytest.mark.parametrize("model", MODELS)
def test_its_reasons_add_up_at_every_time(model: str) -> None:
    artifact, rows = trained(model), pbc_followed().head(5)
    explained = artifact.explain(rows)
    total = np.asarray(explained.base_value) + np.asarray(explained.values).sum(axis=1)
    np.testing.assert_allclose(total, artifact.predict(rows), atol=1e-5)
    for name, risk in artifact.task.result.estimates(artifact.task, artifact.predict(rows)).items():
        one = artifact.explain(rows, estimate=name)
        total = one.base_value + np.asarray(one.values).sum(axis=1)
        np.testing.assert_allclose(total, risk, atol=1e-5)


@pytest.mark.parametrize("model", MODELS)
def test_a_curve_has_a_band_and_an_estimate_its_interval(model: str) -> None:
    artifact, rows = trained(model), pbc_followed().head(20)
    risk, band = artifact.predict(rows), artifact.curve_band(artifact.schema.matrix(rows))
    assert band is not None
    assert band.shape == (*risk.shape, 2)
    assert ((band[..., 0] < risk) & (risk < band[..., 1])).all()
    assert ((band > 0) & (band < 1)).all()
    for i, estimates in enumerate(artifact.estimates(rows)):
        for one in estimates:
            place = artifact.task.times.index(float(one.name))
            assert one.interval == pytest.approx(tuple(band[i, place]))


def test_the_estimates_are_the_risks_at_the_horizons() -> None:
    artifact, rows = trained("cox"), pbc_followed().head(3)
    risk = artifact.predict(rows)
    for row, estimates in zip(risk, artifact.estimates(rows), strict=True):
        assert [one.name for one in estimates] == ["365", "1095", "1825"]
        places = [artifact.task.times.index(float(one.name)) for one in estimates]
        np.testing.assert_array_equal([one.value for one in estimates], row[places])


def test_the_command_line_trains_predicts_and_evaluates(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, model, out = (str(tmp_path / name) for name in ("t.csv", "model", "p.csv"))
    pbc_followed().to_csv(data, index=False)
    (tmp_path / "r.json").write_text('{"model": "cox", "folds": 3, "repeats": 1, "refits": 2}')
    asked = ["--task", "survival", "--target", "time,event", "--recipe", str(tmp_path / "r.json")]
    assert main(["train", "--data", data, *asked, "--out", model]) == 0
    assert "cox: uno_c 0." in capsys.readouterr().err
    assert main(["predict", "--artifact", model, "--data", data, "--out", out]) == 0
    written = pd.read_csv(out)
    assert list(written.columns) == ["risk_365", "risk_1095", "risk_1825", "median"]
    artifact = Artifact.load(model)
    expected = times.medians(artifact.predict(pbc_followed()), artifact.task.times)
    np.testing.assert_allclose(written["median"], expected)
    assert written["median"].isna().any()
    assert written["median"].notna().any()
    assert (written["median"].dropna() <= 1825).all()  # nothing beyond the last horizon
    assert main(["evaluate", "--artifact", model, "--data", data]) == 0
    told = capsys.readouterr().out
    assert '"uno_c"' in told
    assert '"censored_before"' in told
