"""How good each estimate of yes or no is for itself: a class, it or a higher one, a label."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from diagnosis.ml import evaluation
from diagnosis.ml.evaluation.ends import FEWEST_OF_EACH, LEVEL
from diagnosis.ml.evaluation.quantiles import student
from diagnosis.ml.results.measuring import Interval, finite

if TYPE_CHECKING:
    from diagnosis.ml.learning.validation import OutOfFold

Array = NDArray[np.float64]
Index = NDArray[np.int64]

DRAWS = 200
ENOUGH = 100
"""Events, and non-events, from which a calibration slope says something."""
SENSITIVITY = 0.90
AREAS = ("auroc", "auprc", "brier")
CALIBRATION = ("calibration_slope", "calibration_intercept")


@dataclass(frozen=True)
class Flagged:
    """What a threshold does to rows that had no part in choosing it.

    Attributes
    ----------
    threshold : float
        From which an estimate is flagged: where ``sensitivity`` of the events are, told from all
        out-of-fold rows. That of each fold, told from the others, made the counts.
    flagged, right, missed : int
        Rows flagged, events among them, and events that were not.
    """

    threshold: float
    sensitivity: float
    flagged: int
    right: int
    missed: int

    def to_dict(self) -> dict[str, float]:
        """Return what JSON can hold."""
        return {
            "threshold": self.threshold,
            "sensitivity": self.sensitivity,
            "flagged": self.flagged,
            "right": self.right,
            "missed": self.missed,
        }


@dataclass(frozen=True)
class Figures:
    """One estimate: rows with a known truth, events, metrics with intervals, a threshold."""

    rows: int
    events: int
    metrics: dict[str, Interval]
    flagged: Flagged | None

    def to_dict(self) -> dict[str, Any]:
        """Return what JSON can hold."""
        return {
            "rows": self.rows,
            "events": self.events,
            "rate": self.events / self.rows,
            "metrics": self.metrics,
            "flagged": None if self.flagged is None else self.flagged.to_dict(),
        }


def by_estimate(measured: OutOfFold) -> dict[str, Figures]:
    """Return the figures of each estimate of yes or no; none for kinds whose metrics say it all."""
    return dict(_each(measured))


def _each(measured: OutOfFold) -> Iterator[tuple[str, Figures]]:
    task = measured.task
    told = [task.result.estimates(task, answers) for answers in measured.predictions]
    for name, truth in task.result.truths(task, measured.y).items():
        known = ~np.isnan(truth)
        if not known.any():
            continue
        y, p = truth[known], np.column_stack([one[name][known] for one in told])
        groups = None if measured.groups is None else measured.groups[known]
        flagged = flagged_apart(y, p[:, 0], measured.folds[0][known])
        yield name, Figures(len(y), int(y.sum()), _metrics(y, p, groups), flagged)


def _metrics(y: Array, p: Array, groups: ArrayLike | None) -> dict[str, Interval]:
    found = evaluation.metrics_with_intervals(y, p, draws=DRAWS, groups=groups)
    enough = min(y.sum(), len(y) - y.sum()) >= ENOUGH
    names = (*AREAS, *CALIBRATION) if enough else AREAS
    said = {name: finite(found[name]) for name in names}
    return said | {"expected_observed": finite(expected_observed(y, p.mean(axis=1), groups))}


def expected_observed(
    y: ArrayLike, p: ArrayLike, groups: ArrayLike | None = None
) -> dict[str, float]:
    """Return how many events were expected for each that was seen, with its 95 % interval.

    The interval stands on the scale of logarithms; its error is that of the ratio of two means of
    the same patients (delta method). Fewer than five events have none.
    """
    truth, said = np.asarray(y, dtype=np.float64), np.asarray(p, dtype=np.float64)
    observed, expected = float(truth.sum()), float(said.sum())
    owner = np.arange(len(truth)) if groups is None else np.unique(groups, return_inverse=True)[1]
    if len(np.unique(owner[truth > 0.5])) < FEWEST_OF_EACH or expected <= 0:
        ratio = expected / observed if observed > 0 else np.nan
        return {"value": ratio, "lower": np.nan, "upper": np.nan}
    parts = np.bincount(owner.ravel(), weights=said / expected - truth / observed)
    error, patients = float(np.sqrt((parts**2).sum())), len(np.unique(owner[truth > 0.5]))
    reach, value = np.exp(student(LEVEL, patients - 1) * error), expected / observed
    return {"value": value, "lower": float(value / reach), "upper": float(value * reach)}


def flagged_apart(y: Array, p: Array, fold: Index) -> Flagged | None:
    """Count what a threshold flags in each fold, the threshold told from the other folds."""
    if y.sum() < FEWEST_OF_EACH:
        return None
    flags = np.zeros(len(y), dtype=np.bool_)
    for k in np.unique(fold):
        held = fold == k
        flags[held] = p[held] >= threshold_for(y[~held], p[~held])
    right = int((flags & (y > 0.5)).sum())
    missed = int(y.sum()) - right
    return Flagged(threshold_for(y, p), SENSITIVITY, int(flags.sum()), right, missed)


def threshold_for(y: Array, p: Array, sensitivity: float = SENSITIVITY) -> float:
    """Return the highest threshold at which so many events are flagged; 1 where there is none."""
    events = np.sort(p[y > 0.5])[::-1]
    if not len(events):
        return 1.0
    return float(events[int(np.ceil(sensitivity * len(events) - 1e-9)) - 1])
