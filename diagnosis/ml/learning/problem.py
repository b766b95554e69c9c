"""A table and a recipe, read and checked: what there is to learn from."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from diagnosis.ml.errors import RecipeError, TableError
from diagnosis.ml.families import refuse_unfit
from diagnosis.ml.families.pipeline import Sample
from diagnosis.ml.learning import patients, table_checks, tables
from diagnosis.ml.learning.table_findings import TableFinding
from diagnosis.ml.recipe import Recipe
from diagnosis.ml.results.targets import Task, find_task
from diagnosis.ml.schema import FeatureSchema

if TYPE_CHECKING:
    import pandas as pd

Index = NDArray[np.int64]
FEWEST_ROWS = 20
FEWEST_A_CLASS = 5


@dataclass(frozen=True)
class Problem:
    """What a recipe finds in a table.

    ``rows`` are the positions of the rows with a known target; ``sample`` holds them.
    ``left_out`` names the columns not used, with the reason; ``findings`` are for the manifest.
    """

    recipe: Recipe
    task: Task
    schema: FeatureSchema
    sample: Sample
    rows: Index
    left_out: dict[str, str]
    findings: tuple[TableFinding, ...] = ()

    @property
    def may_be_missing(self) -> tuple[str, ...]:
        """Features that are missing in some rows or are hidden in training."""
        gaps: list[bool] = np.any(np.isnan(self.sample.x), axis=0).tolist()
        return tuple(
            feature.name
            for feature, gap in zip(self.sample.features, gaps, strict=True)
            if gap or self.recipe.hide.get(feature.name, 0) > 0
        )

    def column(self, name: str) -> int:
        """Return where a feature stands in the table."""
        return [feature.name for feature in self.sample.features].index(name)

    @property
    def required_schema(self) -> FeatureSchema:
        """The schema with every feature required that training never saw missing.

        What filling in does to such a feature was never measured; see ``may_be_missing``.
        """
        optional = set(self.may_be_missing)
        return FeatureSchema(
            tuple(f if f.name in optional else replace(f, required=True) for f in self.schema)
        )


def pose(recipe: Recipe, table: pd.DataFrame, schema: FeatureSchema | None = None) -> Problem:
    """Read a table for a recipe.

    Raises
    ------
    TableError
        Columns are absent, the target can not be used, or there are too few rows.
    """
    given = () if schema is None else [f.name for f in schema if not f.is_quantity]
    table = tables.plain_table(tables.named(table), given)
    asked = (recipe.targets, recipe.task, recipe.positive, recipe.unit)
    task = find_task(table, *asked, horizons=recipe.horizons, ordered=recipe.ordered)
    left_out: dict[str, str] = {}
    if schema is None:
        schema = tables.infer_schema(table, recipe.targets)
        left_out = tables.left_out(table, recipe.targets)
    schema = _wanted(recipe, schema)
    tables.need_columns(schema, table)
    y = task.read(table)
    rows = np.flatnonzero(task.result.known(y))
    used = {name: why for name, why in left_out.items() if _asked(recipe, name)}
    for name, reason in used.items():
        # Words of a table are named to its owner, not kept with the model.
        more = f": {tables.strays(table[name])}" if reason == tables.MIXED else ""
        _warn(f"Column {name} is left out: {reason}{more}.")
    refuse_unfit(recipe.model, task, schema.features)
    batch, groups = schema.batch(table).take(rows), _owners(recipe, table, rows)
    _refuse_too_few(task, y[rows])
    if groups is not None:
        patients.refuse_too_few(groups, y[rows], task.kind)
    sample = Sample(batch.table, y[rows], schema.table, task, groups, batch.others)
    problem = Problem(recipe, task, schema, sample, rows, used)
    findings = tuple(_findings(problem, table))
    table_checks.warn_of(findings, task)
    return replace(problem, findings=findings)


def _owners(recipe: Recipe, table: pd.DataFrame, rows: Index) -> Index | None:
    return patients.owners(table.iloc[rows], recipe.group)


def _findings(problem: Problem, table: pd.DataFrame) -> Iterator[TableFinding]:
    """Look over the table and the rows of it that are learnt from."""
    sample, task, names = problem.sample, problem.task, list(problem.schema.names)
    learnt = table.iloc[problem.rows]
    yield from table_checks.guessed_event(task, problem.recipe.positive, sample.y)
    if len(learnt) < len(table):
        figures = {"rows": len(table) - len(learnt), "of": len(table)}
        yield TableFinding("target_missing", (), figures)
    if problem.recipe.group is None:
        yield from patients.repeated_identifiers(learnt, tables.identifiers(learnt))
    told = [name for name in table.columns if name in names or tables.tells_of_a_row(table[name])]
    yield from patients.repeated_rows(learnt[told])
    yield from table_checks.leaks(task, learnt[names], sample.y)
    yield from table_checks.too_few(task, len(names), sample.y)


def _warn(text: str) -> None:
    warnings.warn(text, tables.TableWarning, stacklevel=4)


def _asked(recipe: Recipe, name: str) -> bool:
    if name in (*recipe.exclude, recipe.group):
        return False
    return not recipe.features or name in recipe.features


def _wanted(recipe: Recipe, schema: FeatureSchema) -> FeatureSchema:
    absent = [name for name in recipe.features if name not in schema]
    if absent:
        raise TableError(f"The recipe asks for {', '.join(absent)}, which can not be used.")
    kept = FeatureSchema(tuple(f for f in schema if _asked(recipe, f.name)))
    if not len(kept):
        raise TableError("No column is left that could be a feature.")
    strangers = [name for name in recipe.hide if name not in kept]
    if strangers:
        raise RecipeError(f"Recipe: hide names {', '.join(strangers)}, which is no feature.")
    return kept


def _refuse_too_few(task: Task, y: NDArray[np.float64]) -> None:
    if len(y) < FEWEST_ROWS:
        raise TableError(f"{len(y)} rows are too few to learn from; {FEWEST_ROWS} are needed.")
    counts = [float(np.nansum(rows)) for rows in task.result.strata(y)]
    if min(counts, default=FEWEST_A_CLASS) < FEWEST_A_CLASS:
        raise TableError(f"A class has fewer than {FEWEST_A_CLASS} rows: too few to learn from.")
