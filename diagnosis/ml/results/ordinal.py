"""Classes with an order: which comes before which, and figures that count how far off one is."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from diagnosis.ml.errors import RecipeError

Array = NDArray[np.float64]
_NUMBER = re.compile(r"[^\d.-]*(-?\d+(?:\.\d+)?)")


def in_order(classes: Sequence[str], said: Sequence[str] | None) -> tuple[str, ...]:
    """Return classes from the lowest to the highest.

    Parameters
    ----------
    classes : sequence of str
        As they were found in the table.
    said : sequence of str, optional
        The order itself; else by the first number in each («1-2» before «3»).

    Raises
    ------
    RecipeError
        A class has no number, or the order does not name just these classes.
    """
    if said is not None:
        if sorted(said) != sorted(classes):
            named = ", ".join(classes)
            raise RecipeError(f"Recipe: ordered must name the classes {named}, each once.")
        return tuple(said)
    found = {name: _NUMBER.match(name) for name in classes}
    wordy = [name for name, number in found.items() if number is None]
    if wordy:
        raise RecipeError(
            f"Recipe: the class {wordy[0]} has no number to be ordered by: give the order itself, "
            'as ordered: ["mild", "moderate", "severe"].'
        )
    return tuple(sorted(classes, key=lambda name: float(found[name][1])))  # type: ignore[index]


def cumulative(classes: Sequence[str]) -> dict[str, int]:
    """Return «this class or a higher one» as ``3+``, and where it begins.

    The lowest class has none, for everybody has it; that of the highest is the class itself.
    """
    return {f"{classes[k]}+": k for k in range(1, len(classes) - 1)}


def points(y: Array, p: Array) -> dict[str, float]:
    """Return ranked probability score, that of the base rates, and quadratic kappa.

    Parameters
    ----------
    y, p : ndarray, shape (n, k)
        One column a class, from the lowest to the highest.

    Notes
    -----
    Ranked probability score: Epstein, J Appl Meteorol 1969;8:985-987, over k − 1 steps, so that
    0 is perfect and 1 the worst. Kappa with quadratic weights (Cohen, Psychol Bull 1968;70:213)
    of the median class: the lowest with at least half of the probability up to it.
    """
    base = np.broadcast_to(y.mean(axis=0), y.shape)
    return {"rps": _ranked(y, p), "rps_base": _ranked(y, base), "kappa": _kappa(y, p)}


def _ranked(y: Array, p: Array) -> float:
    steps = (np.cumsum(p, axis=1) - np.cumsum(y, axis=1))[:, :-1]
    return float((steps**2).mean(axis=1).mean())


def _kappa(y: Array, p: Array) -> float:
    said = (np.cumsum(p, axis=1) < 0.5 - 1e-9).sum(axis=1).clip(max=y.shape[1] - 1)
    true = y.argmax(axis=1)
    apart = float(said.var() + true.var() + (said.mean() - true.mean()) ** 2)  # by chance alone
    return 1 - float(((said - true) ** 2).mean()) / apart if apart > 0 else math.nan
