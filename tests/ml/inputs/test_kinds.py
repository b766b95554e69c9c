"""Kinds of inputs: one dictionary, a module each, and one made up with a block beside the table."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import diagnosis.ml
from diagnosis.ml import Artifact, ArtifactError, FeatureSchema, Recipe, SchemaError, recipe, train
from diagnosis.ml.batch import TABLE, Batch
from diagnosis.ml.explain import shapley_values
from diagnosis.ml.families import FAMILIES
from diagnosis.ml.inputs import INPUT_KINDS
from diagnosis.ml.schema import Feature
from tests.ml.inputs.side_by_side import SideBySide
from tests.ml.inputs.strip import Strip

LABEL = {"en": "Curve", "zh-Hans": "曲线"}


def schema() -> FeatureSchema:
    curve = Feature("curve", LABEL, "strip", shape=(3,), required=True)
    return FeatureSchema((Feature("age", {"en": "Age"}), curve, Feature("dose", {"en": "Dose"})))


@pytest.fixture(autouse=True)
def _the_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(INPUT_KINDS, "strip", Strip())
    monkeypatch.setitem(FAMILIES, "side-by-side", SideBySide())
    monkeypatch.setattr(recipe, "MODELS", ("auto", *FAMILIES))


@pytest.fixture(scope="module")
def artifact() -> Artifact:
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(INPUT_KINDS, "strip", Strip())
        patch.setitem(FAMILIES, "side-by-side", SideBySide())
        patch.setattr(recipe, "MODELS", ("auto", *FAMILIES))
        asked = Recipe("ill", "side-by-side", repeats=1, folds=3, refits=4)
        return train(asked, table(), schema())


def table() -> pd.DataFrame:
    rng = np.random.default_rng(3)
    age, dose, curve = rng.normal(60, 9, 240), rng.normal(5, 1, 240), rng.normal(0, 1, (240, 3))
    logit = (age - 60) / 9 + 1.5 * curve[:, 0] - curve[:, 2]
    return pd.DataFrame(
        {
            "age": age.round(1),
            "curve": [";".join(f"{v:.4f}" for v in row) for row in curve],
            "dose": dose.round(2),
            "ill": (rng.random(240) < 1 / (1 + np.exp(-logit))).astype(int),
        }
    )


ROW = {"age": 61.0, "curve": [0.5, -1.0, 0.25], "dose": 5.0}


@pytest.mark.parametrize(("name", "kind"), INPUT_KINDS.items())
def test_players_tile_what_they_play_for(name, kind):
    codes = ({"code": 0, "value": "a", "label": LABEL}, {"code": 4, "value": "b", "label": LABEL})
    told = {"name": "x", "label": LABEL, "kind": name}
    feature = Feature.from_dict(told | ({"categories": codes} if name == "category" else {}))
    cells = [cell for player in kind.players(feature) for cell in player.cells]
    assert cells == list(range(int(np.prod(feature.shape))))
    value, finding = kind.read(feature, None)
    assert (finding, np.isnan(kind.encode(feature, [value])).all()) == (None, True)


def test_what_is_not_described_well_is_refused_with_its_reason():
    with pytest.raises(SchemaError, match="says how many numbers"):
        Feature("curve", LABEL, "strip")
    with pytest.raises(SchemaError, match="number, category, boolean, strip"):
        Feature("curve", LABEL, "song")
    with pytest.raises(SchemaError, match="has no shape"):
        Feature("age", LABEL, shape=(2,))


def test_a_batch_holds_the_table_and_a_block_a_feature():
    batch = schema().batch([ROW, {"age": 3.0}])
    assert {name: block.shape for name, block in batch.blocks.items()} == {
        TABLE: (2, 2),
        "curve": (2, 3),
    }
    assert batch.present["curve"].tolist() == [True, False]
    np.testing.assert_array_equal(batch.take(slice(1)).table, np.float32([[61, 5]]))
    read = schema().batch(pd.DataFrame([ROW | {"curve": "0.5;-1;0.25"}]))
    np.testing.assert_array_equal(read.blocks["curve"], batch.blocks["curve"][:1])


def test_findings_name_what_cannot_be_read():
    found = [(one.code, one.feature) for one in schema().check([ROW | {"curve": "1;2"}])[0]]
    assert found == [("not_a_strip", "curve")]


@pytest.mark.slow
def test_an_artifact_answers_and_its_parts_add_up(artifact, tmp_path):
    again = Artifact.load(artifact.save(tmp_path / "model"))
    (answer,) = again.predict([ROW])
    explained = again.explain([ROW])
    assert explained.additivity_gap < 1e-6
    assert explained.predictions[0] == pytest.approx(answer)
    assert explained.values.shape == (1, 3)
    told = [part.values[0] for part in explained.parts["curve"]]
    assert [part.name for part in explained.parts["curve"]] == ["1", "2", "3"]
    assert sum(told) == pytest.approx(explained.values[0, 1])
    assert told[0] > 0.02  # a high first number raises it
    assert again.interval(again.schema.inputs([ROW])).shape == (1, 2)
    assert again.manifest["choice"]["model"] == "side-by-side"


@pytest.mark.slow
def test_what_is_explained_is_the_model_and_not_how_it_is_written(artifact):
    """The same three numbers as three columns of a table have the same values, exactly."""
    batch = artifact.schema.batch([ROW])
    references = artifact.references

    def wide(x: np.ndarray) -> np.ndarray:
        return artifact.predict_matrix(Batch.of(x[:, [0, 4]], curve=x[:, 1:4]))

    def columns(given: Batch) -> np.ndarray:
        return np.column_stack([given.table[:, 0], given.blocks["curve"], given.table[:, 1]])

    flat = shapley_values(wide, columns(batch), columns(references)).values[0]
    ours = artifact.explain([ROW])
    np.testing.assert_allclose(ours.values[0], [flat[0], flat[1:4].sum(), flat[4]], atol=1e-9)


@pytest.mark.slow
def test_a_block_unlike_all_others_is_found_and_named(artifact):
    assert [one.code for one in artifact.check([ROW])[0]] == []
    (finding,) = artifact.check([ROW | {"curve": [0.5, 300.0, 0.25]}])[0]
    assert (finding.code, finding.feature) == ("unlike_training", "curve")


@pytest.mark.slow
def test_tensors_are_matched_by_name_and_shape(artifact):
    batch = artifact.schema.batch([ROW])
    with pytest.raises(ArtifactError, match="takes curve and table, not table"):
        artifact.predict_matrix(batch.table)
    with pytest.raises(ArtifactError, match="rows of 3 columns"):
        artifact.predict_matrix(Batch.of(batch.table, curve=batch.blocks["curve"][:, :2]))


@pytest.mark.slow
def test_a_background_of_other_rows_is_refused(artifact, tmp_path):
    kept = json.loads(artifact.contents()["manifest.json"])
    assert set(kept["files"]) >= {"background.npy", "background.npz"}
    from diagnosis.ml.families import arrays

    short = {"background.npz": arrays.to_bytes({"curve": np.zeros((2, 3))})}
    with pytest.raises(ArtifactError, match="does not fit the schema"):
        Artifact.load(artifact.with_files(**short).save(tmp_path / "model"))


def names(path: Path) -> set[str]:
    """Kinds that a module compares something with."""
    found = set()
    for one in ast.walk(ast.parse(path.read_text())):
        if isinstance(one, ast.Compare):
            parts = [one.left, *one.comparators]
            kinds = {p.value for p in parts if isinstance(p, ast.Constant)} & set(INPUT_KINDS)
            found |= {k for k in kinds if any("kind" in ast.unparse(p) for p in parts)}
    return found


def test_no_module_asks_for_a_kind_by_its_name():
    root = Path(diagnosis.ml.__file__).parent.parent
    asking = {str(path.relative_to(root)) for path in root.rglob("*.py") if names(path)}
    assert asking == set()
