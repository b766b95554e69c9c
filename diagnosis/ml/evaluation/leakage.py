"""Columns that know the outcome because of how the table was made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from diagnosis.ml.evaluation.metrics import Floats, as_floats, auroc

_TOO_GOOD = 0.95
_TELLING = 0.6  # a missing value should not rank patients
_DUPLICATE = 0.98


@dataclass(frozen=True)
class LeakageHint:
    """One reason to look again at a column; a hint, never a verdict.

    ``code`` is ``too_good`` (ranks the outcome almost alone), ``present_with_event`` (its
    presence or absence gives the outcome away), ``missingness`` (being missing predicts the
    outcome) or ``duplicate`` (nearly the same as another column).
    """

    code: str
    column: str
    strength: float
    other: str = ""


def _ranked(values: Sequence[Any], labels: Floats) -> tuple[Floats, Floats]:
    """Return numbers for a column (words by their outcome rate), and where it is missing."""
    missing = np.array([v is None or v != v or v == "" for v in values], dtype=np.float64)
    if all(isinstance(v, (int, float, np.number)) for v in values):
        return as_floats([float(v) for v in values]), missing
    words = np.array(["" if m else str(v) for v, m in zip(values, missing, strict=True)])
    numbers = np.full(len(words), np.nan)
    for word in np.unique(words[missing == 0]):
        rows = words == word
        # A word seen once would only repeat its own outcome.
        numbers[rows] = np.mean(labels[rows]) if np.sum(rows) > 4 else np.mean(labels)
    return numbers, missing


def _strength(labels: Floats, values: Floats) -> float:
    if len(labels) == 0 or len(np.unique(labels)) < 2:
        return 0.5
    area = auroc(labels, values)
    return max(area, 1 - area)


def leakage_hints(
    columns: Mapping[str, Sequence[Any]], y: ArrayLike, *, pairs: bool = True
) -> list[LeakageHint]:
    """Look for columns that give the outcome away.

    Parameters
    ----------
    columns : mapping of name to values
        Raw values; None, NaN and the empty text are missing. A DataFrame's ``to_dict("list")``.
    y : (n,) array
        Outcome, 0 or 1.
    pairs : bool
        Whether to look for columns that repeat another; that takes the square of their number.

    Returns
    -------
    list of LeakageHint
        The strongest first.
    """
    labels = as_floats(y)
    hints: list[LeakageHint] = []
    numbers: dict[str, Floats] = {}
    for name, values in columns.items():
        numbers[name], missing = _ranked(values, labels)
        hints += _of_one(name, numbers[name], missing, labels)
    hints += _duplicates(numbers) if pairs else []
    return sorted(hints, key=lambda hint: -hint.strength)


def _of_one(name: str, values: Floats, missing: Floats, labels: Floats) -> list[LeakageHint]:
    known = missing == 0
    hints = []
    alone = _strength(labels[known], values[known])
    if alone > _TOO_GOOD:
        hints.append(LeakageHint("too_good", name, alone))
    if 0 < np.sum(missing) < len(missing):
        telling = _strength(labels, missing)
        if telling > _TELLING:
            code = "present_with_event" if telling > _TOO_GOOD else "missingness"
            hints.append(LeakageHint(code, name, telling))
        elif _rates_differ(labels, missing):
            hints.append(LeakageHint("missingness", name, telling))
    return hints


def _rates_differ(labels: Floats, missing: Floats) -> bool:
    """Whether outcome rates with and without the value differ by more than four errors."""
    gone, there = labels[missing == 1], labels[missing == 0]
    pooled = float(np.mean(labels))
    error = np.sqrt(pooled * (1 - pooled) * (1 / len(gone) + 1 / len(there)))
    return bool(error > 0 and abs(gone.mean() - there.mean()) > 4 * error)


def _duplicates(numbers: Mapping[str, Floats]) -> list[LeakageHint]:
    names, hints = list(numbers), []
    for i, first in enumerate(names):
        for second in names[i + 1 :]:
            both = ~np.isnan(numbers[first]) & ~np.isnan(numbers[second])
            a, b = numbers[first][both], numbers[second][both]
            if len(a) < 3 or np.ptp(a) == 0 or np.ptp(b) == 0:
                continue
            alike = abs(float(np.corrcoef(a, b)[0, 1]))
            if alike > _DUPLICATE:
                hints.append(LeakageHint("duplicate", second, alike, first))
    return hints
