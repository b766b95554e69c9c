"""Which two inputs of one result act together: stored with its reasons."""

from __future__ import annotations

from typing import Any

from diagnosis.ml import Artifact
from diagnosis.ml.explain.model_function import Matrix
from diagnosis.ml.explain.pairs.interactions import shapley_interactions

BUDGET = 200_000
"""Model rows: enough to enumerate what is enumerated at all in the queue that doctors wait for."""

LEAST = 0.01
"""One point: what is less is not worth a sentence."""

MOST = 3


def interactions(
    artifact: Artifact, x: Matrix, seed: int, grain: float = 1.0, *, estimate: str | None = None
) -> dict[str, Any]:
    """The strongest pairs of a row's inputs: what both add beyond each alone, on the estimate.

    Only pairs of at least a point, a hundredth of ``grain``, and surely no chance; often none.
    """
    of = () if estimate is None else (estimate,)
    found = shapley_interactions(
        artifact, x, artifact.background, seed, budget=BUDGET, estimates=of
    )
    names = artifact.schema.names
    return {
        "index": "shapley",
        "method": found.method,
        "pairs": [
            {
                "features": [names[pair.first], names[pair.second]],
                "effect": pair.effect,
                "standard_error": pair.error,
            }
            for pair in found.strongest(most=MOST, least=LEAST * grain)
        ],
    }
