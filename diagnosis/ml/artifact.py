"""The artifact: a model in its own format, its serving form and a manifest with their digests."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from diagnosis.ml import background
from diagnosis.ml.batch import Batch, Inputs, as_batch, table_of
from diagnosis.ml.container import Container
from diagnosis.ml.errors import DAMAGED, ArtifactError
from diagnosis.ml.families import family_of, plain
from diagnosis.ml.families.family import Runner
from diagnosis.ml.novelty import CODE as UNLIKE
from diagnosis.ml.novelty import Novelty
from diagnosis.ml.results.estimate import Estimate, row_by_row
from diagnosis.ml.results.targets import Task
from diagnosis.ml.schema import FeatureSchema, Finding, Rows
from diagnosis.ml.uncertainty.conformal import ClassSets, Ranges, region_of
from diagnosis.ml.uncertainty.coverage import Conformal, Group, missed
from diagnosis.ml.uncertainty.other_models import between_models, curve_band, other_models

if TYPE_CHECKING:
    from diagnosis.ml.explain import Explanation
    from diagnosis.ml.families.pipeline import Fitted

Matrix = NDArray[np.float32]
Array = NDArray[np.float64]


class Artifact(Container):
    """One trained model: raw clinical values in, a calibrated result out.

    Loading, predicting and explaining import no TensorFlow. Sharing one artifact between
    threads is safe.

    Parameters
    ----------
    manifest : mapping
        What ``manifest.json`` holds, without the digests of the files.
    files : mapping of str to bytes
        ``model.keras``, ``serving.tflite``, ``background.npy``, where there is an interval
        ``refits.tflite``, in all but older artifacts ``layers.npz``, and where there are blocks
        beside the table ``background.npz``.
    """

    def _check_inside(self) -> None:
        try:
            # each refuses what it can not be
            _ = self.references, self.task.to_dict(), self.novelty, self._plain, self.conformal
        except DAMAGED as error:
            raise ArtifactError(f"The artifact contradicts itself: {error}") from error

    # What it is

    @cached_property
    def schema(self) -> FeatureSchema:
        """The inputs, in the order of the matrix columns."""
        return FeatureSchema.from_dict(self.manifest["schema"])

    @cached_property
    def task(self) -> Task:
        """What is predicted."""
        return Task.from_dict(self.manifest["task"])

    @cached_property
    def references(self) -> Batch:
        """Training rows against which predictions are explained."""
        return background.read(self.files, self.schema)

    @property
    def background(self) -> Matrix:
        """The table of those rows, (b, d)."""
        return self.references.table

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
        return family_of(self).read(self.files, self.schema.table, self.task)

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
    def _serving(self) -> Runner:
        return family_of(self).open(self.files["serving.tflite"])

    @cached_property
    def _refits(self) -> Runner | None:
        content = self.files.get("refits.tflite")
        return None if content is None else family_of(self).open(content)

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
        return self.predict_matrix(self.schema.inputs(rows))

    def predict_matrix(self, x: Inputs) -> Array:
        """Return the same for a batch, or for its table (n, d) alone; NaN where missing."""
        return self._shaped(self._serving(x)["probability"])

    def logits_matrix(self, x: Inputs) -> Array:
        """Return calibrated logits for the same: (n,) or (n, k)."""
        return self._shaped(self._serving(x)["logit"])

    def _shaped(self, out: Matrix) -> Array:
        wide = out.astype(np.float64)
        return wide[:, 0] if self.task.outputs == 1 else wide

    def refit_probabilities(self, x: Inputs) -> Matrix | None:
        """Return (n, R): what R refits on bootstrap resamples say; None where there are none.

        Where the model has several outputs it is (n, R, k).
        """
        if self._refits is None:
            return None
        said, k = self._refits(x)["probability"], self.task.outputs
        return said if k == 1 else said.reshape(len(x), -1, k)

    def interval(self, x: Inputs, level: float = 0.90) -> Array | None:
        """Return (n, 2): where a model that learnt from other patients would put a row.

        About ``level`` of such models lie there; see ``uncertainty.other_models``. None where
        there are no refits, or several outputs: ``intervals`` has one an estimate.
        """
        if self._refits is None or self.task.outputs > 1:
            return None
        middle = self._serving(x)["logit"][:, 0].astype(np.float64)
        low, high = other_models(middle, self._refits(x)["logit"], level)
        ends = np.column_stack([low, high])
        return self.task.result.link(ends)

    def intervals(self, x: Inputs, level: float = 0.90) -> dict[str, Array]:
        """Return the same, (n, 2), for each estimate; nothing where there are no refits."""
        if self.task.outputs == 1:
            ends = self.interval(x, level)
            return {} if ends is None else dict.fromkeys(self.task.result.scales(self.task), ends)
        refits = self.refit_probabilities(x)
        if refits is None:
            return {}
        return between_models(self.task, self._answers(x), refits.astype(np.float64), level)

    def curve_band(self, x: Inputs, level: float = 0.90) -> Array | None:
        """Return (n, k, 2) about curves (n, k), each point by itself; None as above."""
        refits = self.refit_probabilities(x)
        return None if refits is None else curve_band(self._answers(x), refits, level)

    def _answers(self, x: Inputs) -> Array:
        return self.predict_matrix(x).reshape(len(x), self.task.outputs)

    def estimates(self, rows: Rows) -> list[tuple[Estimate, ...]]:
        """Return the estimates of every row, on the scales that ``task`` names.

        Those that are probabilities have the interval of the refits, where there are any; a
        number has its range (``ranges``), or that interval where the artifact has no ranges.
        """
        x = self.schema.inputs(rows)
        found = self.task.result.estimates(self.task, self._answers(x))
        ranges = self.ranges_matrix(x)
        ends = self.intervals(x) if ranges is None else dict.fromkeys(found, ranges)
        return row_by_row(found, ends)

    # What it leaves open

    @cached_property
    def conformal(self) -> Conformal | None:
        """How its sets or ranges were made and how often they held; None where it has none."""
        given = self.manifest.get("conformal")
        return None if given is None else Conformal.from_dict(given)

    @property
    def set_level(self) -> float | None:
        """Which share of true classes is to be in the sets; None where there are no sets."""
        return self.conformal.level if self.conformal and self.conformal.kind == "set" else None

    @property
    def interval_level(self) -> float | None:
        """Which share of true numbers is to be in the ranges; None where there are no ranges."""
        return self.conformal.level if self.conformal and self.conformal.kind == "range" else None

    def sets(self, rows: Rows) -> list[tuple[str, ...]] | None:
        """Return the classes that stay possible, neighbours if ordered; None: it has no sets."""
        return self.sets_matrix(self.schema.inputs(rows))

    def sets_matrix(self, x: Inputs) -> list[tuple[str, ...]] | None:
        """Return the same for the model's matrix."""
        region, known = region_of(self.task), self.conformal
        if not isinstance(region, ClassSets) or known is None:
            return None
        inside = region.inside(self._answers(x), known.quantile)
        names = self.task.classes
        return [tuple(n for n, there in zip(names, row, strict=True) if there) for row in inside]

    def ranges(self, rows: Rows) -> Array | None:
        """Return (n, 2), in the unit: where the true number is to lie; None where it has none."""
        return self.ranges_matrix(self.schema.inputs(rows))

    def ranges_matrix(self, x: Inputs) -> Array | None:
        """Return the same for a batch."""
        region, known = region_of(self.task), self.conformal
        if not isinstance(region, Ranges) or known is None:
            return None
        return region.ends(self._answers(x), known.quantile)

    def missed(self, rows: Rows) -> list[tuple[Group, ...]]:
        """Return for every row the classes, and its subgroups, that sets or ranges miss."""
        return self.missed_matrix(self.schema.inputs(rows))

    def missed_matrix(self, x: Inputs) -> list[tuple[Group, ...]]:
        """Return the same for a batch."""
        if self.conformal is None:
            return []
        names = [feature.name for feature in self.schema.table]
        return missed(self.conformal, self.task, table_of(x), names, self._answers(x))

    def check(self, rows: Rows) -> list[list[Finding]]:
        """Return the findings of every row; see ``FeatureSchema.check``.

        ``unlike_training`` says that the row as a whole resembles no training row; it names the
        input that stands out most.
        """
        found, novelty = self.schema.check(rows), self.novelty
        if novelty is not None and found:
            x = self.schema.inputs(rows)
            for i in np.flatnonzero(novelty.unlike(x)):
                one = as_batch(x).take(slice(i, i + 1))
                found[i].append(self._unlike(novelty.standing_out(one)))
        return found

    def _unlike(self, names: list[str]) -> Finding:
        features = [self.schema[name] for name in names]
        named = ", ".join(feature.label.get("en", feature.name) for feature in features)
        message = f"The row is unlike the training rows; standing out: {named}."
        return Finding(UNLIKE, features[0].name, message, f"/{features[0].name}")

    def explain(
        self,
        rows: Rows,
        *,
        seed: int = 0,
        output: str = "probability",
        budget: int | None = None,
        estimate: str | None = None,
    ) -> Explanation:
        """Return Shapley values of every row; see ``diagnosis.ml.explain.shapley_values``."""
        from diagnosis.ml.explain import shapley_values  # heavier than a prediction needs

        x = self.schema.inputs(rows)
        return shapley_values(
            self, x, self.references, seed, output=output, budget=budget, estimate=estimate
        )

    @cached_property
    def keras_model(self) -> Any:
        """The model in its own format. Loads TensorFlow."""
        from diagnosis.ml.families.dense.export import load_keras

        return load_keras(self.files["model.keras"])
