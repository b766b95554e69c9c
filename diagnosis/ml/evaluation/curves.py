"""ROC and calibration curves, small enough to be drawn from a manifest."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from diagnosis.ml.evaluation.counts import wilson_interval
from diagnosis.ml.evaluation.metrics import Ranking, as_floats, weights_or_ones


def roc_curve(
    y: ArrayLike, p: ArrayLike, weights: ArrayLike | None = None, points: int = 101
) -> list[list[float]]:
    """Return [false positive rate, recall] from (0, 0) to (1, 1), thinned to ``points``."""
    labels = as_floats(y)
    events, others = Ranking(labels, p).cumulated(weights_or_ones(weights, len(labels)))
    if events[-1] <= 0 or others[-1] <= 0:
        return []
    curve = np.column_stack([others / others[-1], events / events[-1]])
    if len(curve) > points:
        # Even steps along the curve keep both the steep and the flat part.
        along = np.cumsum(np.r_[0.0, np.abs(np.diff(curve, axis=0)).sum(axis=1)])
        wanted = np.linspace(0, along[-1], points)
        curve = curve[np.unique(np.searchsorted(along, wanted).clip(0, len(curve) - 1))]
    return [[round(float(x), 5), round(float(t), 5)] for x, t in curve]


def calibration_bins(
    y: ArrayLike, p: ArrayLike, weights: ArrayLike | None = None, bins: int = 10
) -> list[dict[str, float]]:
    """Return mean probability and observed rate in groups of equal size, with Wilson intervals.

    ``n`` is the number of patients in the group; with weights (censoring) the rate is weighted
    and its interval uses the effective number (sum w)^2 / sum w^2 (Kish 1965).
    """
    labels, scores = as_floats(y), as_floats(p)
    w = weights_or_ones(weights, len(labels))
    keep = w > 0
    labels, scores, w = labels[keep], scores[keep], w[keep]
    groups = np.array_split(np.argsort(scores, kind="stable"), min(bins, max(1, len(scores))))
    out = []
    for rows in (group for group in groups if len(group)):
        total = float(np.sum(w[rows]))
        observed = float(np.sum(w[rows] * labels[rows]) / total)
        effective = total**2 / float(np.sum(w[rows] ** 2))
        lower, upper = wilson_interval(observed * effective, effective)
        mean = float(np.sum(w[rows] * scores[rows]) / total)
        out.append(
            {"mean": mean, "observed": observed, "lower": lower, "upper": upper, "n": len(rows)}
        )
    return out


def calibration_curve(
    y: ArrayLike, p: ArrayLike, weights: ArrayLike | None = None, points: int = 41
) -> list[list[float]]:
    """Return [probability, smoothed observed rate], a running weighted mean over the scores.

    Notes
    -----
    Gaussian weights on the rank scale, width a tenth of the patients: a kernel version of the
    loess calibration curve of Austin and Steyerberg, Stat Med 2014;33:517-535.
    """
    labels, scores = as_floats(y), as_floats(p)
    w = weights_or_ones(weights, len(labels))
    order = np.argsort(scores, kind="stable")
    labels, scores, w = labels[order], scores[order], w[order]
    ranks = np.arange(len(scores)) / max(1, len(scores) - 1)
    out = []
    for centre in np.linspace(0.02, 0.98, points):
        kernel = w * np.exp(-0.5 * ((ranks - centre) / 0.1) ** 2)
        total = float(np.sum(kernel))
        mean, rate = np.sum(kernel * scores) / total, np.sum(kernel * labels) / total
        out.append([round(float(mean), 5), round(float(rate), 5)])
    return out
