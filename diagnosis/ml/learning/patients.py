"""Whose row it is: several rows of one patient, and the same row more than once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from diagnosis.ml.errors import TableError
from diagnosis.ml.inputs.words import is_missing, text_of
from diagnosis.ml.learning.table_findings import TableFinding
from diagnosis.ml.results import result_kind

if TYPE_CHECKING:
    import pandas as pd

Index = NDArray[np.int64]
FEWEST = 10  # patients: fewer than there are folds can not be parted
FEWEST_A_CLASS = 5
CHANCE = 10  # so many times more pairs of equal rows than unrelated columns would give


def owners(table: pd.DataFrame, column: str | None) -> Index | None:
    """Return the number of each row's patient, from the column that a recipe names.

    Raises
    ------
    TableError
        The table lacks the column, or a row does not say whose it is.
    """
    if column is None:
        return None
    if column not in table.columns:
        raise TableError(f"The table has no group column {column}.")
    unknown = sum(map(is_missing, table[column]))
    if unknown:
        raise TableError(f"The group {column} is empty in {unknown} rows: whose are they?")
    texts = np.array([text_of(raw) for raw in table[column]])
    return np.unique(texts, return_inverse=True)[1].reshape(len(texts)).astype(np.int64)


def refuse_too_few(groups: Index, y: NDArray[np.float64], kind: str) -> None:
    """Raise TableError where patients, or those of a class, are too few to be parted."""
    if len(np.unique(groups)) < FEWEST:
        raise TableError(f"The rows are of fewer than {FEWEST} patients: too few to learn from.")
    patients = [len(np.unique(groups[rows > 0])) for rows in result_kind(kind).strata(y)]
    if min(patients, default=FEWEST_A_CLASS) < FEWEST_A_CLASS:
        raise TableError(
            f"A class has fewer than {FEWEST_A_CLASS} patients: too few to learn from."
        )


def repeated_rows(table: pd.DataFrame) -> list[TableFinding]:
    """Say how many rows of a plain table are equal to one before, where chance can not do it.

    Columns of few values give equal rows by themselves: unrelated columns would, in so many of
    all pairs. Ten times as many are too many.
    """
    again = int(table.duplicated().sum())
    if not again or not len(table.columns):
        return []
    sizes = table.groupby(list(table.columns), dropna=False, sort=False).size().to_numpy()
    pairs = float((sizes * (sizes - 1) / 2).sum())
    alike = [_share_alike(table[name]) for name in table.columns]
    expected = len(table) * (len(table) - 1) / 2 * float(np.prod(alike))
    if pairs <= CHANCE * expected:
        return []
    return [TableFinding("repeated_rows", (), {"rows": again})]


def _share_alike(column: pd.Series[Any]) -> float:
    shares = column.value_counts(normalize=True, dropna=False).to_numpy()
    return float((shares**2).sum())


def repeated_identifiers(table: pd.DataFrame, names: list[str]) -> list[TableFinding]:
    """Name the columns that tell patients apart, and do so for several rows each."""
    counts = {name: int(table[name].nunique()) for name in names}
    return [
        TableFinding("repeated_identifier", (name,), {"rows": len(table), "groups": count})
        for name, count in counts.items()
        if count < int(table[name].notna().sum())
    ]
