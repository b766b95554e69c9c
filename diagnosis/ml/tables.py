"""Tables: reading them, guessing their features, and leaving out what no model should see."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from diagnosis.ml.errors import TableError
from diagnosis.ml.schema import Category, Feature

if TYPE_CHECKING:
    from diagnosis.ml.schema import FeatureSchema

MOST_CATEGORIES = 30
CODED_AT_MOST = 6  # so many different small whole numbers look like codes, more like a count
_IDENTIFIER = re.compile(r"(^|[_.\s-])(id|uuid|mrn|ssn|identifier|patient_?no|record_?no)$", re.I)


class TableWarning(UserWarning):
    """Something about a table that its owner should know; the work goes on."""


def read_table(path: str | Path) -> pd.DataFrame:
    """Read a CSV or Parquet file.

    Raises
    ------
    TableError
        It does not exist, can not be read, or holds no rows.
    """
    file = Path(path)
    if not file.is_file():
        raise TableError(f"There is no file {file}.")
    parquet = file.suffix.lower() in (".parquet", ".pq")
    try:
        table = pd.read_parquet(file) if parquet else pd.read_csv(file)
    except (ValueError, OSError, UnicodeError) as error:  # pandas' and arrow's own are ValueErrors
        kind = "Parquet" if parquet else "CSV"
        first = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise TableError(f"{file} can not be read as {kind}: {first}") from error
    if not len(table):
        raise TableError(f"{file} holds no rows.")
    return table


def _is_text(column: pd.Series[Any]) -> bool:
    return not (
        pd.api.types.is_numeric_dtype(column) or pd.api.types.is_datetime64_any_dtype(column)
    )


def _looks_like_identifier(column: pd.Series[Any]) -> bool:
    present = column.dropna()
    distinct = present.nunique()
    if _is_text(column):
        return distinct > MOST_CATEGORIES and distinct > 0.5 * len(present)
    unique = distinct == len(present) and len(present) >= 10
    if _IDENTIFIER.search(str(column.name)) and distinct > 0.5 * len(present):
        return True
    if not unique or not pd.api.types.is_integer_dtype(column):
        return False
    return bool(abs(int(present.max()) - int(present.min())) == len(present) - 1)


def unusable(column: pd.Series[Any]) -> str | None:
    """Say why a column can not be a feature, or None if it can."""
    present = column.dropna()
    reasons: tuple[tuple[str, Callable[[], bool]], ...] = (
        ("it is empty", lambda: present.empty),
        ("it is constant", lambda: present.nunique() == 1 and not column.isna().any()),
        ("it has a single value", lambda: present.nunique() == 1),
        ("it looks like an identifier", lambda: _looks_like_identifier(column)),
        ("it holds dates", lambda: pd.api.types.is_datetime64_any_dtype(column)),
        (
            f"it is text with more than {MOST_CATEGORIES} different values",
            lambda: _is_text(column) and present.nunique() > MOST_CATEGORIES,
        ),
    )
    return next((reason for reason, holds in reasons if holds()), None)


def _label(name: str) -> dict[str, str]:
    words = str(name).replace("_", " ").replace(".", " ").strip()
    text = words[:1].upper() + words[1:]
    return {"en": text, "zh-Hans": text}


def _is_coded(present: pd.Series[Any]) -> bool:
    values = np.unique(present.to_numpy(dtype=np.float64))
    whole = bool(np.all(values == np.round(values)))
    return whole and 2 <= len(values) <= CODED_AT_MOST and values[0] >= 0 and values[-1] <= 9


def _inferred(name: str, column: pd.Series[Any]) -> Feature:
    column = column.replace([np.inf, -np.inf], np.nan) if column.dtype.kind == "f" else column
    present, required = column.dropna(), not column.isna().any()
    label = _label(name)
    if pd.api.types.is_bool_dtype(column) or set(present.unique()) <= {True, False}:
        return Feature(name, label, "boolean", required=required)
    if _is_text(column):
        values = sorted({str(value).strip() for value in present})
        categories = tuple(Category(i, v, {"en": v, "zh-Hans": v}) for i, v in enumerate(values))
        return Feature(name, label, "category", categories=categories, required=required)
    if _is_coded(present):
        codes = sorted({int(value) for value in present})
        categories = tuple(Category(c, str(c), {"en": str(c), "zh-Hans": str(c)}) for c in codes)
        return Feature(name, label, "category", categories=categories, required=required)
    return _inferred_number(name, present, required=required)


def _inferred_number(name: str, present: pd.Series[Any], *, required: bool) -> Feature:
    low, high = float(present.min()), float(present.max())
    reach = 10 * (high - low)  # ten times the range away is an error, not a patient
    bounds = (0.0 if low >= 0 else low - reach, high + reach)
    whole = bool((present == present.round()).all())
    decimals = 0 if whole else int(np.clip(2 - np.floor(np.log10(max(abs(high), 1e-6))), 1, 4))
    return Feature(name, _label(name), required=required, bounds=bounds, decimals=decimals)


def infer_features(table: pd.DataFrame, target: str | tuple[str, ...] | None) -> list[Feature]:
    """Guess one feature a usable column: text and few small codes are categories.

    A column never missing in the table is required. Bounds reach ten times the range of the
    table beyond it; units, sources and directions can not be guessed and stay empty.
    """
    targets = {target} if isinstance(target, str) else set(target or ())
    return [
        _inferred(str(name), table[name])
        for name in table.columns
        if name not in targets and unusable(table[name]) is None
    ]


def left_out(table: pd.DataFrame, target: str | tuple[str, ...] | None) -> dict[str, str]:
    """Return the columns that ``infer_features`` leaves out, each with the reason."""
    targets = {target} if isinstance(target, str) else set(target or ())
    reasons = {str(name): unusable(table[name]) for name in table.columns if name not in targets}
    return {name: reason for name, reason in reasons.items() if reason is not None}


def named(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table with its column names as text; TableError where two are alike."""
    names = [str(name) for name in table.columns]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise TableError(f"Two columns of the table share the name {twice[0]}.")
    return table.set_axis(names, axis=1)


def need_columns(schema: FeatureSchema, table: pd.DataFrame) -> None:
    """Raise TableError where a table lacks columns of a schema."""
    absent = [name for name in schema.names if name not in table.columns]
    if absent:
        raise TableError(f"The table lacks the columns {', '.join(absent)}.")
