"""How numbers are spread: a few quantiles and a small histogram, never the numbers themselves."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

SHARES = (0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0)
COLUMNS = 21
_DIGITS = 5


def rounded(value: float) -> float:
    """Return a number with five significant digits: enough to read, short to keep."""
    return float(f"{value:.{_DIGITS}g}")


def each_rounded(values: Array) -> list[float]:
    """Return every number of a list with five significant digits."""
    return [rounded(float(value)) for value in values.ravel()]


def spread(values: Array) -> dict[str, float | list[float]]:
    """Return count, quantiles and an even histogram of all numbers of an array."""
    flat = values.ravel().astype(np.float64)
    if not flat.size:
        return {"n": 0, "quantiles": [], "low": 0.0, "high": 0.0, "counts": []}
    low, high = float(flat.min()), float(flat.max())
    if high > low:
        counts = np.histogram(flat, bins=COLUMNS, range=(low, high))[0].tolist()
    else:
        counts = [int(flat.size)]
    return {
        "n": int(flat.size),
        "quantiles": each_rounded(np.quantile(flat, SHARES)),
        "low": rounded(low),
        "high": rounded(high),
        "counts": counts,
    }
