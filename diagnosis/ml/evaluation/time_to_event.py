"""How good predicted risks at some horizons are, where not everybody was followed that long.

Every figure takes weightings (draws, n) and returns one number a draw; risks are those of rows
that the model had not seen.
"""

from __future__ import annotations

import numpy as np

from diagnosis.ml.evaluation.followed import Followed
from diagnosis.ml.evaluation.metrics import Floats, Ranking, calibration_lines, logit, ratio

_PAIRS = 4_000_000  # compared at once


def concordances(
    followed: Followed, risk: Floats, horizon: float, weights: Floats
) -> tuple[Floats, Floats]:
    """Return Uno's C to a horizon, and Harrell's C, which depends on who was censored.

    Of two patients, one had the event while the other was still without: how often had the first
    the higher risk (equal risks count half).

    Notes
    -----
    Uno et al., Stat Med 2011;30:1105-1117; Harrell et al., Stat Med 1996;15:361-387.
    """
    time, event = followed.time, followed.event > 0
    first = np.flatnonzero(event)
    wins, pairs = np.zeros((2, len(weights), len(first)))
    step = max(1, _PAIRS // max(1, len(time)))
    for start in range(0, len(first), step):
        some = first[start : start + step, None]
        later = (time > time[some]) | ((time == time[some]) & ~event)
        above = (risk < risk[some]) + 0.5 * (risk == risk[some])
        part = slice(start, start + step)
        wins[:, part] = weights @ (later * above).T
        pairs[:, part] = weights @ later.T.astype(np.float64)
    own = weights[:, first]
    share = np.maximum(followed.observed(weights).before(time[first]), 1e-6)
    inside = own * (time[first] < horizon) / share**2
    uno = ratio((inside * wins).sum(axis=1), (inside * pairs).sum(axis=1))
    return uno, ratio((own * wins).sum(axis=1), (own * pairs).sum(axis=1))


def at_horizon(
    followed: Followed, risk: Floats, horizon: float, weights: Floats
) -> dict[str, Floats]:
    """Return what is known of risks at one horizon.

    Returns
    -------
    dict
        ``auc``: of the patients with the event by then against those without (Uno et al., JASA
        2007;102:527-537). ``brier``: mean squared error, weighted for censoring (Graf et al. 1999).
        ``scaled_brier``: its fall below that of the Kaplan-Meier share given to everybody.
        ``oe``: observed over expected events. ``slope``: of the logit of the risk in a weighted
        logistic regression (ideal 1).
    """
    labels = followed.labels(horizon)
    known = ~np.isnan(labels)
    seen, p = np.where(known, labels, 0.0), risk
    standing = followed.standing_in(horizon, weights)
    total = weights.sum(axis=1)
    share = 1.0 - followed.event_free(weights).at([horizon])[:, 0]
    brier = ratio((standing * (seen - p) ** 2).sum(axis=1), total)
    usual = ratio((standing * (seen - share[:, None]) ** 2).sum(axis=1), total)
    slopes, _ = calibration_lines(seen, logit(p), standing)
    return {
        "auc": Ranking(seen, p).areas(standing)[0],
        "brier": brier,
        "scaled_brier": 1.0 - ratio(brier, usual),
        "oe": ratio(share, ratio(weights @ p, total)),
        "slope": slopes,
    }
