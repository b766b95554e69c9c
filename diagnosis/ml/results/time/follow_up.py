"""Reading time and event from a table, and which horizons its follow-up can answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from diagnosis.ml.errors import RecipeError, TableError
from diagnosis.ml.results.columns import numbers

if TYPE_CHECKING:
    import pandas as pd

Array = NDArray[np.float64]

FEWEST_AT_RISK = 20
"""Followed to a horizon: beyond what fewer have reached nothing is answered."""
FEWEST_EVENTS = 10
USUAL = (365.0, 1095.0, 1825.0)  # one, three and five years in days
UNITS = {"min": "minutes", "h": "hours", "d": "days", "wk": "weeks", "mo": "months", "a": "years"}


def read(target: tuple[str, ...], table: pd.DataFrame) -> Array:
    """Return (n, 2): time and event; both NaN where one is missing.

    Raises
    ------
    TableError
        A column is absent, a time is negative, or an event is not 0 or 1.
    """
    absent = [name for name in target if name not in table.columns]
    if absent:
        raise TableError(f"The table has no target column {', '.join(absent)}.")
    time, event = numbers(table[target[0]]), numbers(table[target[1]])
    negative = int((time < 0).sum())
    if negative:
        raise TableError(f"The time {target[0]} is negative in {negative} rows.")
    seen = event[~np.isnan(event)]
    if not np.isin(seen, (0.0, 1.0)).all():
        hint = f" Name the time first: {target[1]},{target[0]}?" if _is_event(time) else ""
        raise TableError(
            f"The event {target[1]} must be 1, or 0 for censored; it holds "
            f"{seen[~np.isin(seen, (0.0, 1.0))][0]:g}.{hint}"
        )
    y = np.column_stack([time, event])
    y[np.isnan(y).any(axis=1)] = np.nan
    return y


def _is_event(time: Array) -> bool:
    return bool(np.isin(time[~np.isnan(time)], (0.0, 1.0)).all())


def asked(unit: str | None, horizons: tuple[float, ...]) -> tuple[str, tuple[float, ...]]:
    """Return the unit of time and the horizons of a recipe; days, and one, three, five years.

    Raises
    ------
    RecipeError
        The unit is none of time, or another than days has no horizons.
    """
    unit = unit or "d"
    if unit not in UNITS:
        raise RecipeError(f"Recipe: the unit of time is one of {', '.join(UNITS)}, not {unit}.")
    if unit != "d" and not horizons:
        raise RecipeError(f"Recipe: name the horizons in {UNITS[unit]}, as horizons in the recipe.")
    return unit, tuple(float(horizon) for horizon in horizons or USUAL)


def answerable(
    y: Array, unit: str, horizons: tuple[float, ...], *, named: bool
) -> tuple[float, ...]:
    """Return the horizons to which enough patients were followed.

    Parameters
    ----------
    y : ndarray, shape (n, 2)
        Time and event.
    unit : str
        The unit of both.
    horizons : tuple of float
        What is asked for.
    named : bool
        Somebody asked for these very horizons: then all of them must be answered.

    Raises
    ------
    TableError
        Nobody has the event, too few have it by then, or too few were followed that far.
    """
    time, event = y[~np.isnan(y[:, 0])].T
    if not event.any():
        raise TableError("No row has the event: all are censored, and there is nothing to learn.")
    reached = {horizon: int((time >= horizon).sum()) for horizon in horizons}
    kept = tuple(h for h in horizons if reached[h] >= FEWEST_AT_RISK)
    lost = [h for h in horizons if h not in kept]
    if lost and (named or not kept):
        raise TableError(_not_reached(time, unit, lost[0], reached[lost[0]], named=named))
    events = int(event[time <= kept[-1]].sum())
    if events < FEWEST_EVENTS:
        raise TableError(
            f"Only {events} rows have the event by {kept[-1]:g} {UNITS[unit]}: too few to learn "
            f"from; {FEWEST_EVENTS} are needed."
        )
    return kept


def _not_reached(time: Array, unit: str, horizon: float, count: int, *, named: bool) -> str:
    longest = float(time.max())
    said = (
        f"Only {count} rows are followed to {horizon:g} {UNITS[unit]}; {FEWEST_AT_RISK} are "
        f"needed. The longest time is {longest:g}."
    )
    if not named and longest < USUAL[0] / 3:
        return f"{said} Are the times in years or months? Give days, or name unit and horizons."
    return f"{said} Name an earlier horizon."
