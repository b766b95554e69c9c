"""Reasons are those of the estimate that is shown, in its unit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from diagnosis.ml import Artifact, train
from diagnosis.ml.explain import shapley_values
from diagnosis.ml.explain.overall import holds_together
from tests.ml.conftest import CASES
from tests.ml.explain.definition import by_permutations

Find = Callable[[str], Artifact]
pytestmark = pytest.mark.slow

_made: dict[str, Artifact] = {}


@pytest.fixture
def stages() -> Artifact:
    """Four ordered stages from four blood tests: few enough to be explained by the definition."""
    if "stages" not in _made:
        recipe, table = CASES["multiclass"]
        features = ("bili", "albumin", "protime", "platelet")
        asked = replace(recipe, ordered=True, refits=0, features=features)
        _made["stages"] = train(asked, table().dropna(subset=["stage"]))
    return _made["stages"]


def some(artifact: Artifact) -> np.ndarray:
    return artifact.schema.matrix(CASES["multiclass"][1]().dropna(subset=["stage"]).iloc[::60])


@pytest.mark.parametrize("estimate", ["4", "3+", "1"])
def test_they_are_those_of_the_definition_for_that_estimate(
    stages: Artifact, estimate: str
) -> None:
    x, background = some(stages)[:2], stages.background[:12]

    def asked(rows: np.ndarray) -> np.ndarray:
        answers = stages.predict_matrix(rows)
        return stages.task.result.estimates(stages.task, answers)[estimate]

    found = shapley_values(stages, x, background, estimate=estimate)

    assert found.method == "exact"
    assert found.estimate == estimate
    expected = [by_permutations(asked, row, background) for row in x]
    np.testing.assert_allclose(found.values, expected, atol=1e-6)


def test_they_add_up_to_what_is_shown_in_points_of_probability(stages: Artifact) -> None:
    rows = CASES["multiclass"][1]().dropna(subset=["stage"]).head(5)
    shown = [{one.name: one.value for one in of} for of in stages.estimates(rows)]
    for name in stages.task.result.scales(stages.task):
        found = stages.explain(rows, estimate=name)
        assert found.values.shape == (5, 4)
        assert found.additivity_gap < 1e-6
        total = found.base_value + found.values.sum(axis=1)
        np.testing.assert_allclose(total, [one[name] for one in shown], atol=1e-5)


def test_reasons_for_this_class_or_a_higher_one_are_those_of_its_classes_together(
    stages: Artifact,
) -> None:
    rows = CASES["multiclass"][1]().dropna(subset=["stage"]).head(3)
    each, whole = (stages.explain(rows), stages.explain(rows, estimate="3+"))
    np.testing.assert_allclose(whole.values, each.values[..., 2:].sum(axis=-1), atol=1e-9)
    # Their errors are not the sum of two errors: what one class gains the other loses.
    assert whole.standard_errors is not None
    assert each.standard_errors is not None
    assert (whole.standard_errors <= each.standard_errors[..., 2:].sum(axis=-1) + 1e-12).all()


def test_without_its_layers_the_serving_form_gives_the_same(stages: Artifact) -> None:
    files = {name: content for name, content in stages.files.items() if name != "layers.npz"}
    bare, x = Artifact(stages.manifest, files), some(stages)[:2]
    for estimate in ("4", "3+"):
        one, other = (
            shapley_values(model, x, stages.background[:20], estimate=estimate)
            for model in (stages, bare)
        )
        np.testing.assert_allclose(one.values, other.values, atol=1e-5)


def test_each_label_has_its_own(trained: Find) -> None:
    artifact, rows = trained("multilabel"), CASES["multilabel"][1]().head(2)
    for name, shown in zip(artifact.task.classes, artifact.predict(rows).T, strict=True):
        found = artifact.explain(rows, estimate=name)
        np.testing.assert_allclose(found.base_value + found.values.sum(axis=1), shown, atol=1e-5)


@pytest.mark.parametrize(("case", "estimate"), [("logistic", "event"), ("regression", "value")])
def test_the_only_estimate_may_be_named(trained: Find, case: str, estimate: str) -> None:
    artifact, rows = trained(case), CASES[case][1]().head(2)
    named, plain = artifact.explain(rows, estimate=estimate), artifact.explain(rows)
    np.testing.assert_array_equal(named.values, plain.values)
    assert (named.estimate, plain.estimate) == (estimate, None)


def test_what_is_no_estimate_is_refused(stages: Artifact) -> None:
    rows = some(stages)[:1]
    with pytest.raises(ValueError, match=r"no estimate '5'; there are 1, 2, 3, 4, 2\+, 3\+"):
        stages.explain([{}], estimate="5")
    with pytest.raises(ValueError, match="not as a logit"):
        shapley_values(stages, rows, estimate="4", output="logit")
    with pytest.raises(ValueError, match="Only an artifact"):
        shapley_values(stages.predict_matrix, rows, rows, estimate="4")


def test_the_manifest_says_what_each_explained_estimate_looks_at(stages: Artifact) -> None:
    told = stages.manifest["explanations"]
    assert (told["estimate"], list(told["others"])) == ("4", ["3+", "2+"])
    assert holds_together(told, stages.schema.names)
    broken = {**told, "others": {"3+": {**told["others"]["3+"], "importance": []}}}
    assert not holds_together(broken, stages.schema.names)
    assert not holds_together({**told, "others": {"3+": told}}, stages.schema.names)
