"""What is predicted: reading the target columns of a table into numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from diagnosis.ml.errors import TableError
from diagnosis.ml.inputs.words import is_missing
from diagnosis.ml.results.events import event_of

if TYPE_CHECKING:
    import pandas as pd

Array = NDArray[np.float64]
TASKS = ("binary", "multiclass", "multilabel", "regression")
MOST_CLASSES = 20


@dataclass(frozen=True)
class Task:
    """What a model predicts.

    ``classes`` are the values of the target as text, in the order of the outputs; for a binary
    task the second is the event. For a multilabel task they are the names of the columns.
    """

    kind: str
    target: tuple[str, ...]
    classes: tuple[str, ...] = ()

    @property
    def outputs(self) -> int:
        """How many numbers the model gives a row."""
        return len(self.classes) if self.kind in ("multiclass", "multilabel") else 1

    def to_dict(self) -> dict[str, Any]:
        """Return what JSON can hold."""
        target: Any = list(self.target) if self.kind == "multilabel" else self.target[0]
        given: dict[str, Any] = {"kind": self.kind, "target": target}
        if self.classes:
            given["classes"] = list(self.classes)
        if self.kind == "binary":
            given["positive"] = self.classes[1]
        return given

    @classmethod
    def from_dict(cls, given: Mapping[str, Any]) -> Task:
        """Read back what ``to_dict`` wrote."""
        target = given.get("target", "")
        names = (target,) if isinstance(target, str) else tuple(target)
        return cls(str(given["kind"]), names, tuple(given.get("classes", ())))

    def read(self, table: pd.DataFrame) -> Array:
        """Return the target as (n, outputs); NaN where it is missing.

        Binary and multilabel: 0 and 1. Multiclass: one column a class. Regression: the value.

        Raises
        ------
        TableError
            A target column is absent or holds what the task does not know.
        """
        absent = [name for name in self.target if name not in table.columns]
        if absent:
            raise TableError(f"The table has no target column {', '.join(absent)}.")
        if self.kind == "regression":
            return _numbers(table[self.target[0]]).reshape(-1, 1)
        if self.kind == "multilabel":
            return np.column_stack([_zero_one(table[name]) for name in self.target])
        place = self._places(table[self.target[0]])
        if self.kind == "binary":
            return place.reshape(-1, 1)
        one_hot: Array = np.eye(len(self.classes))[np.nan_to_num(place).astype(int)]
        one_hot[np.isnan(place)] = np.nan
        return one_hot

    def _places(self, column: pd.Series[Any]) -> Array:
        known = {name: float(i) for i, name in enumerate(self.classes)}
        texts = [None if missing else _text(raw) for raw, missing in _pairs(column)]
        strange = {text for text in texts if text is not None and text not in known}
        if strange:
            classes = ", ".join(self.classes)
            raise TableError(f"{column.name} holds a class that the task does not have: {classes}.")
        return np.array([np.nan if text is None else known[text] for text in texts])


def _pairs(column: pd.Series[Any]) -> list[tuple[Any, bool]]:
    values = column.tolist()
    return list(zip(values, map(is_missing, values), strict=True))


def _text(raw: Any) -> str:
    """Return a class as text; 1, 1.0 and True are the same class."""
    if isinstance(raw, (bool, np.bool_)):
        return str(int(raw))
    if isinstance(raw, (float, np.floating)) and float(raw).is_integer():
        return str(int(raw))
    return str(raw).strip()


def _numbers(column: pd.Series[Any]) -> Array:
    values = [None if missing else raw for raw, missing in _pairs(column)]
    try:
        numbers = np.array([np.nan if raw is None else float(raw) for raw in values])
    except (TypeError, ValueError) as error:
        raise TableError(f"The target {column.name} is not a number everywhere.") from error
    if np.isinf(numbers).any():
        raise TableError(f"The target {column.name} is infinite in a row.")
    return np.asarray(numbers, dtype=np.float64)


def _zero_one(column: pd.Series[Any]) -> Array:
    numbers = _numbers(column)
    if not np.isin(numbers[~np.isnan(numbers)], (0.0, 1.0)).all():
        raise TableError(f"The target {column.name} is not 0 or 1 everywhere.")
    return numbers


def _ordered(classes: set[str]) -> list[str]:
    def order(text: str) -> tuple[int, float, str]:
        try:
            return (0, float(text), text)
        except ValueError:
            return (1, 0.0, text)

    return sorted(classes, key=order)


def find_task(
    table: pd.DataFrame, target: tuple[str, ...], kind: str = "auto", positive: str | None = None
) -> Task:
    """Say what a table's target asks for.

    Two values are binary; the event is ``positive``, else the one that ``events`` can tell.
    Three to twenty words or whole numbers are classes, other numbers a regression.

    Raises
    ------
    TableError
        The target is absent, constant, or neither classes nor numbers; of two labels it is not
        clear which is the event.
    """
    if kind == "multilabel" or len(target) > 1:
        return Task("multilabel", target, target)
    name = target[0]
    if name not in table.columns:
        raise TableError(f"The table has no target column {name}.")
    column = table[name]
    texts = {_text(raw) for raw, missing in _pairs(column) if not missing}
    if len(texts) < 2:
        raise TableError(f"The target {name} has fewer than two different values.")
    found = kind if kind != "auto" else _kind(column, texts)
    if found == "regression":
        return Task("regression", target)
    if len(texts) > MOST_CLASSES:
        raise TableError(f"The target {name} has more than {MOST_CLASSES} classes.")
    classes = _ordered(texts)
    if found == "binary":
        classes = _event_last(name, classes, positive)
    return Task(found, target, tuple(classes))


def _kind(column: pd.Series[Any], texts: set[str]) -> str:
    if len(texts) == 2:
        return "binary"
    if column.dtype.kind not in "iuf":
        return "multiclass"
    whole = all(text.lstrip("-").isdigit() for text in texts)
    return "multiclass" if whole and len(texts) <= 10 else "regression"


def _event_last(name: str, classes: list[str], positive: str | None) -> list[str]:
    if len(classes) != 2:
        raise TableError(f"The target {name} has {len(classes)} values; a binary task needs two.")
    if positive is not None:
        if _text(positive) not in classes:
            raise TableError(f"The target {name} never has the value named as positive.")
        return sorted(classes, key=lambda text: text == _text(positive))
    event = event_of(classes)
    if event is None:
        raise TableError(
            f"The target {name} is {classes[0]} or {classes[1]}: which of them is the event? "
            "Say it with --positive, or as positive in the recipe."
        )
    return sorted(classes, key=lambda text: text == event)
