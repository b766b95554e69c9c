"""What a model predicts, and what the target columns of a table ask for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from diagnosis.ml.errors import RecipeError, TableError
from diagnosis.ml.results import ordinal, result_kind
from diagnosis.ml.results.columns import texts_of
from diagnosis.ml.results.kind import ResultKind

if TYPE_CHECKING:
    import pandas as pd

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Task:
    """What a model predicts.

    ``kind`` is a name in ``RESULT_KINDS``. ``classes`` are the values of the target as text, in
    the order of the outputs; for a binary task the second is the event. For a multilabel task they
    are the names of the columns. ``unit`` is that of a number or of time, in UCUM. Where time is
    asked for, ``times`` are the ends of its intervals, an output each, and ``horizons`` those of
    them at which a risk is told. ``ordered`` says that classes go from the lowest to the highest.
    """

    kind: str
    target: tuple[str, ...]
    classes: tuple[str, ...] = ()
    unit: str | None = None
    horizons: tuple[float, ...] = ()
    times: tuple[float, ...] = ()
    ordered: bool = False

    @property
    def result(self) -> ResultKind:
        """Everything that depends on the kind; TaskError where there is no such kind."""
        return result_kind(self.kind, ordered=self.ordered)

    @property
    def outputs(self) -> int:
        """How many numbers the model gives a row."""
        return len(self.result.columns(self))

    def to_dict(self) -> dict[str, Any]:
        """Return what JSON can hold."""
        target: Any = list(self.target) if self.result.several_targets else self.target[0]
        given: dict[str, Any] = {"kind": self.kind, "target": target}
        if self.classes:
            given["classes"] = list(self.classes)
        event = self.result.event(self)
        if event is not None:
            given["positive"] = event
        if self.unit is not None:
            given["unit"] = self.unit
        for name in ("horizons", "times"):
            if getattr(self, name):
                given[name] = list(getattr(self, name))
        if self.ordered:
            given["ordered"] = True
        return given

    @classmethod
    def from_dict(cls, given: Mapping[str, Any]) -> Task:
        """Read back what ``to_dict`` wrote; TaskError for a kind that there is not."""
        target = given.get("target", "")
        names = (target,) if isinstance(target, str) else tuple(target)
        kind, classes = result_kind(str(given["kind"])).name, tuple(given.get("classes", ()))
        horizons, times = (tuple(map(float, given.get(one, ()))) for one in ("horizons", "times"))
        ordered = given.get("ordered") is True
        return cls(kind, names, classes, given.get("unit"), horizons, times, ordered)

    def read(self, table: pd.DataFrame) -> Array:
        """Return the target as (n, c); NaN where it is missing.

        Binary and multilabel: 0 and 1. Multiclass: one column a class. Regression: the value.
        Survival: time and event.

        Raises
        ------
        TableError
            A target column is absent or holds what the task does not know.
        """
        absent = [name for name in self.target if name not in table.columns]
        if absent:
            raise TableError(f"The table has no target column {', '.join(absent)}.")
        return self.result.read_target(self, table)


def find_task(  # noqa: PLR0913  # what a recipe says of its target
    table: pd.DataFrame,
    target: tuple[str, ...],
    kind: str = "auto",
    positive: str | None = None,
    unit: str | None = None,
    *,
    horizons: tuple[float, ...] = (),
    ordered: bool | tuple[str, ...] = False,
) -> Task:
    """Say what a table's target asks for.

    Several columns are labels. Two values are binary; the event is ``positive``, else the one that
    ``events`` can tell. Three to twenty words or whole numbers are classes, other numbers a
    regression.

    Raises
    ------
    TaskError
        There is no such kind.
    TableError
        The target is absent, constant, or neither classes nor numbers; of two labels it is not
        clear which is the event.
    RecipeError
        Several columns are named for a kind that has one target, a unit for probabilities,
        horizons where time is not asked for, or an order for what has none.
    """
    found = result_kind(_kind(table, target) if kind == "auto" else kind)
    if len(target) > 1 and not found.several_targets:
        raise RecipeError(f"Recipe: the task {found.name} has one target column.")
    classes = found.classes(table, target, positive)
    if ordered:
        found = result_kind(found.name, ordered=True)
        classes = ordinal.in_order(classes, ordered if isinstance(ordered, tuple) else None)
    task = Task(found.name, target, classes, unit, horizons, ordered=bool(ordered))
    return found.completed(task, table)


def _kind(table: pd.DataFrame, target: tuple[str, ...]) -> str:
    if len(target) > 1:
        return "multilabel"
    texts = texts_of(table, target[0])
    if len(texts) == 2:
        return "binary"
    if table[target[0]].dtype.kind not in "iuf":
        return "multiclass"
    whole = all(text.lstrip("-").isdigit() for text in texts)
    return "multiclass" if whole and len(texts) <= 10 else "regression"
