"""Reading the target columns of a table: classes as text, numbers, and zeros and ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from diagnosis.ml.errors import TableError
from diagnosis.ml.inputs.words import is_missing

if TYPE_CHECKING:
    import pandas as pd

Array = NDArray[np.float64]
MOST_CLASSES = 20


def as_text(raw: Any) -> str:
    """Return a class as text; 1, 1.0 and True are the same class."""
    if isinstance(raw, (bool, np.bool_)):
        return str(int(raw))
    if isinstance(raw, (float, np.floating)) and float(raw).is_integer():
        return str(int(raw))
    return str(raw).strip()


def texts_of(table: pd.DataFrame, name: str) -> set[str]:
    """Return the different values of a target column, as text.

    Raises
    ------
    TableError
        The column is absent or constant.
    """
    if name not in table.columns:
        raise TableError(f"The table has no target column {name}.")
    texts = {as_text(raw) for raw, missing in _pairs(table[name]) if not missing}
    if len(texts) < 2:
        raise TableError(f"The target {name} has fewer than two different values.")
    return texts


def classes_of(table: pd.DataFrame, name: str) -> list[str]:
    """Return the classes of a target column: numbers in their order, then words in theirs.

    Raises
    ------
    TableError
        The column is absent, constant, or has more classes than one model tells apart.
    """
    texts = texts_of(table, name)
    if len(texts) > MOST_CLASSES:
        raise TableError(f"The target {name} has more than {MOST_CLASSES} classes.")
    return sorted(texts, key=_order)


def _order(text: str) -> tuple[int, float, str]:
    try:
        return (0, float(text), text)
    except ValueError:
        return (1, 0.0, text)


def places(column: pd.Series[Any], classes: tuple[str, ...]) -> Array:
    """Return (n,): which of the classes each row has; NaN where it is missing.

    Raises
    ------
    TableError
        The column holds another class.
    """
    known = {name: float(i) for i, name in enumerate(classes)}
    texts = [None if missing else as_text(raw) for raw, missing in _pairs(column)]
    strange = {text for text in texts if text is not None and text not in known}
    if strange:
        named = ", ".join(classes)
        raise TableError(f"{column.name} holds a class that the task does not have: {named}.")
    return np.array([np.nan if text is None else known[text] for text in texts])


def numbers(column: pd.Series[Any]) -> Array:
    """Return (n,): the numbers of a column; NaN where they are missing.

    Raises
    ------
    TableError
        A value is no finite number.
    """
    values = [None if missing else raw for raw, missing in _pairs(column)]
    try:
        found = np.array([np.nan if raw is None else float(raw) for raw in values])
    except (TypeError, ValueError) as error:
        raise TableError(f"The target {column.name} is not a number everywhere.") from error
    if np.isinf(found).any():
        raise TableError(f"The target {column.name} is infinite in a row.")
    return np.asarray(found, dtype=np.float64)


def zeros_and_ones(column: pd.Series[Any]) -> Array:
    """Return (n,) of 0 and 1; NaN where it is missing.

    Raises
    ------
    TableError
        The column holds anything else.
    """
    found = numbers(column)
    if not np.isin(found[~np.isnan(found)], (0.0, 1.0)).all():
        raise TableError(f"The target {column.name} is not 0 or 1 everywhere.")
    return found


def _pairs(column: pd.Series[Any]) -> list[tuple[Any, bool]]:
    values = column.tolist()
    return list(zip(values, map(is_missing, values), strict=True))
