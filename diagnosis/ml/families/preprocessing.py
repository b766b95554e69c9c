"""From the raw matrix to the design matrix: filling in, logarithms, scaling, one-hot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from diagnosis.ml.schema import Feature

Array = NDArray[np.float64]
Matrix = NDArray[np.float32]

REACH = 3.0  # beyond so many ranges of the training rows a number counts as at that edge
SKEWED = 1.0


@dataclass(frozen=True)
class Column:
    """One column of the design matrix: a number, one code of a category, or «is missing»."""

    feature: int
    code: int | None = None
    missing: bool = False


def _skewness(values: Array) -> float:
    centred = values - values.mean()
    spread = float(np.sqrt(np.mean(centred**2)))
    return float(np.mean(centred**3) / spread**3) if spread > 0 else 0.0


def wants_log(values: Array) -> bool:
    """Whether positive numbers are so skewed that their logarithm is the better scale."""
    if len(values) < 10 or values.min() <= 0:
        return False
    raw, logged = _skewness(values), _skewness(np.log(values))
    return raw > SKEWED and abs(logged) < abs(raw)


def hide(x: Matrix, features: Sequence[Feature], shares: Mapping[str, float], seed: int) -> Matrix:
    """Return a copy in which each named feature is NaN in a random share of the rows."""
    names = [feature.name for feature in features]
    hidden = x.copy()
    rng = np.random.default_rng(seed)
    for name, share in sorted(shares.items()):
        hidden[rng.random(len(x)) < share, names.index(name)] = np.nan
    return hidden


class Preprocessor:
    """Learns from training rows how the raw matrix becomes the design matrix.

    Missing numbers become the median, missing categories the most frequent code. Skewed
    positive numbers enter as logarithms. Numbers are standardised; a category of two codes is
    one column (the higher code), one of more has a column a code.

    Parameters
    ----------
    features : sequence of Feature
        The columns of the raw matrix.
    logs, missing_indicators : bool
        See ``Recipe``.
    """

    def __init__(
        self, features: Sequence[Feature], *, logs: bool = True, missing_indicators: bool = False
    ) -> None:
        """Store the options."""
        self.log_: NDArray[np.bool_]
        self.low_: Array
        self.high_: Array
        self.features = features
        self.logs = logs
        self.missing_indicators = missing_indicators

    def fit(self, x: Matrix, like: Preprocessor | None = None) -> Preprocessor:
        """Learn from raw rows, float32 of shape (n, d).

        ``like`` is one whose edges, logarithms and columns are kept, while filling and scaling
        are learnt anew: a refit then differs from it by a linear map, and all refits of a model
        fit into one small graph.
        """
        wide = self._clean(x)
        numbers = [j for j, feature in enumerate(self.features) if feature.is_quantity]
        self.numbers_ = np.array(numbers, dtype=np.int64)
        self.fill_ = np.array([self._filling(j, wide[:, j]) for j in range(x.shape[1])])
        filled = np.where(np.isnan(wide), self.fill_, wide)[:, self.numbers_]
        if like is None:
            self._fit_edges(filled, wide)
            self.columns_ = self._columns(np.any(np.isnan(x), axis=0))
        else:
            self.log_, self.low_, self.high_ = like.log_, like.low_, like.high_
            self.columns_ = like.columns_
        self._fit_scale(filled)
        return self

    def _clean(self, x: Matrix) -> Array:
        """Return the rows with codes that no category has as missing."""
        wide = x.astype(np.float64)
        for j, feature in enumerate(self.features):
            if feature.codes:
                wide[~np.isin(wide[:, j], feature.codes), j] = np.nan
        return wide

    def _filling(self, j: int, column: Array) -> float:
        present = column[~np.isnan(column)]
        feature = self.features[j]
        if not len(present):
            return float(feature.codes[0]) if feature.codes else 0.0
        if feature.is_quantity:
            return float(np.float32(np.median(present)))
        codes, counts = np.unique(present, return_counts=True)
        return float(codes[counts.argmax()])

    def _fit_edges(self, filled: Array, wide: Array) -> None:
        low, high = filled.min(axis=0), filled.max(axis=0)
        reach = REACH * (high - low)
        raw = [wide[~np.isnan(wide[:, j]), j] for j in self.numbers_]
        self.log_ = np.array([self.logs and wants_log(values) for values in raw], dtype=bool)
        # The logarithm needs a floor above zero: half the smallest value ever seen.
        self.low_ = np.where(self.log_, np.maximum(low / 2, 1e-30), low - reach)
        self.high_ = high + reach

    def _fit_scale(self, filled: Array) -> None:
        scaled = self.transformed(filled)
        # Rounded as the graph holds them, so that both subtract the very same mean.
        self.mean_ = scaled.mean(axis=0).astype(np.float32).astype(np.float64)
        spread = scaled.std(axis=0).astype(np.float32).astype(np.float64)
        self.scale_ = np.where(spread > 1e-12, spread, 1.0)

    def transformed(self, filled: Array) -> Array:
        """Return filled numbers, clipped at the edges and as logarithms where those fit."""
        clipped = np.clip(filled, self.low_, self.high_)
        return np.where(self.log_, np.log(np.maximum(clipped, 1e-30)), clipped)

    def _columns(self, ever_missing: Any) -> tuple[Column, ...]:
        columns = [Column(int(j)) for j in self.numbers_]
        for j, feature in enumerate(self.features):
            codes = feature.codes[1:] if len(feature.codes) == 2 else feature.codes
            columns += [Column(j, code) for code in codes]
        if self.missing_indicators:
            columns += [Column(int(j), missing=True) for j in np.flatnonzero(ever_missing)]
        return tuple(columns)

    def transform(self, x: Matrix) -> Array:
        """Return the design matrix, float64 of shape (n, columns)."""
        wide = self._clean(x)
        filled = np.where(np.isnan(wide), self.fill_, wide)
        numbers = (self.transformed(filled[:, self.numbers_]) - self.mean_) / self.scale_
        rest = self.columns_[len(self.numbers_) :]
        others = [
            np.isnan(x[:, c.feature]) if c.missing else filled[:, c.feature] == c.code for c in rest
        ]
        return np.column_stack([numbers, *others]) if others else numbers

    @property
    def log_features(self) -> tuple[str, ...]:
        """The names of the features that enter as their logarithm."""
        return tuple(
            self.features[j].name for j, log in zip(self.numbers_, self.log_, strict=True) if log
        )
