"""The matrix as the measure sees it: numbers on one side, places of codes on the other."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from diagnosis.ml.schema import Feature

Array = NDArray[np.float64]
Index = NDArray[np.int64]


class Shape:
    """Which columns of the matrix are numbers, and where the codes of its categories stand."""

    def __init__(self, features: Sequence[Feature]) -> None:
        """Sort the columns."""
        self.features = features
        self.numbers = np.array(
            [j for j, feature in enumerate(features) if feature.is_quantity], dtype=np.int64
        )
        self.others = [j for j, feature in enumerate(features) if feature.codes]
        self.sizes = tuple(len(features[j].codes) for j in self.others)

    def codes(self, wide: Array) -> Index:
        """Return the place of every category's code, (n, c); -1 for missing and unknown."""
        places = np.full((len(wide), len(self.others)), -1, dtype=np.int64)
        for c, j in enumerate(self.others):
            for place, code in enumerate(self.features[j].codes):
                places[wide[:, j] == code, c] = place
        return places

    def design(self, codes: Index) -> Array:
        """Return a column a code, (n, codes of all categories): 1, 0, or NaN where missing."""
        columns = [
            np.where(codes[:, c, None] < 0, np.nan, codes[:, c, None] == np.arange(size))
            for c, size in enumerate(self.sizes)
        ]
        return np.concatenate(columns, axis=1) if columns else np.zeros((len(codes), 0))
