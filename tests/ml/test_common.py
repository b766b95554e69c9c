"""What every kind of model must pass: shape, range, determinism, save and load, agreement."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from diagnosis.ml import Artifact, Finding, train
from tests.ml.conftest import CASES

ALL = tuple(CASES)
Find = Callable[[str], Artifact]
pytestmark = pytest.mark.slow


def matrix(artifact: Artifact, case: str) -> np.ndarray:
    """Real rows, the same with every third value missing, and a row of nothing."""
    x = artifact.schema.matrix(CASES[case][1]())
    holes = x.copy()
    holes.ravel()[::3] = np.nan
    return np.concatenate([x, holes, np.full((1, x.shape[1]), np.nan, np.float32)])


@pytest.mark.parametrize("case", ALL)
def test_every_row_is_answered_in_shape_and_range(trained: Find, case: str) -> None:
    artifact = trained(case)
    x = matrix(artifact, case)
    out = artifact.predict_matrix(x)
    width = artifact.task.outputs
    assert out.shape == ((len(x),) if width == 1 else (len(x), width))
    assert np.isfinite(out).all()
    if artifact.task.kind != "regression":
        assert ((out >= 0) & (out <= 1)).all()
    if artifact.task.kind == "multiclass":
        np.testing.assert_allclose(out.sum(axis=1), 1, atol=1e-5)


@pytest.mark.parametrize("case", ALL)
def test_keras_and_serving_form_agree_with_and_without_gaps(trained: Find, case: str) -> None:
    artifact = trained(case)
    x = matrix(artifact, case)
    own = np.asarray(artifact.keras_model(x, training=False)["probability"])
    served = artifact.predict_matrix(x).reshape(own.shape)
    scale = max(1.0, float(np.abs(own).max()))
    assert np.abs(own - served).max() / scale <= 1e-5


@pytest.mark.parametrize("case", ALL)
def test_probabilities_follow_from_the_logits(trained: Find, case: str) -> None:
    artifact = trained(case)
    x = matrix(artifact, case)
    logits, out = artifact.logits_matrix(x), artifact.predict_matrix(x)
    if artifact.task.kind == "regression":
        expected = logits
    elif artifact.task.kind == "multiclass":
        expected = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    else:
        expected = 1 / (1 + np.exp(-logits))
    np.testing.assert_allclose(out, expected, atol=1e-5)


@pytest.mark.parametrize("case", ALL)
def test_saved_and_loaded_it_is_the_same(trained: Find, case: str, tmp_path: Path) -> None:
    artifact = trained(case)
    loaded = Artifact.load(artifact.save(tmp_path / "model"))
    x = matrix(artifact, case)
    assert loaded.digest == artifact.digest
    assert loaded.schema == artifact.schema
    np.testing.assert_array_equal(loaded.predict_matrix(x), artifact.predict_matrix(x))


@pytest.mark.parametrize("case", ALL)
def test_one_row_gives_what_it_gives_among_others(trained: Find, case: str) -> None:
    artifact = trained(case)
    x = matrix(artifact, case)
    alone = np.stack([artifact.predict_matrix(x[i : i + 1])[0] for i in range(0, len(x), 97)])
    np.testing.assert_allclose(alone, artifact.predict_matrix(x)[::97], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("case", ALL)
def test_no_rows_give_no_results(trained: Find, case: str) -> None:
    artifact = trained(case)
    empty = np.zeros((0, len(artifact.schema)), dtype=np.float32)
    assert len(artifact.predict_matrix(empty)) == 0


@pytest.mark.parametrize("case", ["logistic", "classic"])
def test_the_same_seed_gives_the_same_model(trained: Find, case: str) -> None:
    recipe, table = CASES[case]
    again = train(replace(recipe, refits=0), table())
    first = trained(case)
    x = matrix(first, case)
    np.testing.assert_allclose(again.predict_matrix(x), first.predict_matrix(x), atol=1e-6)


def test_the_same_seed_gives_the_same_bytes(trained: Find) -> None:
    recipe, table = CASES["logistic"]
    assert train(recipe, table()).digest == trained("logistic").digest


@pytest.mark.parametrize("case", ALL)
def test_explanations_add_up_to_the_prediction(trained: Find, case: str) -> None:
    artifact = trained(case)
    table = CASES[case][1]().head(2)
    explanation = artifact.explain(table)
    predicted = artifact.predict(table)
    total = np.asarray(explanation.values).sum(axis=1) + explanation.base_value
    scale = max(1.0, float(np.abs(predicted).max()))
    assert np.abs(total - predicted).max() / scale <= 1e-4


@pytest.mark.parametrize("case", ["logistic", "classic", "network", "indicators", "regression"])
def test_the_interval_holds_the_prediction(trained: Find, case: str) -> None:
    artifact = trained(case)
    x = matrix(artifact, case)
    refits = artifact.refit_probabilities(x)
    interval = artifact.interval(x)
    assert refits is not None
    assert interval is not None
    assert refits.shape == (len(x), 20)
    predicted = artifact.predict_matrix(x)
    assert ((interval[:, 0] <= predicted) & (predicted <= interval[:, 1])).all()
    assert (interval[:, 1] > interval[:, 0]).mean() > 0.95


@pytest.mark.parametrize("case", ["multiclass", "multilabel"])
def test_each_of_several_estimates_has_its_own_interval(trained: Find, case: str) -> None:
    artifact = trained(case)
    x = matrix(artifact, case)
    assert artifact.interval(x) is None
    refits, found = artifact.refit_probabilities(x), artifact.intervals(x)
    assert refits is not None
    assert refits.shape == (len(x), 20, artifact.task.outputs)
    if case == "multiclass":
        np.testing.assert_allclose(refits.sum(axis=2), 1, atol=1e-5)
    estimates = artifact.task.result.estimates(artifact.task, artifact.predict_matrix(x))
    assert list(found) == list(estimates)
    for name, ends in found.items():
        assert ((ends[:, 0] <= estimates[name]) & (estimates[name] <= ends[:, 1])).all()
        assert (ends[:, 1] > ends[:, 0]).mean() > 0.95
        assert ((ends >= 0) & (ends <= 1)).all()


def test_what_was_not_computed_is_none() -> None:
    recipe, table = CASES["multiclass"]
    rows = table().dropna(subset=["stage"])
    artifact = train(replace(recipe, refits=0, features=("bili", "albumin")), rows)
    x = artifact.schema.matrix(rows)[:3]
    assert artifact.intervals(x) == {}
    assert artifact.refit_probabilities(x) is None
    assert artifact.manifest["refits"] is None


@pytest.mark.parametrize("case", ALL)
def test_few_rows_of_the_table_are_unlike_it_and_absurd_ones_are(trained: Find, case: str) -> None:
    artifact = trained(case)
    table = CASES[case][1]()
    assert artifact.manifest["novelty"]["refused"]["lower"] <= 0.01
    assert np.mean([unlike(found) for found in artifact.check(table)]) <= 0.01
    absurd = table.head(3).copy()
    for feature in artifact.schema:
        if feature.kind == "number":
            absurd[feature.name] = absurd[feature.name] * 1000.0
    findings = artifact.check(absurd)
    assert all(map(unlike, findings))
    assert all(finding.feature in artifact.schema for finding in findings[0])
    assert len(artifact.predict(absurd)) == 3  # answered all the same


def unlike(findings: list[Finding]) -> bool:
    return any(finding.code == "unlike_training" for finding in findings)


@pytest.mark.parametrize("case", ALL)
def test_metrics_carry_intervals_that_hold_them(trained: Find, case: str) -> None:
    for name, metric in trained(case).manifest["metrics"].items():
        assert metric["lower"] <= metric["value"] <= metric["upper"], name
