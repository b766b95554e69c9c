"""What changed between two results of one patient, input by input: exact Shapley values.

The earlier result's inputs are the only background row, so the values are those of going from
then to now: they add up to the difference, whatever the model, and no reference patient, and so
no sampling error, comes in. Where two versions answered, the later one is asked for both, and
what it says otherwise of the earlier inputs stands apart from the patient's own change.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from diagnosis.inference.models import Job, Prediction
from diagnosis.inference.scoring import noise
from diagnosis.inference.scoring.reproducing import AGREED
from diagnosis.inference.snapshot.inputs import raw_of, schema_of
from diagnosis.inference.stored.entry import NOTHING, Entry
from diagnosis.ml import Artifact, ArtifactError
from diagnosis.ml.explain import shapley_values
from diagnosis.registry.versions.store import FOR_REPRODUCTION, load_artifact

Matrix = NDArray[np.float32]
EXACT = "exact"
A_POINT = 0.005
"""What is less is nothing in whole points."""


@dataclass(frozen=True)
class Ends:
    """The two estimates between which something changed."""

    before: float
    now: float

    @property
    def difference(self) -> float:
        return self.now - self.before


@dataclass(frozen=True)
class Part:
    """One input: what stood there, what stands there now, and what that did to the estimate.

    ``was`` and ``became`` are in the unit of the version that was asked; None is not measured.
    ``within_error``: two measurements of the same thing differ by as much (``noise``).
    """

    feature: str
    contribution: float
    was: float | None
    became: float | None
    before: Entry
    now: Entry
    within_error: bool = False

    @property
    def changed(self) -> bool:
        return self.was != self.became


@dataclass(frozen=True)
class Change:
    """From one result to a later one; ``reason`` says why it cannot be taken apart.

    ``error`` is how far the estimate would have moved, in 95 of 100 such pairs at most, had nothing
    but the errors of the measurements differed.

    Reasons: ``no_result``, ``version_withdrawn``, ``unreadable``, ``not_reproduced``.
    """

    before: Prediction
    now: Prediction
    reason: str = ""
    ends: Ends | None = None
    """None where it cannot be taken apart."""
    method: str = ""
    of_version: float = 0.0
    parts: tuple[Part, ...] = ()
    gap: float = 0.0
    error: float = 0.0

    @property
    def of_patient(self) -> float:
        """The difference that the inputs made, whichever version answered."""
        return sum(part.contribution for part in self.parts)

    @property
    def is_within_error(self) -> bool:
        """Whether the errors of the measurements alone could have made it.

        Never where something changed by more than its own error, however little that did in sum.
        """
        real = [p for p in self.moved if not p.within_error and abs(p.contribution) >= A_POINT]
        return bool(self.moved) and not real and abs(self.of_patient) <= self.error

    @property
    def is_exact(self) -> bool:
        return self.method == EXACT

    @property
    def same_version(self) -> bool:
        return self.before.version_id == self.now.version_id

    @property
    def moved(self) -> list[Part]:
        """What differs, the largest contribution first."""
        found = [part for part in self.parts if part.changed]
        return sorted(found, key=lambda part: -abs(part.contribution))


def change_between(before: Prediction, now: Prediction) -> Change:
    """Take the difference apart; for callers who went through the gate. Stores nothing."""
    was, ends = before.headline, now.headline
    if was is None or ends is None or {before.state, now.state} != {Job.State.DONE}:
        return Change(before, now, "no_result")
    if now.version.state not in FOR_REPRODUCTION:
        return Change(before, now, "version_withdrawn")
    try:
        artifact = load_artifact(now.version, states=FOR_REPRODUCTION)
    except ArtifactError:
        return Change(before, now, "unreadable")
    return _taken_apart(before, now, artifact, Ends(was, ends))


def _taken_apart(before: Prediction, now: Prediction, artifact: Artifact, ends: Ends) -> Change:
    then_row, now_row = (_row(artifact, one) for one in (before, now))
    found = shapley_values(artifact, now_row, then_row, estimate=now.explained[0])
    base, result = float(np.asarray(found.base_value)), float(found.predictions[0])
    then, since = before.snapshot, now.snapshot
    same = before.version_id == now.version_id
    if abs(result - ends.now) > AGREED or (same and abs(base - ends.before) > AGREED):
        return Change(before, now, "not_reproduced")
    return Change(
        before,
        now,
        method=found.method,
        ends=ends,
        of_version=0.0 if same else base - ends.before,
        parts=tuple(
            Part(
                feature=feature.name,
                contribution=float(found.values[0, j]),
                was=_known(then_row[0, j]),
                became=_known(now_row[0, j]),
                before=then.get(feature.name, NOTHING),
                now=since.get(feature.name, NOTHING),
                within_error=noise.is_within_error(feature, then_row[0, j], now_row[0, j]),
            )
            for j, feature in enumerate(artifact.schema)
        ),
        gap=found.additivity_gap,
        error=noise.of_result(
            artifact,
            then_row,
            now_row,
            noise.measured_twice(artifact.schema.names, then, since),
        ),
    )


def _known(value: np.float32) -> float | None:
    return None if np.isnan(value) else float(value)


def _row(artifact: Artifact, prediction: Prediction) -> Matrix:
    """The inputs of a result as this artifact reads them."""
    own = schema_of(prediction.version)
    snapshot = prediction.snapshot
    names = [name for name in artifact.schema.names if name in own]
    return artifact.schema.matrix([{name: raw_of(own[name], snapshot) for name in names}])
