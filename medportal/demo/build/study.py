"""One service from its raw table to its artifact, with everything that was measured."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from diagnosis.ml.artifact import Artifact
from diagnosis.ml.learning.against import entry
from diagnosis.ml.learning.training import train
from diagnosis.ml.learning.validation import OutOfFold, evaluate_recipe
from medportal.demo.build import rivals
from medportal.demo.build.plans import CANDIDATES, PLANS, TARGET, Plan
from medportal.demo.build.table import DemoTable

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Study:
    """What a service's model learnt from, and what it and its rivals said of unseen rows.

    ``rivals`` maps a comparator's code to probabilities (n, repeats) on the model's folds.
    """

    plan: Plan
    table: DemoTable
    frame: pd.DataFrame
    weights: Array
    measured: OutOfFold
    rivals: dict[str, Array]

    @property
    def label(self) -> Array:
        """The outcome of the rows that the model learnt from."""
        return self.frame[TARGET].to_numpy(dtype=np.float64)

    @property
    def inputs(self) -> pd.DataFrame:
        """The inputs of those rows."""
        return self.frame.drop(columns=TARGET)


def training_rows(table: DemoTable) -> NDArray[np.bool_]:
    """Return the rows to learn from: accepted, not held out, outcome known."""
    return table.teachable & ~table.held_out & ~np.isnan(table.label)


def training_frame(table: DemoTable) -> pd.DataFrame:
    """Return those rows with their outcome as one more column."""
    rows = training_rows(table)
    return table.inputs[rows].assign(**{TARGET: table.label[rows].astype(int)})


def measure(slug: str, *, repeats: int | None = None) -> Study:
    """Cross-validate a service's recipe; the rivals are not run."""
    plan = {**PLANS, **CANDIDATES}[slug]
    table = plan.load()
    frame = training_frame(table)
    measured = evaluate_recipe(plan.recipe, frame, table.schema, repeats=repeats)
    return Study(plan, table, frame, table.weights[training_rows(table)], measured, {})


def against_published(study: Study, published: Artifact) -> dict[str, Any]:
    """Measure the published recipe on the same rows and folds."""
    theirs = measure(study.table.slug, repeats=study.measured.repeats)
    how = {"weights": study.weights, "threshold": study.table.sheet.flag_threshold or 0.5}
    return entry(published.digest, study.measured, theirs.measured, **how)


SLOW = ("boosting", "network-raw", "network")


def with_rivals(study: Study, *, quick: bool = False) -> Study:
    """Run every comparator on the folds of the model; ``quick`` leaves out those that take long."""
    plan, schema = study.plan, study.table.schema
    fitters = {
        "age-sex": rivals.simple_score(plan.age_sex),
        "usual": rivals.simple_score(plan.usual),
        "logistic": rivals.library_logistic(schema),
        "boosting": rivals.boosting(schema),
        "network-raw": rivals.unscaled_network(),
    }
    found = {
        code: rivals.on_the_folds(fitter, study.frame, study.measured, study.weights)
        for code, fitter in fitters.items()
        if not (quick and code in SLOW)
    }
    if quick:
        return replace(study, rivals=found)
    found["network"] = rivals.classic_network(plan.recipe, study.frame, schema)
    return replace(study, rivals=found)


def fitted(study: Study, entries: dict[str, Any]) -> Artifact:
    """Refit the recipe on all rows but the demonstration's, with its refits and serving form."""
    return train(
        study.plan.recipe,
        study.frame,
        study.table.schema,
        name=study.table.slug,
        measured=study.measured,
        extra=entries,
    )
