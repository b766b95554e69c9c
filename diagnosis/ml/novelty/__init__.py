"""Whether a row is unlike the training rows: a measure, its threshold, and what stands out.

A model answers every row, also one that no training row resembles: a mistyped unit, two values in
each other's place, a patient of another kind. What is kept of the training rows are quantiles,
frequencies and a covariance, never a row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from diagnosis.ml.batch import Batch, Inputs, as_batch, table_of
from diagnosis.ml.inputs.kind import Gate
from diagnosis.ml.novelty import fitting
from diagnosis.ml.novelty.measure import Measure
from diagnosis.ml.schema import Feature

__all__ = ["CODE", "MOST_INPUTS", "Novelty", "learn"]

CODE = "unlike_training"
METHOD = "surprise under a Gaussian copula and a tree of categories"
MOST_INPUTS = 60
"""Beyond, a covariance is no small statistic any more."""

MOST_NAMED = 3
_SHARE_NAMED = 0.15  # of all surprise: less does not stand out

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Novelty:
    """A measure of the table with the threshold above which a row is unlike the training rows.

    ``measure`` is None for a table too wide for it; ``gates`` judge what stands beside the table.
    """

    features: Sequence[Feature]
    measure: Measure | None
    threshold: float
    gates: Mapping[str, Gate] = field(default_factory=dict)

    @classmethod
    def from_dict(cls, given: Mapping[str, Any], features: Sequence[Feature]) -> Novelty:
        """Read what ``learn`` wrote; ValueError, KeyError or TypeError where it is broken."""
        told, table = given.get("gates", {}), _of_table(features)
        gates = {one.name: _gate(one, told[one.name]) for one in features if one.name in told}
        if "measure" not in given:
            return cls(table, None, 0.0, gates)
        threshold = float(given["threshold"])
        if not np.isfinite(threshold):
            raise ValueError("the threshold is no number")
        return cls(table, Measure.from_dict(given["measure"], table), threshold, gates)

    def unlike(self, x: Inputs) -> NDArray[np.bool_]:
        """Return which patients are unlike those of the training rows, (n,)."""
        found = np.zeros(len(x), dtype=np.bool_)
        if self.measure is not None:
            found |= self.measure.score(table_of(x)) > self.threshold
        for name, gate in self.gates.items():
            found |= gate.unlike(as_batch(x).blocks[name])
        return found

    def usual(self, feature: str) -> tuple[float, float] | None:
        """Return between which values most training rows lie (5 to 95 %); None if it is unknown."""
        return None if self.measure is None else self.measure.usual(feature)

    def typical(self, feature: str) -> tuple[float, float, float] | None:
        """Return the 10th, 50th and 90th percentile of a number; None if they are unknown."""
        return None if self.measure is None else self.measure.typical(feature)

    def standing_out(self, row: Inputs) -> list[str]:
        """Return the names of up to three inputs that make a row unlike, worst first.

        A block that is unlike stands first: nothing in the table explains it.
        """
        blocks = as_batch(row).blocks
        found = [name for name, gate in self.gates.items() if gate.unlike(blocks[name])[0]]
        if self.measure is None or (found and self.measure.score(table_of(row)) <= self.threshold):
            return found[:MOST_NAMED]
        adds = self.measure.contributions(table_of(row))
        order = np.argsort(-adds, kind="stable")[:MOST_NAMED]
        least = _SHARE_NAMED * float(np.maximum(adds, 0.0).sum())
        found += [self.features[j].name for i, j in enumerate(order) if i == 0 or adds[j] > least]
        return found[:MOST_NAMED]


def _gate(feature: Feature, kept: Mapping[str, Any]) -> Gate:
    kind = feature.input.gate()
    if kind is None:
        raise ValueError(f"{feature.name} has no gate of its own")
    return kind.from_dict(kept)


def learn(
    inputs: Inputs,
    features: Sequence[Feature],
    seed: int,
    groups: NDArray[np.int64] | None = None,
) -> dict[str, Any] | None:
    """Return what a manifest holds of it; None where nothing was measured.

    A table too wide for the measure has none, and a kind may have no gate.
    """
    table, gates = _of_table(features), _gates(as_batch(inputs), features)
    kept = {"gates": gates} if gates else {}
    if len(table) > MOST_INPUTS:
        return kept or None
    x = table_of(inputs)
    measure = Measure.fit(x, table)
    found = fitting.find(x, table, seed, shipped=measure, groups=groups)
    return {
        "method": METHOD,
        **found.to_dict([feature.name for feature in table]),
        "measure": measure.to_dict(),
        **kept,
    }


def _of_table(features: Sequence[Feature]) -> Sequence[Feature]:
    return [feature for feature in features if not feature.is_block]


def _gates(batch: Batch, features: Sequence[Feature]) -> dict[str, Any]:
    return {
        feature.name: gate.fit(feature, batch.blocks[feature.name]).to_dict()
        for feature in features
        if (gate := feature.input.gate()) is not None
    }
