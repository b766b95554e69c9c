"""What would bring a result below a limit of its bands: asked here and now, stored nowhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from diagnosis.inference.models import Prediction
from diagnosis.inference.scoring.reproducing import artifact_of
from diagnosis.inference.scoring.score import matrix
from diagnosis.ml import Artifact, Feature
from diagnosis.ml.batch import table_of
from diagnosis.ml.explain.further.counterfactual import Answer, Limit, Situation, counterfactuals
from diagnosis.registry.sheet.bands import Band
from diagnosis.registry.sheet.sheets import Sheet

MOST_LIMITS = 2


@dataclass(frozen=True)
class Reach:
    """One limit with the changes that cross it; ``features`` name the columns."""

    limit: float
    band: Band
    answer: Answer
    features: Sequence[Feature]


def limits_below(prediction: Prediction) -> list[tuple[float, Band]]:
    """The limits under which another action is advised, the nearest first, each with its band."""
    sheet, estimate = prediction.definition, prediction.headline
    return [] if estimate is None else list(_below(sheet, estimate))[:MOST_LIMITS]


def _below(sheet: Sheet, estimate: float) -> Iterator[tuple[float, Band]]:
    now = sheet.band_of(estimate)
    if now is None:
        return
    action = now.action
    for band in reversed(sheet.bands):
        if band.upper <= now.lower and band.action != action:
            action = band.action
            yield float(band.upper), band


def reach(prediction: Prediction) -> list[Reach] | None:
    """What was found for each limit; None where the version cannot be asked any more."""
    artifact = artifact_of(prediction.version)
    if artifact is None:
        return None
    given = _situation(artifact, prediction)
    return [
        Reach(limit, band, counterfactuals(artifact, given, Limit(limit)), given.features)
        for limit, band in limits_below(prediction)
    ]


def _situation(artifact: Artifact, prediction: Prediction) -> Situation:
    """The patient before the model; what may be changed is what its sheet says."""
    stated = prediction.sheet.features
    return Situation(
        row=table_of(matrix(artifact, prediction.snapshot))[0],
        features=[stated[name] for name in artifact.schema.names],
        reference=artifact.background,
        novelty=artifact.novelty,
    )
