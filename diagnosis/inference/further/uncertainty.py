"""How sure one result is: what more patients to learn from could settle, and what not."""

from __future__ import annotations

from dataclasses import dataclass

from diagnosis.inference.models import Prediction
from diagnosis.inference.scoring.estimate import refits_of
from diagnosis.inference.scoring.reproducing import artifact_of
from diagnosis.inference.scoring.score import FEWEST_REFITS, matrix
from diagnosis.ml import uncertainty


@dataclass(frozen=True)
class Sureness:
    """Shares of all that the result leaves open, and how often the event happens meanwhile.

    ``reducible`` is the share that more patients of the same kind could remove; ``refits`` is
    how many models it was measured with.
    """

    estimate: float
    reducible: float
    spread: float
    refits: int


def sureness(prediction: Prediction) -> Sureness | None:
    """None where the version cannot be asked any more, or has too few refits to say."""
    artifact = artifact_of(prediction.version)
    if artifact is None or prediction.headline is None:
        return None
    refits = refits_of(artifact, prediction.definition, matrix(artifact, prediction.snapshot))
    if refits is None or refits.shape[1] < FEWEST_REFITS:
        return None
    found = uncertainty.split(refits)
    return Sureness(
        estimate=prediction.headline,
        reducible=float(found.share_reducible[0]),
        spread=float(found.spread[0]),
        refits=refits.shape[1],
    )
