"""Calibration: the last layer, fitted on logits of rows that the model did not see."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from diagnosis.ml.evaluation.metrics import newton_logistic
from diagnosis.ml.results.links import sigmoid
from diagnosis.ml.results.targets import Task
from diagnosis.ml.results.time.times import log_hazard_logits

Array = NDArray[np.float64]
_ROUNDS = 50


@dataclass(frozen=True)
class Calibrator:
    """A map from logits to calibrated logits.

    ``affine`` (temperature is one slope without intercept, Platt a slope and an intercept an
    output) or ``isotonic``: a probability that rises from ``start`` by ``heights`` over the
    intervals ``left`` to ``right`` of the logit, a sum of clipped ramps. ``log_hazard``: the raw
    numbers are log cumulative hazards of intervals, as a proportional-hazards model has them.
    """

    kind: str = "none"
    slope: Array = field(default_factory=lambda: np.ones(1))
    intercept: Array = field(default_factory=lambda: np.zeros(1))
    start: float = 0.0
    left: Array = field(default_factory=lambda: np.zeros(0))
    right: Array = field(default_factory=lambda: np.zeros(0))
    heights: Array = field(default_factory=lambda: np.zeros(0))

    def logits(self, raw: Array) -> Array:
        """Return calibrated logits for raw ones, both of shape (…, k)."""
        if self.kind == "log_hazard":
            return log_hazard_logits(raw)
        if self.kind != "isotonic":
            return raw * self.slope + self.intercept
        width = self.right - self.left
        risen = np.clip((raw - self.left) / width, 0.0, 1.0) @ self.heights
        p = (self.start + risen)[..., None]
        return np.asarray(np.log(p) - np.log1p(-p))

    def to_dict(self) -> dict[str, Any]:
        """Return what JSON can hold."""
        given: dict[str, Any] = {"kind": self.kind}
        if self.kind == "isotonic":
            given["ramps"] = len(self.heights)
        elif self.kind not in ("none", "log_hazard"):
            given |= {"slope": self.slope.tolist(), "intercept": self.intercept.tolist()}
        return given


def fit(kind: str, task: Task, raw: Array, y: Array) -> Calibrator:
    """Fit a calibrator on out-of-fold logits.

    Parameters
    ----------
    kind : str
        ``none``, ``temperature``, ``platt`` (Platt 1999, with his smoothed targets),
        ``isotonic`` (pool adjacent violators) or ``horizons`` (one slope, and an intercept for
        the intervals between two horizons; kept as Platt's).
    task : Task
        What is predicted.
    raw, y : ndarray, shape (n, k)
        Logits for rows that the model did not see, and what each output learns of them.
    """
    method = {
        "temperature": _temperature,
        "platt": _platt,
        "isotonic": _isotonic,
        "horizons": _horizons,
    }
    return method[kind](raw, y, task) if kind in method else Calibrator()


def _temperature(raw: Array, y: Array, task: Task) -> Calibrator:
    """Find the slope by golden section; the loss is convex in it."""
    kind = task.result
    low, high, golden = np.log(0.05), np.log(20.0), (np.sqrt(5) - 1) / 2

    def cost(log_slope: float) -> float:
        return float(kind.loss(y, raw * np.exp(log_slope)).sum())

    for _ in range(_ROUNDS):
        a, b = high - golden * (high - low), low + golden * (high - low)
        low, high = (low, b) if cost(a) < cost(b) else (a, high)
    return Calibrator("temperature", slope=np.array([np.exp((low + high) / 2)]))


def _platt(raw: Array, y: Array, _task: Task) -> Calibrator:
    pairs = [_platt_one(raw[:, j], y[:, j]) for j in range(raw.shape[1])]
    slopes, intercepts = np.array(pairs).T
    return Calibrator("platt", slope=slopes, intercept=intercepts)


def _platt_one(raw: Array, y: Array) -> tuple[float, float]:
    known = ~np.isnan(y)
    raw, y = raw[known], y[known]
    events, others = y.sum(), len(y) - y.sum()
    aim = np.where(y > 0.5, (events + 1) / (events + 2), 1 / (others + 2))
    slope, intercept = 1.0, 0.0
    for _ in range(_ROUNDS):
        p = sigmoid(slope * raw + intercept)
        spread = np.maximum(p * (1 - p), 1e-9)
        gradient = np.array([((p - aim) * raw).sum(), (p - aim).sum()])
        curve = np.array(
            [[(spread * raw**2).sum(), (spread * raw).sum()], [(spread * raw).sum(), spread.sum()]]
        )
        step = np.linalg.solve(curve + 1e-9 * np.eye(2), gradient)
        reach = np.abs(step[0] * raw + step[1]).max()
        step *= min(1.0, 5.0 / max(reach, 1e-12))
        slope, intercept = slope - step[0], intercept - step[1]
        if np.abs(step).max() < 1e-10:
            break
    if slope <= 0:  # no better than chance on unseen rows: everybody gets the average
        return 0.0, float(np.log(aim.mean() / (1 - aim.mean())))
    return float(slope), float(intercept)


def _horizons(raw: Array, y: Array, task: Task) -> Calibrator:
    """Fit all intervals together, so that between two horizons as many events are expected as seen.

    A slope that is not positive is no better than chance: then the intercepts alone are fitted.
    """
    known = ~np.isnan(y)
    between = np.searchsorted(task.horizons, task.times, side="left")
    rows, columns = np.nonzero(known)
    there = np.eye(len(task.horizons))[between[columns]]
    logits, seen = raw[rows, columns], y[rows, columns]
    weights = np.ones(len(seen))
    found = newton_logistic(np.column_stack([there, logits]), seen, weights)
    if found[-1] <= 0:
        found = np.r_[newton_logistic(there, seen, weights), 0.0]
    return Calibrator("platt", np.full(len(between), found[-1]), found[:-1][between])


def _pooled(values: Array, weights: Array) -> list[tuple[int, int, float]]:
    """Pool adjacent violators: blocks (first, last, mean) with rising means."""
    blocks: list[tuple[int, int, float]] = []
    for i, value in enumerate(values):
        first, last, mean = i, i, float(value)
        while blocks and blocks[-1][2] >= mean:
            before = blocks.pop()
            left = float(weights[before[0] : before[1] + 1].sum())
            right = float(weights[first : last + 1].sum())
            mean = (before[2] * left + mean * right) / (left + right)
            first = before[0]
        blocks.append((first, last, mean))
    return blocks


def _isotonic(raw: Array, y: Array, _task: Task) -> Calibrator:
    """Connect the centres of the pooled blocks by straight ramps; ends keep off 0 and 1."""
    # Rounded, so that no ramp is so steep that float32 could not climb it.
    logits, place, counts = np.unique(
        np.round(raw[:, 0], 3), return_inverse=True, return_counts=True
    )
    weights = counts.astype(np.float64)
    events = np.bincount(place, weights=y[:, 0])
    blocks = _pooled(events / weights, weights)
    spans = [slice(first, last + 1) for first, last, _ in blocks]
    centres = np.array([np.average(logits[span], weights=weights[span]) for span in spans])
    floor = 0.5 / (len(y) + 1)
    means = np.clip([mean for _, _, mean in blocks], floor, 1 - floor)
    return Calibrator(
        "isotonic",
        start=float(means[0]),
        left=centres[:-1],
        right=centres[1:],
        heights=np.diff(means),
    )
