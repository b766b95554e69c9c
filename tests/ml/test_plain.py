"""The model in plain NumPy: the very function that answers, or refused."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from diagnosis.ml import Artifact, ArtifactError
from diagnosis.ml.cli import main
from diagnosis.ml.families import arrays, plain
from diagnosis.ml.families.pipeline import Fitted
from diagnosis.ml.upgrade import upgraded
from tests.ml.conftest import CASES

Find = Callable[[str], Artifact]
pytestmark = pytest.mark.slow


def older(artifact: Artifact) -> Artifact:
    """The artifact as it was written before it held its layers."""
    files = {name: content for name, content in artifact.files.items() if name != plain.FILE}
    return Artifact(artifact.manifest, files)


def known(artifact: Artifact) -> Fitted:
    assert artifact.fitted is not None
    return artifact.fitted


@pytest.mark.parametrize("case", tuple(CASES))
def test_plain_form_and_serving_form_agree_with_and_without_gaps(trained: Find, case: str) -> None:
    artifact = trained(case)
    x = artifact.schema.matrix(CASES[case][1]())
    holes = x.copy()
    holes.ravel()[::3] = np.nan
    for rows in (x, holes, holes[:, :] * np.nan):
        served = artifact.predict_matrix(rows).reshape(len(rows), -1)
        scale = max(1.0, float(np.abs(served).max()))
        assert np.abs(known(artifact).probabilities(rows) - served).max() / scale <= 1e-5


@pytest.mark.parametrize("case", tuple(CASES))
def test_an_older_artifact_gets_its_layers_from_its_own_network(trained: Find, case: str) -> None:
    artifact = trained(case)
    before = older(artifact)
    assert before.fitted is None
    after = upgraded(before)
    made, read = known(artifact), known(after)
    assert made.preprocessor.columns_ == read.preprocessor.columns_
    assert made.calibrator.kind == read.calibrator.kind
    rows = plain.probes(artifact.background)
    scale = max(1.0, float(np.abs(made.logits(rows)).max()))
    assert np.abs(made.logits(rows) - read.logits(rows)).max() / scale < 1e-5
    assert after.files["serving.tflite"] == artifact.files["serving.tflite"]
    assert upgraded(after) is after


def test_the_same_layers_give_the_same_bytes_and_survive_them(trained: Find) -> None:
    artifact = trained("network")
    content = plain.to_bytes(known(artifact))
    assert content == artifact.files[plain.FILE] == plain.to_bytes(known(artifact))
    with np.load(io.BytesIO(content), allow_pickle=False) as read:
        np.testing.assert_array_equal(read["weights_1"], known(artifact).layers[0][0])


def test_layers_of_another_model_are_never_used(trained: Find) -> None:
    fitted = known(trained("logistic"))
    weights, bias = fitted.layers[0]
    moved = replace(fitted, layers=((weights, bias + 0.01),))
    forged = trained("logistic").with_files(**{plain.FILE: plain.to_bytes(moved)})
    with pytest.raises(ArtifactError, match="differs from the serving form"):
        _ = forged.fitted


def test_layers_that_agree_only_where_nothing_is_missing_are_never_used(trained: Find) -> None:
    fitted = known(trained("network"))
    shaped = fitted.preprocessor
    good = shaped.fill_.copy()
    try:
        shaped.fill_ = good * 1.5 + 1
        content = plain.to_bytes(fitted)
    finally:
        shaped.fill_ = good
    with pytest.raises(ArtifactError, match="differs"):
        _ = trained("network").with_files(**{plain.FILE: content}).fitted


def spoilt(artifact: Artifact, **changed: np.ndarray | None) -> bytes:
    given = {**arrays.from_bytes(artifact.files[plain.FILE]), **changed}
    return arrays.to_bytes({name: part for name, part in given.items() if part is not None})


@pytest.mark.parametrize(
    "changed",
    [
        {"fill": np.zeros(2)},
        {"fill": None},
        {"extra": np.zeros(1)},
        {"weights_1": np.zeros((3, 1))},
        {"weights_1": np.zeros((18, 0))},
        {"bias_1": np.array([np.nan])},
        {"mean": np.zeros(1)},
        {"log": np.zeros(6)},
        {"scale": np.zeros(6)},
        {"numbers": np.arange(6)[::-1]},
        {"columns": np.array([[99, -1, 0]])},
        {"columns": np.array([[0, 77, 0]])},
        {"slope": np.ones(4)},
        {"start": np.array(2.0)},
    ],
)
def test_layers_that_fit_no_input_or_task_are_refused(
    trained: Find, tmp_path: Path, changed: dict[str, np.ndarray | None]
) -> None:
    artifact = trained("logistic")
    bad = artifact.with_files(**{plain.FILE: spoilt(artifact, **changed)})
    with pytest.raises(ArtifactError, match=r"layers\.npz"):
        Artifact.load(bad.save(tmp_path / "bad"))


def archive(parts: dict[str, bytes], compression: int = zipfile.ZIP_STORED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as packed:
        for name, part in parts.items():
            packed.writestr(name, part)
    return out.getvalue()


def npy(values: np.ndarray) -> bytes:
    out = io.BytesIO()
    np.save(out, values, allow_pickle=True)
    return out.getvalue()


HEADER = b"\x93NUMPY\x01\x00v\x00"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK\x03\x04 nothing more",
        archive({"a.npy": npy(np.zeros(9))}, zipfile.ZIP_DEFLATED),
        archive({"a.npy": npy(np.array([Path("x")], dtype=object))}),
        archive({"a.npy": npy(np.zeros(3))[:-1]}),
        archive({"a.npy": npy(np.zeros(3)) + b"x"}),
        archive({"a.npy": npy(np.zeros((2, 2), order="F")[:, ::-1].T)[:-9]}),
        archive({"a.npy": npy(np.zeros(3, dtype=np.float32))}),
        archive({"a.npy": npy(np.array(["text"]))}),
        archive({"a.npy": b"\x93NUMPY\x09\x00"}),
        archive({"a.npy": HEADER + b"{" * 118}),
        archive({"a.txt": b"text"}),
        archive({f"a{i}.npy": npy(np.zeros(1)) for i in range(arrays.MOST_ARRAYS + 1)}),
    ],
)
def test_an_archive_that_holds_anything_but_plain_arrays_is_refused(content: bytes) -> None:
    with pytest.raises(ArtifactError):
        arrays.from_bytes(content)


def test_a_header_that_promises_more_than_there_is_takes_no_memory() -> None:
    said = "{'descr': '<f8', 'fortran_order': False, 'shape': (999999999, 999999999), }\n"
    lying = b"\x93NUMPY\x01\x00" + len(said).to_bytes(2, "little") + said.encode() + b"\0" * 24
    with pytest.raises(ArtifactError, match="longer or shorter"):
        arrays.from_bytes(archive({"a.npy": lying}))


def test_the_command_upgrades_a_folder(
    trained: Find, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = older(trained("logistic")).save(tmp_path / "old")
    given = ["upgrade", "--artifact", str(folder), "--out", str(tmp_path / "new")]
    assert main(given) == 0
    assert "->" in capsys.readouterr().err
    new = Artifact.load(tmp_path / "new")
    assert new.fitted is not None
    assert new.manifest["metrics"] == trained("logistic").manifest["metrics"]
    given[2] = str(tmp_path / "new")
    assert main(given) == 0
    assert "held everything" in capsys.readouterr().err


def test_a_network_that_this_library_did_not_make_is_not_taken_apart(trained: Find) -> None:
    import keras

    from diagnosis.ml.families.dense.export import keras_bytes

    artifact = older(trained("logistic"))
    inputs = keras.Input((13,), name="inputs")
    foreign = keras.Model(inputs, keras.layers.Dense(1, name="other")(inputs))
    changed = artifact.with_files(**{"model.keras": keras_bytes(foreign)})
    with pytest.raises(ArtifactError, match="not one that this library made"):
        upgraded(changed)
