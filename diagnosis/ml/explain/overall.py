"""What a model looks at over many patients, as an entry of its manifest.

How much each input moves the estimates, with an interval; how the contribution depends on the
value, in bins; which pairs act together. Counts and means only: no row of a patient leaves.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from diagnosis.ml.explain.cohort import binned, importance
from diagnosis.ml.explain.exact import exact_cost
from diagnosis.ml.explain.pairs.interactions import shapley_interactions
from diagnosis.ml.explain.shapley import shapley_values

if TYPE_CHECKING:
    from diagnosis.ml.artifact import Artifact

Matrix = NDArray[np.float32]
Floats = NDArray[np.float64]
Entry = dict[str, Any]

MOST_ROWS = 300
REFERENCES = 100  # the first of the background: a mean over patients needs no more
FEWEST = 5  # patients in a bin whose contributions are told
BINS = 10
PAIRS = 5
PAIR_ROWS = 30
AFFORDABLE = 10_000_000  # model rows for all patients together
_DIGITS = 5
_NOTHING = 1e-9


def overall(artifact: Artifact, rows: Matrix, *, seed: int, of: str) -> Entry:
    """Return what a model with one output looks at over up to 300 of the given rows.

    Parameters
    ----------
    artifact : Artifact
        A yes or no, or a number.
    rows : (n, d) array
        Raw rows from which patients are drawn.
    seed : int
        Decides who is drawn.
    of : str
        Whose rows these are: ``training`` or ``background``.

    Notes
    -----
    Importance is the mean absolute Shapley value; see ``cohort.importance`` for its interval.
    There is no time in it: the same table and recipe give the same artifact, byte for byte.
    """
    reference = artifact.background[:REFERENCES]
    x = _drawn(rows, reference, seed)
    found = shapley_values(artifact, x, reference, seed)
    return {
        "method": found.method,
        "of": of,
        "rows": len(x),
        "background_rows": len(reference),
        "population": (artifact.manifest.get("training") or {}).get("rows"),
        "base_value": _rounded(float(found.base_value)),
        "additivity_gap": _rounded(found.additivity_gap),
        "importance": _importance(found.values, artifact.schema.names),
        "dependence": [
            {"feature": name, "bins": _bins(found.values[:, j], x[:, j].astype(np.float64))}
            for j, name in enumerate(artifact.schema.names)
        ],
        "interactions": _pairs(artifact, x[:PAIR_ROWS], reference, seed),
    }


def holds_together(entry: Any, names: Sequence[str]) -> bool:
    """Whether an entry that somebody brought is one that ``overall`` could have made."""
    try:
        told = [*entry["importance"], *(b for d in entry["dependence"] for b in d["bins"])]
        ends = [float(one[e]) for one in told if "mean" in one for e in ("mean", "lower", "upper")]
        counts = [int(entry[name]) for name in ("rows", "background_rows")]
        counts += [int(b["n"]) for d in entry["dependence"] for b in d["bins"]]
        values = [float(b["value"] or 0.0) for d in entry["dependence"] for b in d["bins"]]
        listed = sorted(row["feature"] for row in entry["importance"])
        drawn = sorted(given["feature"] for given in entry["dependence"])
        pairs = [name for pair in entry["interactions"] for name in pair["features"]]
        ends += [float(pair["mean"]) for pair in entry["interactions"]]
        words = [*pairs, entry["method"], entry["of"]]
    except (KeyError, TypeError, ValueError):
        return False
    return (
        listed == drawn == sorted(names)
        and set(pairs) <= set(names)
        and all(isinstance(word, str) for word in words)
        and bool(np.isfinite([*ends, *values]).all())
        and min(counts) > 0
    )


def _rounded(value: float) -> float:
    """Five figures; what only the arithmetic left over is nothing."""
    return float(f"{value:.{_DIGITS}g}") if abs(value) > _NOTHING else 0.0


def _drawn(rows: Matrix, background: Matrix, seed: int) -> Matrix:
    """Return as many rows as can be explained in reasonable time, in random order."""
    picked = np.random.default_rng(seed).permutation(len(rows))[:MOST_ROWS]
    costs = np.cumsum([exact_cost(rows[i], background) for i in picked])
    return rows[picked[: max(PAIR_ROWS, int((costs <= AFFORDABLE).sum()))]]


def _importance(values: Floats, names: tuple[str, ...]) -> list[Entry]:
    told = importance(values)
    return [
        {
            "feature": names[j],
            "mean": _rounded(float(told.mean[j])),
            "lower": _rounded(float(told.lower[j])),
            "upper": _rounded(float(told.upper[j])),
        }
        for j in told.order
    ]


def _bins(contributions: Floats, column: Floats) -> list[Entry]:
    labels = binned(column, BINS)
    return [_bin(contributions[labels == b], column[labels == b]) for b in np.unique(labels)]


def _bin(contributions: Floats, values: Floats) -> Entry:
    """Return a bin by its middle value; of fewer than five patients only their number."""
    middle = float(np.median(values))
    told: Entry = {"value": None if np.isnan(middle) else _rounded(middle), "n": len(values)}
    if len(values) < FEWEST:
        return told
    low, high = np.quantile(contributions, (0.25, 0.75))
    mean = float(contributions.mean())
    return told | {
        "mean": _rounded(mean), "lower": _rounded(float(low)), "upper": _rounded(float(high)),
    }  # fmt: skip


def _pairs(artifact: Artifact, x: Matrix, reference: Matrix, seed: int) -> list[Entry]:
    """Return the pairs that add most together beyond what each adds, on average of its size."""
    found = shapley_interactions(artifact, x, reference, seed)
    first, second = np.triu_indices(x.shape[1], k=1)
    sizes = np.abs(2.0 * found.values[:, first, second]).mean(axis=0)
    names = artifact.schema.names
    return [
        {"features": [names[first[p]], names[second[p]]], "mean": _rounded(float(sizes[p]))}
        for p in np.argsort(-sizes, kind="stable")[:PAIRS]
        if sizes[p] > _NOTHING
    ]
