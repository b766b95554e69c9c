"""Looking a training table over: columns that know the outcome, too few rows, rows twice."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from diagnosis.ml.evaluation import LeakageHint, leakage_hints
from diagnosis.ml.inputs.reading import NAN
from diagnosis.ml.inputs.words import is_missing
from diagnosis.ml.learning.table_findings import TableFinding
from diagnosis.ml.learning.tables import TableWarning
from diagnosis.ml.results.events import PLAIN
from diagnosis.ml.results.targets import Task

if TYPE_CHECKING:
    import pandas as pd

Array = NDArray[np.float64]

MOST_PAIRED = 100  # columns; the pairs of wider tables would take longer than the fit
FEWEST_A_COLUMN = 5  # events an input: Vittinghoff, McCulloch, Am J Epidemiol 2007;165:710-718
TOO_GOOD = 0.98  # a correlation with a number that is predicted
PERFECT = 0.99
_QUIET = frozenset(("missingness", "duplicate", "few_events", "few_rows"))
_OF_ONE_OUTCOME = frozenset(("too_good", "present_with_event", "almost_perfect"))


def leaks(task: Task, table: pd.DataFrame, y: Array) -> list[TableFinding]:
    """Say which columns alone give the outcome away; whether that is a leak, a person decides."""
    columns = {str(name): _plain(table[name]) for name in table.columns}
    if not task.result.strata(y):
        return list(_too_correlated(columns, y[:, 0]))
    found: dict[tuple[str, ...], LeakageHint] = {}
    labels = task.result.balance(y)
    for label in range(labels.shape[1]):
        known = np.flatnonzero(~np.isnan(labels[:, label]))
        rows = {name: [values[i] for i in known] for name, values in columns.items()}
        for hint in leakage_hints(rows, labels[known, label], pairs=len(columns) <= MOST_PAIRED):
            found.setdefault((hint.code, hint.column, hint.other), hint)
    return [
        TableFinding(hint.code, _names(hint), {"strength": float(hint.strength)})
        for hint in sorted(found.values(), key=lambda hint: -hint.strength)
    ]


def _names(hint: LeakageHint) -> tuple[str, ...]:
    return (hint.other, hint.column) if hint.other else (hint.column,)


def _plain(column: pd.Series[Any]) -> list[Any]:
    """Return raw values with NaN for what is missing or infinite."""
    infinite = (float("inf"), float("-inf"))
    return [NAN if is_missing(raw) or raw in infinite else raw for raw in column]


def _too_correlated(columns: Mapping[str, Sequence[Any]], y: Array) -> Iterator[TableFinding]:
    for name, values in columns.items():
        if not all(isinstance(value, (int, float, np.number)) for value in values):
            continue
        numbers = np.array(values, dtype=np.float64)
        known = ~np.isnan(numbers)
        if known.sum() < 3 or np.ptp(numbers[known]) == 0 or np.ptp(y[known]) == 0:
            continue
        alike = abs(float(np.corrcoef(numbers[known], y[known])[0, 1]))
        if alike > TOO_GOOD:
            yield TableFinding("too_good", (name,), {"strength": alike})


def guessed_event(task: Task, positive: str | None, y: Array) -> list[TableFinding]:
    """Say which label was taken for the event, where its name does not."""
    event = task.result.event(task)
    if event is None or positive is not None or event.casefold() in PLAIN:
        return []
    percent = round(100 * float(np.nanmean(y)))
    return [TableFinding("event_guessed", (), {"event": event, "percent": percent})]


def too_few(task: Task, columns: int, y: Array) -> list[TableFinding]:
    """Say where the rows, or those of the rarest kind, are few for so many inputs."""
    strata = task.result.strata(y)
    if not strata:
        if len(y) >= FEWEST_A_COLUMN * columns:
            return []
        return [TableFinding("few_rows", (), {"rows": len(y), "columns": columns})]
    rarest = int(min(np.nansum(rows) for rows in strata))
    if rarest >= FEWEST_A_COLUMN * columns:
        return []
    return [TableFinding("few_events", (), {"events": rarest, "columns": columns})]


def too_perfect(metrics: Mapping[str, Mapping[str, float | None]]) -> list[TableFinding]:
    """Say that a model is better than medicine is, from its cross-validation."""
    area = (metrics.get("auroc") or {}).get("value")
    if area is None or area <= PERFECT:
        return []
    return [TableFinding("almost_perfect", (), {"auroc": float(area)})]


def warns(code: str, task: Task) -> bool:
    """Whether a finding warns; the others are usual, and wait in the manifest for the review.

    Of several classes or labels one may well be told by a single column.
    """
    return code not in _QUIET and (
        code not in _OF_ONE_OUTCOME or task.result.event(task) is not None
    )


def warn_of(findings: Sequence[TableFinding], task: Task) -> None:
    """Warn of what cannot wait for a reviewer."""
    for finding in findings:
        if warns(finding.code, task):
            warnings.warn(finding.message["en"], TableWarning, stacklevel=4)
