"""One service of another kind, from its raw table to its artifact, with what stands beside it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from diagnosis.ml.artifact import Artifact
from diagnosis.ml.evaluation.quantiles import student
from diagnosis.ml.evaluation.resampling import drawn_rows
from diagnosis.ml.learning import coverage
from diagnosis.ml.learning.by_estimate import by_estimate
from diagnosis.ml.learning.problem import pose
from diagnosis.ml.learning.scores import measure
from diagnosis.ml.learning.training import train
from diagnosis.ml.learning.validation import OutOfFold, evaluate_recipe
from diagnosis.ml.recipe import Recipe
from diagnosis.ml.results.measuring import Interval
from diagnosis.ml.uncertainty.coverage import Group
from medportal.demo.build.card import plain
from medportal.demo.build.kinds.table import KindTable

Array = NDArray[np.float64]
Predictor = Callable[[pd.DataFrame], Array]
Fitter = Callable[[pd.DataFrame, Array], Predictor]
"""Inputs and targets (n, k) of the rows outside of a fold -> answers (m, k) for those inside."""
Further = Callable[[KindTable, OutOfFold], list[dict[str, Any]]]
"""More tables of a study, each with ``title``, ``head`` and ``rows``."""
Parting = Callable[[KindTable, coverage.Verified], Iterator[Group]]

DRAWS = 200
LOWER_IS_BETTER = frozenset(("mae", "rps", "brier"))


@dataclass(frozen=True)
class Rival:
    """What stands beside the model: its name in both languages, and how it is fitted."""

    label: Mapping[str, str]
    fit: Fitter


@dataclass(frozen=True)
class KindPlan:
    """One service: its table, its recipe, what is compared by which metric, who else is parted."""

    load: Callable[[], KindTable]
    recipe: Recipe
    metric: str
    rivals: Mapping[str, Rival]
    parting: Parting | None = None
    further: Further | None = None


def on_the_folds(rival: Rival, frame: pd.DataFrame, measured: OutOfFold) -> Array:
    """Return (repeats, n, k): a rival's answers for rows that it had not seen."""
    rows = frame.iloc[measured.rows]
    out = np.zeros_like(measured.predictions)
    for repeat, fold in enumerate(measured.folds):
        for k in np.unique(fold):
            predict = rival.fit(rows[fold != k], measured.y[fold != k])
            out[repeat, fold == k] = predict(rows[fold == k])
    return out


def difference(measured: OutOfFold, theirs: Array, metric: str) -> dict[str, float]:
    """Return by how much the model's metric is greater, with the interval of the same draws."""
    y, ours = measured.y, measured.predictions
    points = partial(measured.task.result.points, measured.task)

    def apart(rows: Any) -> float:
        pairs = [points(y[rows], p[rows])[metric] - points(y[rows], q[rows])[metric]
                 for p, q in zip(ours, theirs, strict=True)]  # fmt: skip
        return float(np.mean(pairs))

    value = apart(slice(None))
    labels = y if y.shape[1] > 1 else None
    samples = [drawn_rows(len(y), s, labels=labels, groups=measured.groups) for s in range(DRAWS)]
    reach = student(0.95, measured.patients - 1) * float(
        np.std([apart(s) for s in samples], ddof=1)
    )
    return {"value": value, "lower": value - reach, "upper": value + reach}


def verdict(found: Mapping[str, float], metric: str) -> str:
    """Say whether the model was shown to be better than a rival, or worse."""
    sign = -1 if metric in LOWER_IS_BETTER else 1
    if found["lower"] <= 0 <= found["upper"]:
        return "no-gain"
    return "gain" if sign * found["value"] > 0 else "loss"


def comparators(plan: KindPlan, table: KindTable, measured: OutOfFold) -> list[dict[str, Any]]:
    """Return every rival with its metrics on the folds of the model."""
    found = []
    for code, rival in plan.rivals.items():
        theirs = on_the_folds(rival, table.frame, measured)
        apart = difference(measured, theirs, plan.metric)
        metrics = measure(measured.task, measured.y, theirs, groups=measured.groups)
        found.append(
            {
                "code": code,
                "label": dict(rival.label),
                "metrics": metrics,
                "estimates": _areas(replace(measured, predictions=theirs)),
                "difference": {"metric": plan.metric, **apart},
                "verdict": verdict(apart, plan.metric),
            }
        )
    return found


def _areas(measured: OutOfFold) -> dict[str, dict[str, Interval]]:
    """Return AUROC and average precision of each estimate, where there are several."""
    return {
        name: {area: one.metrics[area] for area in ("auroc", "auprc")}
        for name, one in by_estimate(measured).items()
    }


def made(plan: KindPlan, repeats: int | None = None) -> Artifact:
    """Measure, compare, fit and describe one service."""
    table = plan.load()
    measured = evaluate_recipe(plan.recipe, table.frame, table.schema, repeats=repeats)
    extra: dict[str, Any] = {"comparators": comparators(plan, table, measured)}
    if plan.further is not None:
        extra["further"] = plan.further(table, measured)
    artifact = train(
        plan.recipe, table.frame, table.schema,
        name=table.slug, measured=measured, extra=plain(extra),
    )  # fmt: skip
    return artifact.with_manifest(**plain(_after(plan, table, measured, artifact)))


def _after(
    plan: KindPlan, table: KindTable, measured: OutOfFold, artifact: Artifact
) -> dict[str, Any]:
    training = artifact.manifest["training"] | {
        "excluded_demo_rows": int(table.held_out.sum()),
        "table": table.source,
        "table_sha256": table.sha256,
    }
    found: dict[str, Any] = {"training": training, "held_out": _held_out(table, artifact)}
    people = json.loads((table.folder / "service.json").read_text()).get("reference_class")
    if people:
        found["people"] = people
    sample = pose(plan.recipe, table.frame, table.schema).sample
    verified = None if plan.parting is None else coverage.verify(measured, sample)
    if plan.parting is not None and verified is not None:
        entry = coverage.described(measured, sample, verified)
        more = plan.parting(table, verified)
        found["conformal"] = coverage.with_subgroups(entry, more).to_dict()
    return found


def _held_out(table: KindTable, artifact: Artifact) -> dict[str, Any]:
    """Return a small check on the demonstration rows, which no fit has seen."""
    rows = pd.concat([table.inputs, table.targets], axis=1)[table.held_out]
    answers = artifact.predict(rows).reshape(1, len(rows), -1)
    y = artifact.task.read(rows)
    novelty, unlike = artifact.novelty, 0
    if novelty is not None:
        unlike = int(novelty.unlike(artifact.schema.matrix(rows)).sum())
    return {
        "rows": len(rows),
        "unlike_training": unlike,
        "metrics": measure(artifact.task, y, answers),
    }
