"""Guessing the features of a table, and leaving out what no model should see."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from diagnosis.ml.errors import TableError
from diagnosis.ml.inputs.words import text_of
from diagnosis.ml.learning.tables import columns
from diagnosis.ml.learning.tables.dates import holds_dates
from diagnosis.ml.learning.tables.identifiers import (
    is_surely_identifier,
    looks_like_identifier,
    tells_who,
)
from diagnosis.ml.schema import Category, Feature, FeatureSchema

MOST_CATEGORIES = 30
CODED_AT_MOST = 6  # so many different small whole numbers look like codes, more like a count
MIXED = "it holds numbers and, in some rows, what is none"
_IDENTIFIER = "it looks like an identifier"
_NO_NAME, _NO_VALUES = "it has no name", "its cells hold no single values"
_NAMELESS = re.compile(r"Unnamed: \d+(_level_\d+)?|")
_LONG_NUMBER = 1e8  # all different and so long: numbers of people, not of what they have
_NAMED, _SHORT = 3, 12


def _is_identifier(column: pd.Series[Any]) -> bool:
    name, distinct = str(column.name), column.nunique()
    if tells_who(name) and distinct > CODED_AT_MOST:
        return True
    present = column.dropna()
    if columns.is_words(column):
        return bool(distinct > MOST_CATEGORIES and distinct > 0.5 * len(present))
    whole = distinct == len(present) >= 10 and bool((present % 1 == 0).all())
    return whole and (looks_like_identifier(name) or _is_numbered(present))


def _is_numbered(numbers: pd.Series[Any]) -> bool:
    """Whether different whole numbers follow each other, or are as long as those of records."""
    low, high = float(numbers.min()), float(numbers.max())
    return high - low == len(numbers) - 1 or low >= _LONG_NUMBER


def unusable(column: pd.Series[Any]) -> str | None:
    """Say why a plain column can not be a feature, or None if it can."""
    if columns.holds_no_values(column):
        return _NO_VALUES
    present = column.dropna()
    reasons: tuple[tuple[str, Callable[[], bool]], ...] = (
        ("it is empty", lambda: present.empty),
        (_NO_NAME, lambda: bool(_NAMELESS.fullmatch(str(column.name)))),
        ("it is constant", lambda: present.nunique() == 1 and not column.isna().any()),
        ("it has a single value", lambda: present.nunique() == 1),
        ("it holds dates", lambda: holds_dates(column)),
        (_IDENTIFIER, lambda: is_surely_identifier(str(column.name))),
        (MIXED, lambda: columns.stray_words(column, CODED_AT_MOST) is not None),
        (_IDENTIFIER, lambda: _is_identifier(column)),
        (
            f"it is text with more than {MOST_CATEGORIES} different values",
            lambda: columns.is_words(column) and present.nunique() > MOST_CATEGORIES,
        ),
    )
    return next((reason for reason, holds in reasons if holds()), None)


def tells_of_a_row(column: pd.Series[Any]) -> bool:
    """Whether a plain column holds something of the row, be it no feature; not whose it is."""
    return unusable(column) not in (_IDENTIFIER, _NO_NAME, _NO_VALUES)


def identifiers(table: pd.DataFrame) -> list[str]:
    """Return the columns of a plain table that tell, by their name, whose row it is."""
    named_so = [
        str(name)
        for name in table.columns
        if is_surely_identifier(str(name)) or tells_who(str(name))
    ]
    return [name for name in named_so if table[name].nunique() > CODED_AT_MOST]


def strays(column: pd.Series[Any]) -> str:
    """Name what keeps a column from being numbers: the words, shortly, and their rows."""
    found = columns.stray_words(column, CODED_AT_MOST)
    if found is None:
        return ""
    words, rows = found
    shown = ", ".join(f"«{word}»" for word in words[:_NAMED] if len(word) <= _SHORT)
    places = ", ".join(map(str, rows[:_NAMED])) + (" …" if len(rows) > _NAMED else "")
    return f"{shown or 'words'} (row {places})"


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
    if columns.is_words(column):
        values = sorted({text_of(value) for value in present})
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
    table = columns.plain_table(table)
    return [
        _inferred(str(name), table[name])
        for name in table.columns
        if name not in targets and unusable(table[name]) is None
    ]


def infer_schema(table: pd.DataFrame, target: str | tuple[str, ...] | None) -> FeatureSchema:
    """Guess a schema from a table; see ``infer_features``."""
    return FeatureSchema(tuple(infer_features(table, target)))


def left_out(table: pd.DataFrame, target: str | tuple[str, ...] | None) -> dict[str, str]:
    """Return the columns that ``infer_features`` leaves out, each with the reason."""
    targets = {target} if isinstance(target, str) else set(target or ())
    table = columns.plain_table(table)
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
