"""Where a row begins to be too unlike: a threshold from rows that the measure had not seen."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from diagnosis.ml.evaluation import folds
from diagnosis.ml.novelty import faults
from diagnosis.ml.novelty.faults import Fault
from diagnosis.ml.novelty.measure import Measure
from diagnosis.ml.novelty.writing import plain
from diagnosis.ml.schema import Feature

Array = NDArray[np.float64]
Matrix = NDArray[np.float32]
Index = NDArray[np.int64]

SHARE = 0.01  # of rows like the training rows that may be refused
FOLDS = 5
_STRIDE = 1_000
_NORMAL_95 = 1.959963984540054


class Scorer(Protocol):
    """Whatever says how unlike rows are."""

    def score(self, x: Matrix) -> Array:
        """Return a number a row, (n,); more is more unlike."""


class Fitter(Protocol):
    """Whatever learns a scorer from rows."""

    def __call__(self, x: Matrix, features: Sequence[Feature]) -> Scorer:
        """Return the scorer of rows (n, d)."""


@dataclass(frozen=True)
class Planted:
    """What became of one mistake: rows that pass their own limits, and how many were caught."""

    fault: Fault
    rows: int
    caught: int


@dataclass(frozen=True)
class Threshold:
    """Where to refuse, and what that does to rows that the measure had not seen.

    Attributes
    ----------
    value : float
        Rows that score more are unlike the training rows.
    refused, lower, upper : float
        Share of held-out rows that thresholds from other rows refuse, with its 95 % interval.
    rows, repeats : int
        How many rows, and how often the folds were drawn.
    planted : tuple of Planted
        Mistakes in held-out rows, and how many of them the threshold catches.
    """

    value: float
    refused: float
    lower: float
    upper: float
    rows: int
    repeats: int
    planted: tuple[Planted, ...]

    def to_dict(self, names: Sequence[str]) -> dict[str, Any]:
        """Return what JSON can hold."""
        return {
            "threshold": plain(self.value),
            "share": SHARE,
            "refused": {
                "value": plain(self.refused),
                "lower": plain(self.lower),
                "upper": plain(self.upper),
            },
            "rows": self.rows,
            "folds": FOLDS,
            "repeats": self.repeats,
            "planted": [
                {
                    "kind": one.fault.kind,
                    "features": [names[j] for j in one.fault.places],
                    "rows": one.rows,
                    "caught": one.caught,
                }
                for one in self.planted
            ],
        }


def find(
    x: Matrix,
    features: Sequence[Feature],
    seed: int,
    *,
    fit: Fitter = Measure.fit,
    shipped: Scorer | None = None,
    groups: Index | None = None,
) -> Threshold:
    """Return the threshold that refuses at most ``SHARE`` of rows which no fit had seen.

    Every row is scored by measures fitted without its fold, in repeated folds. The threshold is
    the quantile of these scores; the share that it refuses is counted with thresholds from the
    other folds, so neither looks at the rows it judges. Mistakes are planted in held-out rows
    of the first repeat; the threshold does not look at them. ``shipped`` is the measure of all
    rows: where many rows are alike, it too must refuse no more of them.
    """
    repeats = 10 if len(x) < 1000 else 3
    planted = faults.of(features, seed)
    scores = np.zeros((repeats, len(x)))
    assigned = np.stack([_assign(len(x), seed + _STRIDE * r, groups) for r in range(repeats)])
    wrong = np.full((len(planted), len(x)), np.nan)
    for r, fold in enumerate(assigned):
        for k in np.unique(fold):
            held = fold == k
            scorer = fit(x[~held], features)
            scores[r, held] = scorer.score(x[held])
            if r == 0:
                wrong[:, held] = _of_faults(planted, scorer, x[held], features)
    value = _quantile(scores.ravel())
    if shipped is not None:
        value = max(value, _quantile(shipped.score(x)))
    value = math.ceil(value * 1e6) / 1e6  # kept with six digits, and no row refused by rounding
    refused = _refused(scores, assigned)
    lower, upper = wilson(refused, len(x))
    # A row that a mistake does not reach, or that its limits already refuse, is NaN.
    counts = [
        Planted(fault, int((~np.isnan(s)).sum()), int((s > value).sum()))
        for fault, s in zip(planted, wrong, strict=True)
    ]
    return Threshold(
        value, refused, lower, upper, len(x), repeats, tuple(c for c in counts if c.rows)
    )


def wilson(share: float, rows: int) -> tuple[float, float]:
    """Return the 95 % interval of a share of rows (Wilson 1927); sound for none and for few."""
    z2 = _NORMAL_95**2 / rows
    middle = (share + z2 / 2) / (1 + z2)
    half = float(np.sqrt(z2 * (share * (1 - share) + z2 / 4))) / (1 + z2)
    return max(0.0, middle - half), min(1.0, middle + half)


def _assign(rows: int, seed: int, groups: Index | None) -> Index:
    return folds.assign(np.zeros((rows, 1)), FOLDS, seed, groups)


def _quantile(scores: Array) -> float:
    return float(np.quantile(scores, 1 - SHARE, method="higher"))


def _refused(scores: Array, assigned: Index) -> float:
    over = [
        row[fold == k] > _quantile(row[fold != k])
        for row, fold in zip(scores, assigned, strict=True)
        for k in np.unique(fold)
    ]
    return float(np.concatenate(over).mean())


def _of_faults(
    planted: Sequence[Fault], scorer: Scorer, x: Matrix, features: Sequence[Feature]
) -> Array:
    out = np.full((len(planted), len(x)), np.nan)
    for i, fault in enumerate(planted):
        changed = fault.plant(x)
        reached = faults.unnoticed(features, fault, x, changed)
        if reached.any():
            out[i, reached] = scorer.score(changed[reached])
    return out
