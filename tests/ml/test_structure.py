"""Taking a model apart: what is said of its layers and weights is what they do."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from diagnosis.ml import Artifact
from diagnosis.ml.families import describe, plain
from diagnosis.ml.families.structure.spreads import spread
from tests.ml.conftest import CASES

Find = Callable[[str], Artifact]
pytestmark = pytest.mark.slow


def known(artifact: Artifact) -> dict:
    found = describe(artifact)
    assert found is not None
    return found


def layer(found: dict, kind: str) -> dict:
    return next(one for one in found["layers"] if one["kind"] == kind)


def effects(found: dict, name: str) -> list[dict]:
    return next(f["effects"] for f in found["features"] if f["name"] == name)


@pytest.mark.parametrize("case", tuple(CASES))
def test_every_kind_of_model_is_described_and_its_layers_fit_each_other(
    trained: Find, case: str
) -> None:
    artifact = trained(case)
    found = known(artifact)
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    layers = found["layers"]
    assert [layers[0]["kind"], layers[1]["kind"]] == ["inputs", "preprocessing"]
    assert [one["kind"] for one in layers[-3:]] == ["score", "calibration", "result"]
    for before, after in pairwise(layers):
        assert before["outputs"] == after["inputs"]
    assert layers[-1]["outputs"] == artifact.task.outputs
    assert [f["name"] for f in found["features"]] == list(artifact.schema.names)
    assert sum(f["columns"] for f in found["features"]) == layers[1]["outputs"]


def test_an_older_artifact_has_no_structure(trained: Find) -> None:
    artifact = trained("logistic")
    files = {n: c for n, c in artifact.files.items() if n != plain.FILE}
    assert describe(Artifact(artifact.manifest, files)) is None


def test_parameters_are_those_that_keras_counts_in_the_dense_layers(trained: Find) -> None:
    artifact = trained("classic")
    dense = [one for one in known(artifact)["layers"] if one["kind"] in ("dense", "score")]
    assert sum(one["parameters"] for one in dense) == artifact.keras_model.count_params()


def test_a_weight_of_a_regression_is_its_coefficient_a_standard_deviation(trained: Find) -> None:
    artifact = trained("logistic")
    fitted = artifact.fitted
    assert fitted is not None
    weights, slope = fitted.layers[0][0][:, 0], float(fitted.calibrator.slope[0])
    (effect,) = effects(known(artifact), "age")
    assert effect["step"] == "sd"
    assert effect["mean"] == pytest.approx([weights[0] * slope], rel=1e-4)
    assert effect["lower"] == effect["mean"] == effect["upper"]


def test_a_step_of_a_standard_deviation_changes_the_served_log_odds_so(trained: Find) -> None:
    """The same, asked from outside: two rows that differ by one SD."""
    artifact = trained("logistic")
    found = known(artifact)
    age = next(f for f in found["features"] if f["name"] == "age")
    rows = np.repeat(artifact.background[:1], 2, axis=0)
    rows[1, artifact.schema.names.index("age")] = rows[0, 0] + age["sd"]
    low, high = artifact.logits_matrix(rows)
    assert high - low == pytest.approx(age["effects"][0]["mean"][0], abs=1e-4)


def test_a_category_weighs_against_the_one_that_stands_in_for_a_missing_value(
    trained: Find,
) -> None:
    artifact = trained("logistic")
    j = artifact.schema.names.index("chest_pain")
    feature = artifact.schema.features[j]
    found = effects(known(artifact), "chest_pain")
    assert {e["code"] for e in found} | {found[0]["reference"]} == set(feature.codes)
    rows = np.repeat(artifact.background[:1], 2, axis=0)
    rows[0, j], rows[1, j] = found[0]["reference"], found[0]["code"]
    usual, other = artifact.logits_matrix(rows)
    assert other - usual == pytest.approx(found[0]["mean"][0], abs=1e-4)
    rows[0, j] = np.nan
    assert artifact.logits_matrix(rows[:1])[0] == pytest.approx(usual, abs=1e-6)


def test_a_network_weighs_an_input_differently_in_different_patients(trained: Find) -> None:
    steps = [e for f in known(trained("classic"))["features"] for e in f["effects"]]
    assert any(e["upper"][0] - e["lower"][0] > 0.01 for e in steps)
    assert all(e["lower"][0] <= e["upper"][0] for e in steps)


def test_a_missing_indicator_is_a_step_of_its_own(trained: Find) -> None:
    found = known(trained("indicators"))
    flagged = [f for f in found["features"] if f["flags_missing"]]
    assert flagged
    assert all("missing" in {e["step"] for e in f["effects"]} for f in flagged)
    assert layer(found, "preprocessing")["flags"] == len(flagged)


def test_the_ramps_of_a_calibration_rise_from_score_to_probability(trained: Find) -> None:
    ramps = layer(known(trained("network")), "calibration")
    assert ramps["calibration"] == "isotonic"
    assert len(ramps["scores"]) == len(ramps["probabilities"])
    assert ramps["probabilities"] == sorted(ramps["probabilities"])
    assert 0 < ramps["probabilities"][0] <= ramps["probabilities"][-1] < 1


def test_a_unit_that_never_answers_is_found(trained: Find) -> None:
    """Its constant is so low that no patient of the background wakes it."""
    artifact = trained("classic")
    fitted = artifact.fitted
    assert fitted is not None
    (weights, bias), *rest = fitted.layers
    killed = bias.copy()
    killed[3] = -1e6
    changed = replace(fitted, layers=((weights, killed), *rest))
    spoilt = Artifact(artifact.manifest, artifact.files)
    spoilt.__dict__["fitted"] = changed
    first = layer(known(spoilt), "dense")
    assert 3 in first["dead"]
    assert first["active"][3] == 0
    assert 3 not in layer(known(artifact), "dense")["dead"]


def test_no_row_of_the_background_can_be_read_from_it(trained: Find) -> None:
    text = json.dumps(known(trained("regression")))
    for row in trained("regression").background[:20]:
        assert json.dumps([float(v) for v in row])[1:-1] not in text


def test_a_spread_counts_everything_once_and_takes_constants() -> None:
    values = np.random.default_rng(0).normal(size=(50, 8))
    found = spread(values)
    assert sum(found["counts"]) == found["n"] == 400
    assert found["quantiles"] == sorted(found["quantiles"])
    assert found["quantiles"][3] == pytest.approx(np.median(values), rel=1e-4)
    assert spread(np.full(3, 2.0))["counts"] == [3]
    assert spread(np.zeros(0))["n"] == 0
