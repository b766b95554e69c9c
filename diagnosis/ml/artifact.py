"""The artifact: a model in its own format, its serving form and a manifest with their digests."""

from __future__ import annotations

import io
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from diagnosis.ml import package
from diagnosis.ml.errors import DAMAGED, ArtifactError
from diagnosis.ml.families import plain
from diagnosis.ml.manifest import FORMAT, MANIFEST, NEEDED, canonical, checked, read, sha256
from diagnosis.ml.novelty import CODE as UNLIKE
from diagnosis.ml.novelty import Novelty
from diagnosis.ml.other_patients import as_estimates, curve_band, estimate_intervals
from diagnosis.ml.results.estimate import Estimate
from diagnosis.ml.results.targets import Task
from diagnosis.ml.schema import FeatureSchema, Finding, Rows
from diagnosis.ml.serving import ServingForm
from diagnosis.ml.uncertainty import other_models

if TYPE_CHECKING:
    from diagnosis.ml.explain import Explanation
    from diagnosis.ml.families.pipeline import Fitted

Matrix = NDArray[np.float32]
Array = NDArray[np.float64]
KNOWN = {*NEEDED, "refits.tflite", plain.FILE}


class Artifact:
    """One trained model: raw clinical values in, a calibrated result out.

    Loading, predicting and explaining import no TensorFlow. Sharing one artifact between
    threads is safe.

    Parameters
    ----------
    manifest : mapping
        What ``manifest.json`` holds, without the digests of the files.
    files : mapping of str to bytes
        ``model.keras``, ``serving.tflite``, ``background.npy``, where there is an interval
        ``refits.tflite``, and in all but older artifacts ``layers.npz``.
    """

    def __init__(self, manifest: Mapping[str, Any], files: Mapping[str, bytes]) -> None:
        """Store both; the manifest gets the digests of the files."""
        digests = {name: sha256(content) for name, content in sorted(files.items())}
        self.manifest: dict[str, Any] = {**manifest, "format": FORMAT, "files": digests}
        self.files = dict(files)
        self._manifest_bytes = canonical(self.manifest)

    # Reading and writing

    @classmethod
    def load(cls, source: str | Path | bytes, digest: str | None = None) -> Artifact:
        """Read an artifact from its folder, from a ``.zip`` of it or from the bytes of that.

        Nothing is unpickled, and every byte is checked before it is used. With ``digest``, nothing
        but that very artifact is read.

        Raises
        ------
        ArtifactError
            A file is absent, changed or unreadable, the format is unknown, the archive is unsafe,
            or it is another artifact.
        """
        given = package.unpack(source) if isinstance(source, bytes) else package.read(Path(source))
        manifest = read(given)
        if digest is not None and sha256(given[MANIFEST]) != digest:
            raise ArtifactError("The artifact is not the one that was reviewed.")
        files = checked(manifest, given)
        artifact = cls.__new__(cls)
        artifact.manifest, artifact.files = manifest, files
        artifact._manifest_bytes = given[MANIFEST]
        artifact._check_inside()
        return artifact

    def _check_inside(self) -> None:
        try:
            width = len(self.schema)
            if self.background.shape[1:] != (width,):
                raise ArtifactError("The background does not fit the schema.")
            _ = self.task.to_dict(), self.novelty, self._plain  # each refuses what it can not be
        except DAMAGED as error:
            raise ArtifactError(f"The artifact contradicts itself: {error}") from error

    def contents(self) -> dict[str, bytes]:
        """Return every file of the artifact, the manifest included."""
        return {MANIFEST: self._manifest_bytes, **self.files}

    def save(self, folder: str | Path) -> Path:
        """Write the artifact into a folder, made if need be; the manifest comes last."""
        target = Path(folder)
        package.refuse_strangers(target, {MANIFEST, *KNOWN, *self.files})
        target.mkdir(parents=True, exist_ok=True)
        for name, content in self.files.items():
            (target / name).write_bytes(content)
        for name in KNOWN - set(self.files):
            (target / name).unlink(missing_ok=True)
        (target / MANIFEST).write_bytes(self._manifest_bytes)
        return target

    def to_zip(self, path: str | Path) -> Path:
        """Write the artifact as one archive; the same artifact gives the same bytes."""
        return package.write_zip(Path(path), self.contents())

    def with_manifest(self, **entries: Any) -> Artifact:
        """Return the same model with more said about it: comparators, bands, counts."""
        return Artifact({**self.manifest, **entries}, self.files)

    def with_files(self, **files: bytes) -> Artifact:
        """Return the same model with more files beside it."""
        return Artifact(self.manifest, {**self.files, **files})

    # What it is

    @property
    def digest(self) -> str:
        """SHA-256 of ``manifest.json``, which holds that of every other file."""
        return sha256(self._manifest_bytes)

    @property
    def name(self) -> str:
        """What the model is called."""
        return str(self.manifest.get("name", ""))

    @cached_property
    def schema(self) -> FeatureSchema:
        """The inputs, in the order of the matrix columns."""
        return FeatureSchema.from_dict(self.manifest["schema"])

    @cached_property
    def task(self) -> Task:
        """What is predicted."""
        return Task.from_dict(self.manifest["task"])

    @cached_property
    def background(self) -> Matrix:
        """Raw training rows (b, d) against which predictions are explained."""
        try:
            stream = io.BytesIO(self.files["background.npy"])
            rows = np.load(stream, allow_pickle=False)
        except DAMAGED as error:
            raise ArtifactError("background.npy can not be read.") from error
        return np.ascontiguousarray(rows, dtype=np.float32)

    @property
    def population(self) -> int | None:
        """From how many training rows the background was drawn; None where it is not said."""
        rows = (self.manifest.get("training") or {}).get("rows")
        return int(rows) if isinstance(rows, int) and rows >= len(self.background) else None

    @cached_property
    def novelty(self) -> Novelty | None:
        """How unlike the training rows a row is; None for artifacts that do not say."""
        given = self.manifest.get("novelty")
        return None if given is None else Novelty.from_dict(given, self.schema.features)

    @cached_property
    def _plain(self) -> Fitted | None:
        content = self.files.get(plain.FILE)
        if content is None:
            return None
        features = self.schema.features
        return plain.from_bytes(content, features, self.task.kind, self.task.outputs)

    @cached_property
    def fitted(self) -> Fitted | None:
        """The model in plain NumPy; None for older artifacts, which do not hold it.

        Raises
        ------
        ArtifactError
            It is not the model that answers: nothing may be explained by it.
        """
        if self._plain is not None:
            rows = plain.probes(self.background)
            gap = plain.gap(self._plain, self._serving(rows), rows)
            if not gap <= plain.TOLERANCE:
                raise ArtifactError(f"{plain.FILE} differs from the serving form by {gap:.1e}.")
        return self._plain

    # What it does

    @cached_property
    def _serving(self) -> ServingForm:
        return ServingForm(self.files["serving.tflite"])

    @cached_property
    def _refits(self) -> ServingForm | None:
        content = self.files.get("refits.tflite")
        return None if content is None else ServingForm(content)

    def predict(self, rows: Rows) -> Array:
        """Return calibrated probabilities, or numbers for a regression; answers every row.

        Parameters
        ----------
        rows : DataFrame, list of mappings or one mapping
            Raw values; see ``FeatureSchema.matrix``.

        Returns
        -------
        ndarray
            (n,) for yes or no and for numbers, (n, k) for classes and several labels.
        """
        return self.predict_matrix(self.schema.matrix(rows))

    def predict_matrix(self, x: Matrix) -> Array:
        """Return the same for the model's matrix, float32 (n, d), NaN where missing."""
        return self._shaped(self._serving(x)["probability"])

    def logits_matrix(self, x: Matrix) -> Array:
        """Return calibrated logits for the model's matrix: (n,) or (n, k)."""
        return self._shaped(self._serving(x)["logit"])

    def _shaped(self, out: Matrix) -> Array:
        wide = out.astype(np.float64)
        return wide[:, 0] if self.task.outputs == 1 else wide

    def refit_probabilities(self, x: Matrix) -> Matrix | None:
        """Return (n, R), or (n, R, k), of R refits on bootstrap resamples; None without any."""
        return None if self._refits is None else self._refits(x)["probability"]

    def interval(self, x: Matrix, level: float = 0.90) -> Array | None:
        """Return (n, 2): where a model that learnt from other patients would put a row.

        About ``level`` of such models lie there; see ``uncertainty.other_models``. None where
        there are no refits.
        """
        if self._refits is None or self.task.outputs > 1:
            return None
        middle = self._serving(x)["logit"][:, 0].astype(np.float64)
        low, high = other_models(middle, self._refits(x)["logit"], level)
        ends = np.column_stack([low, high])
        return self.task.result.link(ends)

    def curve_band(self, x: Matrix, level: float = 0.90) -> Array | None:
        """Return (n, k, 2) about a curve (n, k), each of its points by itself; None as above."""
        if self._refits is None:
            return None
        return curve_band(self.predict_matrix(x), self._refits(x)["probability"], level)

    def _ends(self, x: Matrix, answers: Array) -> Mapping[str, Array]:
        """Return (n, 2) of each estimate; nothing where there are no refits."""
        one = self.interval(x)
        if one is not None:
            return dict.fromkeys(self.task.result.scales(self.task), one)
        if self._refits is None:
            return {}
        return estimate_intervals(self.task, answers, self._refits(x)["probability"], 0.90)

    def estimates(self, rows: Rows) -> list[tuple[Estimate, ...]]:
        """Return the estimates of every row, with the interval of the refits, if there are any."""
        x = self.schema.matrix(rows)
        answers = self.predict_matrix(x).reshape(len(x), self.task.outputs)
        found = self.task.result.estimates(self.task, answers)
        return as_estimates(len(x), found, self._ends(x, answers))

    def check(self, rows: Rows) -> list[list[Finding]]:
        """Return the findings of every row; see ``FeatureSchema.check``.

        ``unlike_training`` says that the row as a whole resembles no training row; it names the
        input that stands out most.
        """
        found, novelty = self.schema.check(rows), self.novelty
        if novelty is not None and found:
            x = self.schema.matrix(rows)
            for i in np.flatnonzero(novelty.unlike(x)):
                found[i].append(self._unlike(novelty.standing_out(x[i : i + 1])))
        return found

    def _unlike(self, places: list[int]) -> Finding:
        features = [self.schema.features[j] for j in places]
        named = ", ".join(feature.label.get("en", feature.name) for feature in features)
        message = f"The row is unlike the training rows; standing out: {named}."
        return Finding(UNLIKE, features[0].name, message, f"/{features[0].name}")

    def explain(
        self, rows: Rows, *, seed: int = 0, output: str = "probability", budget: int | None = None
    ) -> Explanation:
        """Return Shapley values of every row; see ``diagnosis.ml.explain.shapley_values``."""
        from diagnosis.ml.explain import shapley_values  # heavier than a prediction needs

        matrix = self.schema.matrix(rows)
        return shapley_values(self, matrix, self.background, seed, output=output, budget=budget)

    @cached_property
    def keras_model(self) -> Any:
        """The model in its own format. Loads TensorFlow."""
        from diagnosis.ml.families.dense.export import load_keras

        return load_keras(self.files["model.keras"])
