"""Training: from a recipe and a table to an artifact whose serving form was checked."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from importlib import metadata
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from diagnosis.ml import background, novelty
from diagnosis.ml.artifact import Artifact
from diagnosis.ml.batch import Inputs
from diagnosis.ml.families import family
from diagnosis.ml.families.pipeline import Fitted, Sample
from diagnosis.ml.learning import coverage, refits, table_checks
from diagnosis.ml.learning.by_estimate import Figures, by_estimate
from diagnosis.ml.learning.choice import Grounds, choose
from diagnosis.ml.learning.problem import Problem, pose
from diagnosis.ml.learning.scores import missing_metrics, scores
from diagnosis.ml.learning.table_findings import TableFinding
from diagnosis.ml.learning.validation import OutOfFold, cross_validate
from diagnosis.ml.recipe import Recipe
from diagnosis.ml.results.measuring import Interval
from diagnosis.ml.threads import single_thread
from diagnosis.ml.uncertainty.coverage import Conformal

if TYPE_CHECKING:
    import pandas as pd

    from diagnosis.ml.schema import FeatureSchema

Array = NDArray[np.float64]

BACKGROUND_ROWS = 250
_TRIES = 200
_PACKAGES = ("numpy", "keras", "tensorflow-cpu", "ai-edge-litert", "scikit-learn", "pandas")


def train(
    recipe: Recipe,
    table: pd.DataFrame,
    schema: FeatureSchema | None = None,
    *,
    name: str = "",
    measured: OutOfFold | None = None,
    extra: Mapping[str, Any] | None = None,
) -> Artifact:
    """Make a model of a table: choose, measure, fit, refit, export, check, describe.

    Parameters
    ----------
    recipe : Recipe
        What to do; names at least the target.
    table : DataFrame, shape (n, columns)
        Raw values in the units of the schema, and the target.
    schema : FeatureSchema, optional
        The features in clinical terms. Inferred where not given; identifiers, dates and
        constants are then left out with a ``TableWarning``.
    name : str
        What the model is called; the target's name where not given.
    measured : OutOfFold, optional
        What ``evaluate_recipe`` gave for this recipe, so that it is not measured twice; its
        recipe is then the one that is fitted.
    extra : mapping, optional
        More entries for the manifest.

    Returns
    -------
    Artifact
        The model refitted on all rows; its metrics come from the cross-validation.

    Raises
    ------
    TableError, RecipeError
        The input can not be used.
    ArtifactError
        The serving form does not agree with the model to 1e-5.
    """
    problem = pose(recipe, table, schema)
    with single_thread():
        learnt = _learn(problem, measured)
    kind, sample, seed = family(learnt.recipe.model), problem.sample, learnt.recipe.seed
    written = kind.write(learnt.fitted, learnt.members, sample)
    files = {**written.files, **background.written(_background(learnt.fitted, sample, seed))}
    manifest = {
        "name": name or " and ".join(recipe.targets),
        **_described(problem, learnt, written.gaps),
        "training": _training(problem, table),
        "environment": _environment(),
        **(extra or {}),
    }
    return _looked_at(Artifact(manifest, files), sample, seed)


def _looked_at(artifact: Artifact, sample: Sample, seed: int) -> Artifact:
    """Say what the model looks at."""
    if sample.blocks or not artifact.task.result.explained(artifact.task):
        return artifact  # what is looked at is told of tables
    from diagnosis.ml.explain.overall import overall

    entry = overall(artifact, sample.x, seed=seed, of="training")
    return artifact.with_manifest(explanations=entry)


@dataclass(frozen=True)
class _Learnt:
    """What a problem taught, before it is written down; ``facts`` are those of the choice."""

    recipe: Recipe
    facts: Grounds
    measured: OutOfFold
    metrics: Mapping[str, Interval]
    fitted: Fitted
    members: list[Fitted]
    novelty: dict[str, Any] | None
    conformal: Conformal | None
    figures: Mapping[str, Figures]
    findings: tuple[TableFinding, ...]


def _learn(problem: Problem, measured: OutOfFold | None) -> _Learnt:
    """Choose, measure (unless that was done), fit, refit, and learn what rows look like."""
    sample = problem.sample
    facts: Grounds = {}
    if measured is None:
        chosen, facts = choose(problem.recipe, sample)
        measured = cross_validate(chosen, problem)
    recipe = measured.recipe
    fitted = family(recipe.model).fit(recipe, sample)
    members = refits.refit(recipe, sample, fitted)
    unlike = novelty.learn(sample.inputs, problem.schema.features, recipe.seed, sample.groups)
    metrics, region = scores(measured), _region(measured, sample)
    perfect = table_checks.too_perfect(metrics)
    if not any(finding.code == "too_good" for finding in problem.findings):
        table_checks.warn_of(perfect, problem.task)
    findings = (*problem.findings, *perfect)
    told = (measured, metrics, fitted, members, unlike, region, by_estimate(measured))
    return _Learnt(recipe, facts, *told, findings)


def _region(measured: OutOfFold, sample: Sample) -> Conformal | None:
    """Return the sets or ranges of the model, where its kind has them and rows are enough."""
    verified = coverage.verify(measured, sample)
    return None if verified is None else coverage.described(measured, sample, verified)


def _described(problem: Problem, learnt: _Learnt, gaps: Mapping[str, float]) -> dict[str, Any]:
    """Return what the manifest says of the model itself."""
    recipe, members = learnt.recipe, learnt.members
    return {
        "task": problem.task.to_dict(),
        "schema": problem.required_schema.to_dict(),
        "recipe": recipe.to_dict() | {"digest": recipe.digest},
        "choice": {"asked": problem.recipe.model, "model": recipe.model, **learnt.facts},
        "fit": family(recipe.model).facts(learnt.fitted) | {"serving_gaps": dict(gaps)},
        "refits": {"count": len(members), "level": refits.LEVEL} if members else None,
        **_measures(learnt, problem),
        **_by_kind(learnt),
        "missing_ranges": _ranges(problem, learnt),
        "novelty": learnt.novelty,
        "findings": [finding.to_dict() for finding in learnt.findings],
    }


def _by_kind(learnt: _Learnt) -> dict[str, Any]:
    """Return what kinds of one yes or no do not have: sets or ranges, figures an estimate."""
    found: dict[str, Any] = {}
    if learnt.conformal is not None:
        found["conformal"] = learnt.conformal.to_dict()
    if learnt.figures:
        found["estimates"] = {name: one.to_dict() for name, one in learnt.figures.items()}
    return found


def _background(fitted: Fitted, sample: Sample, seed: int) -> Inputs:
    """Return real rows whose mean prediction is nearest to that of all rows, in random order.

    The base of an explanation is the mean over these rows and is read as the average patient.
    The first hundred are a sample of their own, for a view that must be quick.
    """
    rng = np.random.default_rng(seed)
    if len(sample) <= BACKGROUND_ROWS:
        return sample.take(rng.permutation(len(sample))).inputs
    predicted = fitted.probabilities(sample.inputs)
    draws = [rng.permutation(len(sample))[:BACKGROUND_ROWS] for _ in range(_TRIES)]
    aim = predicted.mean(axis=0)
    gaps = [float(np.abs(predicted[rows].mean(axis=0) - aim).max()) for rows in draws]
    return sample.take(draws[int(np.argmin(gaps))]).inputs


def _measures(learnt: _Learnt, problem: Problem) -> dict[str, Any]:
    measured = learnt.measured
    counts = {"rows": len(problem.sample)}
    counts |= problem.task.result.counts(problem.task, problem.sample.y)
    return {
        "metrics": dict(learnt.metrics),
        "missing_metrics": missing_metrics(measured),
        "evaluation": {
            "method": "repeated cross-validation of the whole recipe",
            "folds": len(np.unique(measured.folds[0])),
            "repeats": measured.repeats,
            **counts,
        },
        "probability_quantiles": [
            float(q) for q in np.quantile(measured.predictions, np.linspace(0, 1, 21))
        ],
    }


@dataclass(frozen=True)
class _StandIn:
    """What is put in the place of a missing value, and values that it may well have had."""

    assumed: float
    values: list[float]


def _ranges(problem: Problem, learnt: _Learnt) -> dict[str, dict[str, float | list[float]]]:
    """Return what stands in for each feature that may be missing, and its plausible values."""
    ranges = {}
    for name in problem.may_be_missing:
        j = problem.column(name)
        present = problem.sample.x[:, j][~np.isnan(problem.sample.x[:, j])]
        number = problem.schema[name].is_quantity
        values = np.quantile(present, (0.05, 0.25, 0.5, 0.75, 0.95)) if number else present
        assumed = family(learnt.recipe.model).assumed(learnt.fitted, j)
        ranges[name] = _StandIn(assumed, [float(value) for value in np.unique(values)])
    return {name: asdict(one) for name, one in ranges.items()}


def _training(problem: Problem, table: pd.DataFrame) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "rows": len(problem.sample),
        "excluded_demo_rows": 0,
        "table": "",
        "table_sha256": hashlib.sha256(table.to_csv(index=False).encode()).hexdigest(),
        "left_out": problem.left_out,
    }
    facts |= problem.task.result.counts(problem.task, problem.sample.y)
    if problem.task.result.event(problem.task) is not None:
        facts |= {"rate": facts["events"] / len(problem.sample)}
    return facts


def _environment() -> dict[str, str]:
    found = {}
    for package in _PACKAGES:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    return {"python": platform.python_version(), **found}
