"""The figures of risks at horizons, with 95 % intervals of bootstrap draws of patients."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from diagnosis.ml.evaluation import calibration_curve
from diagnosis.ml.evaluation.ends import FEWEST_OF_EACH, LEVEL
from diagnosis.ml.evaluation.followed import Followed, event_share
from diagnosis.ml.evaluation.metrics import expit, logit
from diagnosis.ml.evaluation.quantiles import student
from diagnosis.ml.evaluation.resampling import drawn_counts
from diagnosis.ml.evaluation.time_to_event import at_horizon, concordances
from diagnosis.ml.results.measuring import SPREAD_REPEATS, Interval, finite

if TYPE_CHECKING:
    from diagnosis.ml.results.targets import Task

Array = NDArray[np.float64]
Figures = dict[str, Array]

_SHARES = ("uno_c", "harrell_c", "auc", "brier")  # between 0 and 1: taken on the logit scale
_RATIOS = ("oe",)  # on the scale of their logarithm


def points(task: Task, y: Array, predictions: Array) -> dict[str, float]:
    """Return every figure of predictions (n, k)."""
    found = _figures(task, y, predictions[None], np.ones((1, len(y))))
    return {name: float(value[0]) for name, value in found.items()}


def measured(
    task: Task, y: Array, predictions: Array, *, draws: int, groups: ArrayLike | None
) -> dict[str, Interval]:
    """Return every figure of predictions (repeats, n, k) with its interval.

    Censoring is estimated anew in every draw. An interval is Student's t times the standard
    deviation of the draws about the value, with as many degrees of freedom as the rarer of those
    with the event by the horizon and those without.
    """
    value = _figures(task, y, predictions, np.ones((1, len(y))))
    parts: dict[str, list[Array]] = {name: [] for name in value}
    few = predictions[:SPREAD_REPEATS]
    for weights in drawn_counts(len(y), draws, 0, labels=y[:, 1], groups=groups):
        for name, drawn in _figures(task, y, few, weights).items():
            parts[name].append(drawn)
    found = {}
    for name, (own,) in ((name, value[name]) for name in value):
        drawn = np.concatenate(parts[name]) if parts[name] else np.zeros(0)
        lower, upper = _ends(name, float(own), drawn, _fewest(task, y, name, groups))
        found[name] = finite({"value": float(own), "lower": lower, "upper": upper})
    return found


def paired(task: Task, y: Array, ours: Array, theirs: Array, *, draws: int) -> dict[str, Interval]:
    """Return by how much each figure of risks (n, k) is higher than that of others, same patients.

    The interval is Student's t times the spread of the differences over the draws.
    """
    own, other = points(task, y, ours), points(task, y, theirs)
    parts: dict[str, list[Array]] = {name: [] for name in own}
    for weights in drawn_counts(len(y), draws, 0, labels=y[:, 1]):
        pair = [_figures(task, y, risk[None], weights) for risk in (ours, theirs)]
        for name, drawn in parts.items():
            drawn.append(pair[0][name] - pair[1][name])
    found = {}
    for name, drawn in parts.items():
        value, reach = own[name] - other[name], student(LEVEL, _fewest(task, y, name, None) - 1)
        spread = reach * float(np.concatenate(drawn).std(ddof=1))
        found[name] = finite({"value": value, "lower": value - spread, "upper": value + spread})
    return found


def _figures(task: Task, y: Array, predictions: Array, weights: Array) -> Figures:
    """Return each figure (draws,), the mean over the repeats."""
    followed = Followed.of(y)
    return _mean(_of_one(task, followed, risk, weights) for risk in predictions)


def _mean(repeats: Iterable[Figures]) -> Figures:
    each = list(repeats)
    return {name: np.mean([one[name] for one in each], axis=0) for name in each[0]}


def _of_one(task: Task, followed: Followed, risk: Array, weights: Array) -> Figures:
    places = [task.times.index(horizon) for horizon in task.horizons]
    last = task.horizons[-1]
    uno, harrell = concordances(followed, risk[:, places[-1]], last, weights)
    found = {"uno_c": uno, "harrell_c": harrell}
    for horizon, j in zip(task.horizons, places, strict=True):
        of_it = at_horizon(followed, risk[:, j], horizon, weights)
        found |= {f"{name}_{horizon:g}": value for name, value in of_it.items()}
    return found


def _horizon(task: Task, name: str) -> float:
    """Return the horizon of a figure; the last one of those that have none of their own."""
    named = {f"_{horizon:g}": horizon for horizon in task.horizons}
    return next((h for end, h in named.items() if name.endswith(end)), task.horizons[-1])


def _fewest(task: Task, y: Array, name: str, groups: ArrayLike | None) -> int:
    """Return the number of patients of the rarer kind that a figure rests on."""
    labels = Followed.of(y).labels(_horizon(task, name))
    whose = np.arange(len(y)) if groups is None else np.asarray(groups)
    return min(len(np.unique(whose[labels == label])) for label in (0.0, 1.0))


def _ends(name: str, value: float, drawn: Array, fewest: int) -> tuple[float, float]:
    kept = drawn[np.isfinite(drawn)]
    if fewest < FEWEST_OF_EACH or len(kept) < 2 or not np.isfinite(value):
        return float("nan"), float("nan")
    reach = student(LEVEL, fewest - 1)
    if name.startswith(_SHARES):
        spread = reach * float(logit(kept).std(ddof=1))
        return float(expit(logit(value) - spread)), float(expit(logit(value) + spread))
    if name.startswith(_RATIOS):
        spread = reach * float(np.log(np.maximum(kept, 1e-6)).std(ddof=1))
        return value * float(np.exp(-spread)), value * float(np.exp(spread))
    spread = reach * float(kept.std(ddof=1))
    return value - spread, value + spread


def _curve(labels: Array, risk: Array, standing: Array) -> list[list[float]]:
    """Return the smoothed curve, of enough patients to smooth over."""
    return calibration_curve(labels, risk, standing) if len(labels) >= FEWEST_OF_EACH else []


def details(task: Task, y: Array, predictions: Array) -> dict[str, Any]:
    """Return, a horizon: events, censored, at risk; observed, expected, and the smoothed curve."""
    followed, once = Followed.of(y), np.ones((1, len(y)))
    found = []
    for horizon in task.horizons:
        risk, labels = predictions[:, task.times.index(horizon)], followed.labels(horizon)
        known = ~np.isnan(labels)
        standing = followed.standing_in(horizon, once)[0]
        share, lower, upper = event_share(followed, horizon)
        found.append(
            {
                "horizon": horizon,
                "events": int((labels == 1).sum()),
                "censored_before": int((~known).sum()),
                "at_risk": followed.at_risk(horizon),
                "observed": finite({"value": share, "lower": lower, "upper": upper}),
                "expected": float(risk.mean()),
                "curve": _curve(labels[known], risk[known], standing[known]),
            }
        )
    return {"horizons": found}
