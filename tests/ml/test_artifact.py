"""Artifacts: every byte is checked, nothing unsafe is read, and threads may share one."""

from __future__ import annotations

import io
import json
import pickle
import re
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from diagnosis.ml import Artifact, ArtifactError
from diagnosis.ml.serving import CHUNK, ServingForm
from tests.ml.conftest import heart

pytestmark = pytest.mark.slow
Find = Callable[[str], Artifact]
ROOT = Path(__file__).parents[2]


@pytest.fixture
def folder(trained: Find, tmp_path: Path) -> Path:
    """A saved artifact that a test may spoil."""
    return trained("logistic").save(tmp_path / "model")


def test_a_saved_artifact_has_its_files_and_their_digests(folder: Path) -> None:
    names = {path.name for path in folder.iterdir()}
    assert names == {
        "manifest.json", "model.keras", "serving.tflite", "refits.tflite", "background.npy",
        "layers.npz",
    }  # fmt: skip
    assert set(json.loads((folder / "manifest.json").read_text())["files"]) == names - {
        "manifest.json"
    }


@pytest.mark.parametrize(
    "name", ["serving.tflite", "refits.tflite", "model.keras", "background.npy", "layers.npz"]
)
def test_a_changed_byte_is_noticed(folder: Path, name: str) -> None:
    content = bytearray((folder / name).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / name).write_bytes(bytes(content))
    with pytest.raises(ArtifactError, match=f"^{name} was changed"):
        Artifact.load(folder)


@pytest.mark.parametrize("name", ["manifest.json", "serving.tflite", "refits.tflite"])
def test_an_absent_file_is_noticed(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(ArtifactError, match=name):
        Artifact.load(folder)


@pytest.mark.parametrize("name", ["extra.npy", "model.pkl", ".DS_Store", "read me.txt"])
def test_a_file_that_the_manifest_does_not_name_is_refused(folder: Path, name: str) -> None:
    (folder / name).write_bytes(b"anything")
    with pytest.raises(ArtifactError, match=re.escape(name)):
        Artifact.load(folder)


def test_a_file_in_an_archive_that_the_manifest_does_not_name_is_refused(
    trained: Find, tmp_path: Path
) -> None:
    path = trained("logistic").to_zip(tmp_path / "a.zip")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("extra.npy", b"anything")
    with pytest.raises(ArtifactError, match=r"extra\.npy, which manifest\.json does not name"):
        Artifact.load(path)


def test_a_folder_inside_an_artifact_is_refused(folder: Path) -> None:
    (folder / "more").mkdir()
    with pytest.raises(ArtifactError, match="more"):
        Artifact.load(folder)


def test_an_artifact_is_not_written_among_other_files(trained: Find, tmp_path: Path) -> None:
    (tmp_path / "thesis.docx").write_bytes(b"mine")
    with pytest.raises(ArtifactError, match=r"thesis\.docx"):
        trained("logistic").save(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.docx"]


def test_a_file_that_is_a_link_is_not_followed(folder: Path) -> None:
    real = folder / "background.npy"
    real.rename(folder.parent / "elsewhere.npy")
    real.symlink_to(folder.parent / "elsewhere.npy")
    with pytest.raises(ArtifactError, match=r"background\.npy"):
        Artifact.load(folder)


@pytest.mark.parametrize(
    "text",
    ["", "[]", "null", '{"format": "other/1"}', '{"format": "medportal-artifact/1"}', "{" * 9],
)
def test_a_manifest_that_is_none_is_refused(folder: Path, text: str) -> None:
    (folder / "manifest.json").write_text(text)
    with pytest.raises(ArtifactError):
        Artifact.load(folder)


def resealed(folder: Path, **changed: object) -> Path:
    """The folder with entries of the manifest replaced and digests made to fit."""
    contents = {p.name: p.read_bytes() for p in folder.iterdir() if p.name != "manifest.json"}
    manifest = json.loads((folder / "manifest.json").read_text())
    Artifact({**manifest, **changed}, contents).save(folder)
    return folder


def test_a_background_that_would_unpickle_is_refused(folder: Path) -> None:
    class Trap:
        def __reduce__(self) -> tuple[object, ...]:
            return (Path.touch, (folder / "sprung",))

    stream = io.BytesIO()
    np.save(stream, np.array([Trap()], dtype=object), allow_pickle=True)
    (folder / "background.npy").write_bytes(stream.getvalue())
    with pytest.raises(ArtifactError, match=r"background\.npy"):
        Artifact.load(resealed(folder))
    assert not (folder / "sprung").exists()
    assert pickle.loads(stream.getvalue()[128:]) is not None  # the trap does work
    assert (folder / "sprung").exists()


@pytest.mark.parametrize(
    "changed",
    [
        {"schema": {"features": []}},
        {"schema": {"features": [{"name": "x"}]}},
        {"task": {}},
        {"schema": 7},
    ],
)
def test_an_artifact_that_contradicts_itself_is_refused(
    folder: Path, changed: dict[str, object]
) -> None:
    with pytest.raises(ArtifactError):
        Artifact.load(resealed(folder, **changed))


def test_an_archive_gives_the_same_artifact_and_the_same_bytes(
    trained: Find, tmp_path: Path
) -> None:
    artifact = trained("logistic")
    first = artifact.to_zip(tmp_path / "a.zip")
    second = artifact.to_zip(tmp_path / "b.zip")
    assert first.read_bytes() == second.read_bytes()
    assert Artifact.load(first).digest == artifact.digest


@pytest.mark.parametrize(
    "name", ["../evil.txt", "/etc/evil", "a/b.txt", "..", "C:\\evil", ".hidden"]
)
def test_an_archive_with_strange_names_is_refused(trained: Find, tmp_path: Path, name: str) -> None:
    path = trained("logistic").to_zip(tmp_path / "a.zip")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(name, "x")
    with pytest.raises(ArtifactError, match="names"):
        Artifact.load(path)


def test_an_archive_that_unpacks_too_large_is_refused(
    trained: Find, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = trained("logistic").to_zip(tmp_path / "a.zip")
    monkeypatch.setattr("diagnosis.ml.package.MOST_BYTES", 10_000)
    with pytest.raises(ArtifactError, match="at most"):
        Artifact.load(path)


def test_what_is_no_archive_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"PK\x03\x04 nothing more")
    with pytest.raises(ArtifactError, match="no archive"):
        Artifact.load(tmp_path / "a.zip")
    with pytest.raises(ArtifactError, match="no artifact at"):
        Artifact.load(tmp_path / "nothing")


def test_more_can_be_said_about_a_model_without_changing_it(trained: Find) -> None:
    artifact = trained("logistic")
    more = artifact.with_manifest(bands=[{"code": "low", "n": 3, "events": 0}])
    assert more.manifest["bands"][0]["code"] == "low"
    assert more.manifest["files"] == artifact.manifest["files"]
    assert more.digest != artifact.digest


def test_eight_threads_get_their_own_numbers(trained: Find) -> None:
    artifact = trained("logistic")
    x = artifact.schema.matrix(heart())
    expected = np.array([artifact.predict_matrix(x[i : i + 1])[0] for i in range(len(x))])
    wrong: list[str] = []

    def ask(number: int) -> None:
        order = np.random.default_rng(number).integers(0, len(x), 300)
        for i in order:
            got = artifact.predict_matrix(x[i : i + 1])[0]
            if got != expected[i]:
                wrong.append(f"{number}: row {i}")

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_results_are_copies(trained: Find) -> None:
    serving = ServingForm(trained("logistic").files["serving.tflite"])
    x = trained("logistic").schema.matrix(heart())
    first = serving(x[:1])["probability"]
    kept = first.copy()
    serving(x[1:2])
    np.testing.assert_array_equal(first, kept)


def test_a_large_batch_goes_in_chunks(trained: Find) -> None:
    artifact = trained("logistic")
    x = np.tile(artifact.schema.matrix(heart()), (62, 1))
    assert len(x) > 2 * CHUNK
    out = artifact.predict_matrix(x)
    np.testing.assert_allclose(out[-270:], out[:270], atol=1e-6)


def test_rows_of_another_width_are_refused(trained: Find) -> None:
    with pytest.raises(ArtifactError, match="13 columns"):
        trained("logistic").predict_matrix(np.zeros((1, 12), dtype=np.float32))


def test_what_is_no_model_is_refused() -> None:
    with pytest.raises(ArtifactError, match="no LiteRT model"):
        ServingForm(b"no model")(np.zeros((1, 1), dtype=np.float32))


def test_the_network_is_loaded_in_safe_mode(trained: Find, tmp_path: Path) -> None:
    """A Lambda layer, which would run code, is not loaded."""
    import keras

    from diagnosis.ml.families.dense.export import keras_bytes, load_keras

    unsafe = keras.Sequential([keras.Input((2,)), keras.layers.Lambda(lambda x: x * 2)])
    with pytest.raises(ValueError, match="unsafe"):
        load_keras(keras_bytes(unsafe))
    assert load_keras(trained("logistic").files["model.keras"]).name == "medportal"


def test_a_serving_form_that_disagrees_is_refused(trained: Find) -> None:
    from diagnosis.ml.families.dense.export import agreed

    x = trained("logistic").schema.matrix(heart())
    with pytest.raises(ArtifactError, match="differs"):
        agreed(trained("classic").keras_model, trained("logistic").files["serving.tflite"], x)


def test_predicting_and_explaining_load_no_tensorflow(folder: Path) -> None:
    program = f"""
import sys
import diagnosis.ml
from diagnosis.ml import Artifact
import numpy as np
artifact = Artifact.load({str(folder)!r})
row = {{name: 1 for name in artifact.schema.names}}
artifact.predict([row]), artifact.check([row]), artifact.explain([row])
artifact.interval(artifact.schema.matrix([row]))
heavy = {{"tensorflow", "keras", "sklearn", "shap", "pandas", "django", "scipy"}}
print(sorted(heavy & {{name.split(".")[0] for name in sys.modules}}))
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, check=True
    )
    assert done.stdout.strip() == "[]"
