"""What a column holds, whichever file or program it comes from: numbers or words."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from diagnosis.ml.inputs.words import is_code, is_missing, is_number

_TRUTH = {"true": True, "false": False}


class TableWarning(UserWarning):
    """Something about a table that its owner should know; the work goes on."""


def plain_table(table: pd.DataFrame, words: Collection[str] = ()) -> pd.DataFrame:
    """Return a table of plain columns; those in ``words`` stay as they are written."""
    columns = [
        table.iloc[:, i] if str(name) in words else plain(table.iloc[:, i])
        for i, name in enumerate(table.columns)
    ]
    if not columns:
        return table
    made = pd.concat(columns, axis=1)
    return made.set_axis(table.columns, axis=1)


def plain(column: pd.Series[Any]) -> pd.Series[Any]:
    """Return a column of numbers, of truth values or of objects; what says nothing is missing.

    Decimals, numbers of other programs and texts that are numbers throughout become numbers;
    texts with leading zeros («01») stay texts. Dates stay dates.
    """
    dtype = column.dtype
    if isinstance(dtype, np.dtype) and dtype.kind in "biufcmM":
        return column
    if isinstance(dtype, pd.DatetimeTZDtype | pd.PeriodDtype):
        return column
    values = [None if is_missing(raw) else raw for raw in column.astype(object).tolist()]
    present = [raw for raw in values if raw is not None]
    if present and all(isinstance(raw, str) for raw in present):
        return _texts(column, values, present)
    if present and all(isinstance(raw, (int, float, Decimal, np.number)) for raw in present):
        return _numbers(column, values, present)
    return pd.Series(values, index=column.index, name=column.name, dtype=object)


def _numbers(column: pd.Series[Any], values: list[Any], present: list[Any]) -> pd.Series[Any]:
    truths = all(isinstance(raw, (bool, np.bool_)) for raw in present)
    if len(present) == len(values):
        if truths:
            return pd.Series(values, index=column.index, name=column.name, dtype=bool)
        if all(isinstance(raw, (int, np.integer)) and abs(int(raw)) < 2**62 for raw in present):
            return pd.Series(values, index=column.index, name=column.name, dtype="int64")
    numbers = [np.nan if raw is None else float(raw) for raw in values]
    return pd.Series(numbers, index=column.index, name=column.name, dtype="float64")


def _texts(column: pd.Series[Any], values: list[Any], present: list[Any]) -> pd.Series[Any]:
    stripped = [None if raw is None else raw.strip() for raw in values]
    kinds = {raw.strip().casefold() for raw in set(present)}
    if kinds <= set(_TRUTH):
        truths = [None if raw is None else _TRUTH[raw.casefold()] for raw in stripped]
        return _numbers(column, truths, [raw for raw in truths if raw is not None])
    if all(is_number(text) and not is_code(text) for text in kinds):
        made = [None if raw is None else _parsed(raw) for raw in stripped]
        return _numbers(column, made, [raw for raw in made if raw is not None])
    return pd.Series(stripped, index=column.index, name=column.name, dtype=object)


def _parsed(text: str) -> int | float:
    return int(text) if text.lstrip("+-").isdigit() else float(text)


def is_words(column: pd.Series[Any]) -> bool:
    """Whether a plain column holds words; then each different one may be a category."""
    return not pd.api.types.is_numeric_dtype(column) and column.dtype.kind not in "mM"


def holds_no_values(column: pd.Series[Any]) -> bool:
    """Whether cells hold lists, structures or bytes: nothing that a model could read."""
    single = (str, int, float, bool, Decimal, np.generic, date, time, timedelta, pd.Period)
    return (
        any(not isinstance(raw, single) for raw in column.dropna()) if is_words(column) else False
    )


def stray_words(column: pd.Series[Any], fewest: int) -> tuple[list[str], list[int]] | None:
    """Return what is no number in a column of numbers, and in which rows; None where it is none.

    More than ``fewest`` different numbers, and numbers in half of the cells, make it one.
    """
    if not is_words(column):
        return None
    texts = {i: str(raw) for i, raw in enumerate(column, start=1) if not is_missing(raw)}
    numbers = [text for text in texts.values() if is_number(text) and not is_code(text)]
    if len(set(numbers)) <= fewest or len(numbers) < 0.5 * len(texts):
        return None
    strays = {i: text for i, text in texts.items() if not is_number(text) or is_code(text)}
    return sorted(set(strays.values())), list(strays)
