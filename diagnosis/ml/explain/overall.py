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
from diagnosis.ml.explain.shapley import explainer_for

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
    """Return what a model looks at over up to 300 of the given rows.

    Parameters
    ----------
    artifact : Artifact
        Of several estimates the entry is that of the first which reasons speak of; it names it,
        and has those of the others below ``others``.
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
    reference, task = artifact.background[:REFERENCES], artifact.task
    x, names = _drawn(rows, reference, seed), task.result.explained(task)
    several = names if len(task.result.scales(task)) > 1 else ()
    explained = explainer_for(artifact, reference, seed, "probability", several).explain(x)
    few = x[:PAIR_ROWS]
    pairs = shapley_interactions(artifact, few, reference, seed, estimates=several).values
    told = {
        name: {
            "method": explained.method,
            "of": of,
            "rows": len(x),
            "background_rows": len(reference),
            "population": (artifact.manifest.get("training") or {}).get("rows"),
            "base_value": _rounded(float(np.ravel(explained.base_value)[k])),
            "additivity_gap": _rounded(explained.additivity_gap),
            **_of_values(artifact, x, explained.values[..., k]),
            "interactions": _pairs(artifact, pairs[..., k] if pairs.ndim > 3 else pairs),
        }
        for k, name in enumerate(names)
    }
    first, *others = told.values()
    if not several:
        return first
    return {**first, "estimate": names[0], "others": dict(zip(names[1:], others, strict=True))}


def _of_values(artifact: Artifact, x: Matrix, values: Floats) -> Entry:
    names = artifact.schema.names
    return {
        "importance": _importance(values, names),
        "dependence": [
            {"feature": name, "bins": _bins(values[:, j], x[:, j].astype(np.float64))}
            for j, name in enumerate(names)
        ],
    }


def holds_together(entry: Any, names: Sequence[str]) -> bool:
    """Whether an entry that somebody brought is one that ``overall`` could have made."""
    try:
        others = [entry["others"][name] for name in map(str, entry.get("others", {}))]
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
    except (AttributeError, KeyError, TypeError, ValueError):
        return False
    return all("others" not in other and holds_together(other, names) for other in others) and (
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


def _pairs(artifact: Artifact, values: Floats) -> list[Entry]:
    """Return the pairs that add most together beyond what each adds, on average of its size."""
    first, second = np.triu_indices(values.shape[1], k=1)
    sizes = np.abs(2.0 * values[:, first, second]).mean(axis=0)
    names = artifact.schema.names
    return [
        {"features": [names[first[p]], names[second[p]]], "mean": _rounded(float(sizes[p]))}
        for p in np.argsort(-sizes, kind="stable")[:PAIRS]
        if sizes[p] > _NOTHING
    ]
