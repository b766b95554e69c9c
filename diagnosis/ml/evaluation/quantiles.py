"""Quantiles of Student's t distribution, without a library that serving does not have."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

_STEPS = 20_000


@lru_cache(maxsize=256)
def student(level: float, freedom: float) -> float:
    """Return how far from the middle ``level`` of a t distribution lies, to four digits.

    With n degrees of freedom and t = √n tan θ, the density of θ is as cos θ to the power of
    n − 1.
    """
    width = np.pi / 2 / _STEPS
    middles = (np.arange(_STEPS) + 0.5) * width
    reached = np.cumsum(np.cos(middles) ** (freedom - 1.0))
    angle = np.interp(level, reached / reached[-1], middles + width / 2)
    return float(np.sqrt(freedom) * np.tan(angle))
