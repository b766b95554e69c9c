"""What a model looks at over many patients: right where the answer is known, and no row in it."""

from __future__ import annotations

import json
from collections.abc import Callable

import numpy as np
import pytest

from diagnosis.ml import Artifact
from diagnosis.ml.explain import overall as module
from diagnosis.ml.explain import shapley_values
from diagnosis.ml.explain.overall import FEWEST, overall
from diagnosis.ml.families import plain
from diagnosis.ml.results.targets import Task
from diagnosis.ml.upgrade import upgraded
from tests.ml.conftest import CASES

Find = Callable[[str], Artifact]
pytestmark = pytest.mark.slow
EXPLAINED = ("logistic", "classic", "network", "indicators", "regression", "multiclass")


@pytest.mark.parametrize("case", EXPLAINED)
def test_training_says_what_the_model_looks_at(trained: Find, case: str) -> None:
    artifact = trained(case)
    found = artifact.manifest["explanations"]
    names = [row["feature"] for row in found["importance"]]
    means = [row["mean"] for row in found["importance"]]
    assert sorted(names) == sorted(artifact.schema.names)
    assert means == sorted(means, reverse=True)
    assert all(row["lower"] <= row["mean"] <= row["upper"] for row in found["importance"])
    assert found["of"] == "training"
    assert found["population"] == artifact.manifest["training"]["rows"]
    assert found["background_rows"] == module.REFERENCES
    assert 0 < found["rows"] <= module.MOST_ROWS
    scale = max(1.0, abs(found["base_value"]))
    assert found["additivity_gap"] / scale < 1e-5
    assert json.loads(json.dumps(found, allow_nan=False)) == found


def test_models_of_several_outputs_say_it_of_each(trained: Find) -> None:
    for case in ("multiclass", "multilabel"):
        artifact = trained(case)
        told = artifact.manifest["explanations"]
        assert (told["estimate"], *told["others"]) == artifact.task.classes


def test_importance_and_dependence_are_those_of_the_attributions_themselves(
    trained: Find, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Asked anew, row by row, over the whole background."""
    artifact = trained("logistic")
    monkeypatch.setattr(module, "AFFORDABLE", 1_000_000_000)
    found = overall(artifact, artifact.background, seed=0, of="background")
    few = artifact.background[: module.REFERENCES]
    explained = shapley_values(artifact, artifact.background, few)
    assert found["rows"] == len(artifact.background)
    mean = dict(zip(artifact.schema.names, np.abs(explained.values).mean(axis=0), strict=True))
    for row in found["importance"]:
        assert row["mean"] == pytest.approx(mean[row["feature"]], abs=1e-5)
    j = artifact.schema.names.index("sex")
    bins = next(d["bins"] for d in found["dependence"] if d["feature"] == "sex")
    for one in bins:
        here = explained.values[artifact.background[:, j] == one["value"], j]
        assert one["n"] == len(here)
        assert one["mean"] == pytest.approx(here.mean(), abs=1e-5)
        assert one["lower"] == pytest.approx(np.quantile(here, 0.25), abs=1e-5)


def test_a_bin_of_few_patients_tells_their_number_only(trained: Find) -> None:
    bins = [
        b for d in trained("indicators").manifest["explanations"]["dependence"] for b in d["bins"]
    ]
    assert any(b["n"] < FEWEST for b in bins)
    assert all(("mean" in b) == (b["n"] >= FEWEST) for b in bins)


def test_patients_without_a_value_have_a_bin_of_their_own(trained: Find) -> None:
    found = trained("network").manifest["explanations"]["dependence"]
    insulin = next(d["bins"] for d in found if d["feature"] == "insulin_2h")
    assert [b["value"] is None for b in insulin] == [False] * (len(insulin) - 1) + [True]
    assert sum(b["n"] for b in insulin) == trained("network").manifest["explanations"]["rows"]


def test_the_strongest_pair_is_the_one_that_acts_together() -> None:
    """Only the first two inputs act together, as in an exclusive or."""

    class Model:
        background = np.random.default_rng(1).integers(0, 2, (40, 4)).astype(np.float32)

        class schema:  # stands in for the artifact's own
            names = ("a", "b", "c", "d")

        manifest: dict[str, object] = {}
        task = Task("binary", ("y",), ("0", "1"))

        def predict_matrix(self, x: np.ndarray) -> np.ndarray:
            return 0.5 * ((x[:, 0] > 0.5) != (x[:, 1] > 0.5)) + 0.2 * x[:, 2]

    found = overall(Model(), Model.background, seed=0, of="background")  # type: ignore[arg-type]
    assert found["interactions"][0]["features"] == ["a", "b"]
    assert [row["mean"] for row in found["importance"] if row["feature"] == "d"] == [0.0]
    assert len(found["interactions"]) == 1


def test_no_row_of_a_patient_can_be_read_from_it(trained: Find) -> None:
    artifact = trained("regression")
    text = json.dumps(artifact.manifest["explanations"])
    for row in artifact.schema.matrix(CASES["regression"][1]())[:50]:
        assert json.dumps([float(v) for v in row])[1:-1] not in text


def test_few_rows_are_explained_where_each_is_costly(
    trained: Find, monkeypatch: pytest.MonkeyPatch
) -> None:
    artifact = trained("logistic")
    monkeypatch.setattr(module, "AFFORDABLE", 1)
    found = overall(artifact, artifact.background, seed=0, of="background")
    assert found["rows"] == module.PAIR_ROWS


def test_an_upgrade_tells_it_of_the_background(trained: Find) -> None:
    made = trained("logistic")
    manifest = {k: v for k, v in made.manifest.items() if k != "explanations"}
    files = {n: c for n, c in made.files.items() if n != plain.FILE}
    found = upgraded(Artifact(manifest, files)).manifest["explanations"]
    assert found["of"] == "background"
    assert module.PAIR_ROWS <= found["rows"] <= len(made.background)
    assert found["population"] == made.manifest["training"]["rows"]


SPOILT = [
    lambda entry: entry.pop("importance"),
    lambda entry: entry.update(rows="many"),
    lambda entry: entry.update(rows=0),
    lambda entry: entry.update(method=["exact"]),
    lambda entry: entry["importance"].pop(),
    lambda entry: entry["importance"][0].update(mean=float("nan")),
    lambda entry: entry["importance"][0].update(feature="unknown"),
    lambda entry: entry["dependence"][0].update(bins=[{"value": 1.0}]),
    lambda entry: entry["dependence"][0]["bins"][0].update(value=[1.0]),
    lambda entry: entry["interactions"][0].update(features=["age", "unknown"]),
]


@pytest.mark.parametrize("spoil", SPOILT)
def test_an_entry_that_was_not_made_here_is_recognised(
    trained: Find, spoil: Callable[[dict], object]
) -> None:
    artifact = trained("logistic")
    entry = json.loads(json.dumps(artifact.manifest["explanations"]))
    assert module.holds_together(entry, artifact.schema.names)
    spoil(entry)
    assert not module.holds_together(entry, artifact.schema.names)
    assert not module.holds_together("text", artifact.schema.names)
