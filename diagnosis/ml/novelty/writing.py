"""Numbers as a manifest holds them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def plain(value: Any) -> Any:
    """Return what JSON can hold, of nine digits: more would differ between machines."""
    if isinstance(value, np.ndarray):
        return [plain(item) for item in value]
    return float(f"{value:.9g}")


def array(values: Any) -> NDArray[np.float64]:
    """Read back what ``plain`` wrote; ValueError or TypeError where it is no array of numbers."""
    return np.asarray(values, dtype=np.float64)
