"""Every prediction can be reproduced: the stored inputs through the stored version, once more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from diagnosis.inference.models import Job, Prediction
from diagnosis.inference.scoring import score
from diagnosis.ml import Artifact, ArtifactError
from diagnosis.registry.models import ModelVersion
from diagnosis.registry.versions.store import FOR_REPRODUCTION, load_artifact
from diagnosis.results.result import Result

AGREED = 1e-6
"""Another processor may round the last digits of a float32 differently."""


@dataclass(frozen=True)
class Reproduction:
    """``reason`` says why nothing could be computed: no_result, version_withdrawn, unreadable.

    ``stored`` and ``computed`` are the headline; ``difference`` is the largest of all estimates.
    """

    stored: float | None
    computed: float | None
    digest: str
    reason: str = ""
    difference: float | None = None

    @property
    def is_same(self) -> bool:
        return self.difference is not None and self.difference <= AGREED

    @property
    def is_exact(self) -> bool:
        return self.difference == 0


def artifact_of(version: ModelVersion) -> Artifact | None:
    """The artifact of a version that may still be asked about its results; None otherwise."""
    if version.state not in FOR_REPRODUCTION:
        return None
    try:
        return load_artifact(version, states=FOR_REPRODUCTION)
    except ArtifactError:
        return None


def is_unreadable(version: ModelVersion) -> bool:
    """It could be asked, but its artifact cannot be read: a fault, and nothing about the model."""
    return version.state in FOR_REPRODUCTION and artifact_of(version) is None


def reproduce(prediction: Prediction) -> Reproduction:
    """Run the serving form here and now; stores nothing. For callers who went through the gate."""
    version, stored = prediction.version, prediction.headline
    kept = prediction.answer
    if prediction.state != Job.State.DONE or kept is None or not kept.estimates:
        return Reproduction(stored, None, version.digest, "no_result")
    if version.state not in FOR_REPRODUCTION:
        return Reproduction(stored, None, version.digest, "version_withdrawn")
    artifact = artifact_of(version)
    if artifact is None:
        return Reproduction(stored, None, version.digest, "unreadable")
    result = score.score(artifact, prediction.definition, prediction.snapshot)
    computed = result.headline.value if result.headline else None
    found = _difference(_values(kept, stored), _values(result, computed))
    return Reproduction(stored, computed, version.digest, difference=found)


def _values(answer: Result, headline: float | None) -> dict[str, float]:
    """Every estimate, and the headline as its column holds it."""
    values = {one.name: one.value for one in answer.estimates}
    return values if headline is None else {**values, "": headline}


def _difference(kept: Mapping[str, float], now: Mapping[str, float]) -> float | None:
    """The largest between numbers of one name; None where they are not the same ones."""
    if kept.keys() != now.keys():
        return None
    return max(abs(value - now[name]) for name, value in kept.items())
