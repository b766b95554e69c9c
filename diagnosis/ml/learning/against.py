"""A recipe beside a model that is in use, on the same patients, neither having seen them.

Two versions with an interval each cannot be told apart by whether the intervals overlap; the
difference has its own, from the same draws of the same patients.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from diagnosis.ml import evaluation
from diagnosis.ml.artifact import Artifact
from diagnosis.ml.errors import TableError
from diagnosis.ml.learning.validation import OutOfFold, evaluate_recipe
from diagnosis.ml.recipe import Recipe
from diagnosis.ml.results.measuring import SPREAD_REPEATS, finite

if TYPE_CHECKING:
    import pandas as pd


def against(measured: OutOfFold, other: Artifact, table: pd.DataFrame) -> dict[str, Any]:
    """Return an entry of the manifest's ``against``.

    The recipe of the other artifact is cross-validated anew on this table: its own answers would
    be of patients whom it may have learnt from. Where the new recipe says whose row each is, both
    are measured, and the difference drawn, by patient.

    Parameters
    ----------
    measured : OutOfFold
        What ``evaluate_recipe`` gave for the new recipe.
    other : Artifact
        The model in use.
    table : DataFrame
        The table that was measured.

    Raises
    ------
    TableError
        The other model has another target, cannot be fitted to this table, or was measured by
        patient where the new one is not.
    """
    asked = measured.task
    if asked.result.event(asked) is None or other.task.to_dict() != asked.to_dict():
        raise TableError("Both models must answer the same yes or no to be compared.")
    given = {key: value for key, value in other.manifest["recipe"].items() if key != "digest"}
    theirs_was, group = Recipe.from_dict(given), measured.recipe.group
    if theirs_was.group and not group:
        raise TableError(
            f"The model in use was measured by patient ({theirs_was.group}): name the column that "
            "says whose row it is."
        )
    recipe = replace(theirs_was, group=group)
    theirs = evaluate_recipe(recipe, table, other.schema, repeats=measured.repeats)
    if not np.array_equal(theirs.rows, measured.rows):
        raise TableError("The two models use different rows of this table.")
    return entry(other.digest, measured, theirs)


def entry(artifact: str, ours: OutOfFold, theirs: OutOfFold, **how: Any) -> dict[str, Any]:
    """Return both measurements as the manifest keeps them; ``how`` holds weights and threshold."""
    how = {"groups": ours.groups, **how}
    few, others = (one.probabilities[:, :SPREAD_REPEATS] for one in (ours, theirs))
    found = {
        "metrics": evaluation.metrics_with_intervals(ours.labels, others, **how),
        "differences": evaluation.paired_differences(ours.labels, few, others, **how),
    }
    return {
        "artifact": artifact,
        "rows": len(ours.labels),
        "patients": ours.patients,
        "events": int(ours.labels.sum()),
        **{part: {name: finite(one) for name, one in of.items()} for part, of in found.items()},
    }


def in_words(entry: Mapping[str, Any]) -> str:
    """Return the difference from the model in use, and of how many patients it is."""
    gain, rows, patients = entry["differences"]["auroc"], entry["rows"], entry["patients"]
    whose = f"{patients} patients" + ("" if rows == patients else f" ({rows} rows)")
    start = f"beside {entry['artifact'][:12]}, on the same {whose}: auroc"
    if None in gain.values():
        return f"{start} unknown"
    return f"{start} {gain['value']:+.3f} ({gain['lower']:+.3f} to {gain['upper']:+.3f})"
