"""A table and a recipe, read and checked: what there is to learn from."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from diagnosis.ml import tables
from diagnosis.ml.errors import RecipeError, TableError
from diagnosis.ml.evaluation import leakage_hints
from diagnosis.ml.pipeline import Sample
from diagnosis.ml.reading import NAN, is_missing
from diagnosis.ml.recipe import Recipe
from diagnosis.ml.schema import FeatureSchema
from diagnosis.ml.targets import Task, find_task

if TYPE_CHECKING:
    import pandas as pd

Index = NDArray[np.int64]
FEWEST_ROWS = 20
FEWEST_A_CLASS = 5
MOST_LOOKED_AT = 100  # columns; in wide tables the look would take longer than the fit
_LEAKS = {
    "too_good": "alone tells the outcome almost perfectly",
    "present_with_event": "is present or absent as the outcome is",
}


@dataclass(frozen=True)
class Problem:
    """What a recipe finds in a table.

    ``rows`` are the positions of the rows with a known target; ``sample`` holds them.
    ``left_out`` names the columns not used, with the reason.
    """

    recipe: Recipe
    task: Task
    schema: FeatureSchema
    sample: Sample
    rows: Index
    left_out: dict[str, str]

    @property
    def may_be_missing(self) -> tuple[str, ...]:
        """Features that are missing in some rows or are hidden in training."""
        gaps: list[bool] = np.any(np.isnan(self.sample.x), axis=0).tolist()
        return tuple(
            name
            for name, gap in zip(self.schema.names, gaps, strict=True)
            if gap or self.recipe.hide.get(name, 0) > 0
        )

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
    table = tables.named(table)
    task = find_task(table, recipe.targets, recipe.task, recipe.positive)
    left_out: dict[str, str] = {}
    if schema is None:
        schema = FeatureSchema(tuple(tables.infer_features(table, recipe.targets)))
        left_out = tables.left_out(table, recipe.targets)
    schema = _wanted(recipe, schema)
    tables.need_columns(schema, table)
    y = task.read(table)
    rows = np.flatnonzero(~np.isnan(y).all(axis=1))
    if len(rows) < len(table):
        _warn(f"{len(table) - len(rows)} rows without a target are left out.")
    used = {name: why for name, why in left_out.items() if _asked(recipe, name)}
    for name, reason in used.items():
        _warn(f"Column {name} is left out: {reason}.")
    x = schema.matrix(table)[rows]
    _refuse_too_few(task, y[rows])
    _warn_of_leaks(task, table[list(schema.names)].iloc[rows], y[rows])
    return Problem(recipe, task, schema, Sample(x, y[rows], schema.features, task.kind), rows, used)


def _warn(text: str) -> None:
    warnings.warn(text, tables.TableWarning, stacklevel=4)


def _warn_of_leaks(task: Task, table: pd.DataFrame, y: NDArray[np.float64]) -> None:
    """Say which columns alone give the outcome away; whether that is a leak, a person decides."""
    if task.kind != "binary" or table.shape[1] > MOST_LOOKED_AT:
        return
    columns = {str(name): _plain(table[name]) for name in table.columns}
    for hint in leakage_hints(columns, y[:, 0]):
        if hint.code in _LEAKS:
            _warn(f"Column {hint.column} {_LEAKS[hint.code]}: is it known before the outcome?")


def _plain(column: pd.Series[Any]) -> list[Any]:
    """Return raw values with NaN for what is missing or infinite."""
    infinite = (float("inf"), float("-inf"))
    return [NAN if is_missing(raw) or raw in infinite else raw for raw in column]


def _asked(recipe: Recipe, name: str) -> bool:
    return name not in recipe.exclude and (not recipe.features or name in recipe.features)


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
    if task.kind == "regression":
        return
    events = np.nansum(y, axis=0)
    others = [] if task.kind == "multiclass" else np.nansum(1 - y, axis=0).tolist()
    if min([*events.tolist(), *others]) < FEWEST_A_CLASS:
        raise TableError(f"A class has fewer than {FEWEST_A_CLASS} rows: too few to learn from.")
