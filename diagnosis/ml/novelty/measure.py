"""How unlike a row is to the training rows: one number, from small statistics alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from diagnosis.ml.novelty import categories
from diagnosis.ml.novelty.categories import PRIOR, Answers
from diagnosis.ml.novelty.margins import Margin
from diagnosis.ml.novelty.shape import Shape
from diagnosis.ml.novelty.writing import array, plain
from diagnosis.ml.schema import Feature

Array = NDArray[np.float64]
Matrix = NDArray[np.float32]
Index = NDArray[np.int64]

_SMALLEST = 1e-6
_LOWEST = 0.01  # eigenvalue of a correlation: less is noise of gaps and duplicates


@dataclass(frozen=True)
class Measure:
    """A model of what training rows look like, and the surprise of a row under it.

    Numbers become normal scores; given the categories they are normal around a mean that each
    answer moves, with one covariance (the location model of Olkin and Tate 1961, on a Gaussian
    copula); the categories form a tree (Chow and Liu 1968). A row's surprise is twice its
    negative log likelihood above that of the commonest row: for numbers alone the squared
    Mahalanobis distance. It is compared with what its own observed inputs lead to expect, so
    that a missing value is no surprise.

    Attributes
    ----------
    features : sequence of Feature
        The columns of the matrix.
    margins : tuple of Margin
        One for each number.
    answers : tuple of Answers
        One for each category.
    effects : ndarray, shape (codes of all categories, numbers)
        How each answer moves the normal scores.
    shares : ndarray, shape (codes of all categories,)
        How often each answer occurs.
    covariance : ndarray, shape (numbers, numbers)
        Of the normal scores around those means.
    """

    features: Sequence[Feature]
    margins: tuple[Margin, ...]
    answers: tuple[Answers, ...]
    effects: Array
    shares: Array
    covariance: Array

    @classmethod
    def fit(cls, x: Matrix, features: Sequence[Feature]) -> Measure:
        """Learn from raw rows, float32 (n, d), NaN where missing."""
        shape = Shape(features)
        wide = x.astype(np.float64)
        margins = tuple(Margin.fit(_present(wide[:, j])) for j in shape.numbers)
        codes = shape.codes(wide)
        scores = _scores(margins, wide[:, shape.numbers])
        design = shape.design(codes)
        shares = np.nansum(design, axis=0) / np.maximum((~np.isnan(design)).sum(axis=0), 1)
        centred = np.where(np.isnan(design), 0.0, design - shares)
        effects = _effects(centred, scores)
        return cls(
            features,
            margins,
            categories.fit(codes, shape.sizes),
            effects,
            shares,
            _covariance(scores - centred @ effects),
        )

    @cached_property
    def _shape(self) -> Shape:
        return Shape(self.features)

    def usual(self, feature: str) -> tuple[float, float] | None:
        """Return the outermost quantiles kept of a number; None for answers and constants."""
        names = [self.features[place].name for place in self._shape.numbers]
        if feature not in names:
            return None
        margin = self.margins[names.index(feature)]
        return None if margin.is_constant else margin.ends

    def typical(self, feature: str) -> tuple[float, float, float] | None:
        """Return the 10th, 50th and 90th percentile of a number; None where ``usual`` is."""
        if self.usual(feature) is None:
            return None
        names = [self.features[place].name for place in self._shape.numbers]
        margin = self.margins[names.index(feature)]
        return margin.quantile(0.1), margin.quantile(0.5), margin.quantile(0.9)

    def surprise(self, x: Matrix) -> tuple[Array, Array, Array]:
        """Return the surprise of rows (n,), and its mean and variance over training-like rows."""
        wide = x.astype(np.float64)
        codes = self._shape.codes(wide)
        total, mean, variance = self._numbers(wide[:, self._shape.numbers], codes)
        for place, answers in enumerate(self.answers):
            more = answers.surprise(codes, place)
            total, mean, variance = total + more[0], mean + more[1], variance + more[2]
        return total, mean, variance

    def _numbers(self, wide: Array, codes: Index) -> tuple[Array, Array, Array]:
        design = self._shape.design(codes)
        centred = np.where(np.isnan(design), 0.0, design - self.shares)
        rest = _scores(self.margins, wide) - centred @ self.effects
        told = ~np.isnan(rest) & (np.diagonal(self.covariance) > _SMALLEST)
        total = np.zeros(len(rest))
        # Rows with the same gaps share one small matrix.
        patterns, which = np.unique(told, axis=0, return_inverse=True)
        for p, here in enumerate(patterns):
            rows = np.flatnonzero(which.ravel() == p)
            part = rest[np.ix_(rows, here)]
            inside = np.linalg.solve(self.covariance[np.ix_(here, here)], part.T)
            total[rows] = (part * inside.T).sum(axis=1)
        count = told.sum(axis=1).astype(np.float64)
        return total, count, 2.0 * count

    def score(self, x: Matrix) -> Array:
        """Return how unlike the training rows each row is, (n,): about standard normal for these.

        The surprise counts as a scaled chi-square with the mean and variance that the row's
        observed inputs give it (Satterthwaite 1946), and its cube root as normal (Wilson and
        Hilferty 1931).
        """
        total, mean, variance = self.surprise(x)
        told = variance > _SMALLEST
        mean, variance = np.where(told, mean, 1.0), np.where(told, variance, 1.0)
        ninth = variance / (9.0 * mean**2)  # 2 / 9 of its degrees of freedom
        scores = (np.cbrt(total / mean) - (1.0 - ninth)) / np.sqrt(ninth)
        # With little to be surprised by the cube root is far from normal at its lower end.
        scores = np.where(total > mean, scores, np.minimum(scores, 0.0))
        return np.where(told, scores, 0.0)

    def contributions(self, row: Matrix) -> Array:
        """Return what each input (d,) adds to the surprise of one row (1, d).

        The mean of what it adds alone and what it adds to all the others: high for a value that
        is far out by itself, and for one that does not go with the rest. Not observed adds 0.
        """
        d = row.shape[1]
        alone = np.full((d, d), np.nan, dtype=np.float32)
        np.fill_diagonal(alone, row[0])
        without = np.repeat(row, d, axis=0)
        np.fill_diagonal(without, np.nan)
        total, mean, _ = self.surprise(np.concatenate([row, alone, without]))
        excess = total - mean
        adds: Array = (excess[1 : d + 1] + excess[0] - excess[d + 1 :]) / 2.0
        return adds

    def to_dict(self) -> dict[str, Any]:
        """Return what JSON can hold: quantiles, frequencies, effects and a covariance."""
        return {
            "margins": [margin.to_dict() for margin in self.margins],
            "answers": [answers.to_dict() for answers in self.answers],
            "effects": plain(self.effects),
            "shares": plain(self.shares),
            "covariance": plain(self.covariance),
        }

    @classmethod
    def from_dict(cls, given: Mapping[str, Any], features: Sequence[Feature]) -> Measure:
        """Read back what ``to_dict`` wrote; ValueError where it contradicts itself."""
        shape = Shape(features)
        numbers, codes = len(shape.numbers), sum(shape.sizes)
        found = cls(
            features,
            tuple(Margin.from_dict(margin) for margin in given["margins"]),
            tuple(Answers.from_dict(answers) for answers in given["answers"]),
            array(given["effects"]).reshape(codes, numbers),
            array(given["shares"]).reshape(codes),
            array(given["covariance"]).reshape(numbers, numbers),
        )
        if not found._is_sound():
            raise ValueError("the measure of unlikeness contradicts itself")
        return found

    def _is_sound(self) -> bool:
        """Whether every row can be scored: what a file says is not believed."""
        sizes = self._shape.sizes
        if len(self.margins) != len(self._shape.numbers) or len(self.answers) != len(sizes):
            return False
        arrays = (self.effects, self.shares, self.covariance)
        if not all(np.isfinite(array).all() for array in arrays):
            return False
        told = np.diagonal(self.covariance) > _SMALLEST
        lowest = np.linalg.eigvalsh(self.covariance[np.ix_(told, told)]).min(initial=1.0)
        return (
            bool(lowest > 0)
            and all(margin.is_sound for margin in self.margins)
            and all(a.is_sound(j, sizes) for j, a in enumerate(self.answers))
        )


def _present(column: Array) -> Array:
    return column[~np.isnan(column)]


def _scores(margins: Sequence[Margin], wide: Array) -> Array:
    if not margins:
        return np.zeros((len(wide), 0))
    return np.column_stack([m.score(wide[:, j]) for j, m in enumerate(margins)])


def _effects(design: Array, scores: Array) -> Array:
    """Return how answers move scores: ridge regressions, few rows of an answer moving little."""
    effects = np.zeros((design.shape[1], scores.shape[1]))
    for j in range(scores.shape[1]):
        told = ~np.isnan(scores[:, j])
        d, z = design[told], scores[told, j]
        inside = d.T @ d + PRIOR * np.eye(d.shape[1])
        effects[:, j] = np.linalg.solve(inside, d.T @ (z - z.mean())) if len(z) else 0.0
    return effects


def _covariance(rest: Array) -> Array:
    """Return a positive definite covariance of columns with gaps.

    Correlations of the rows where both are there, drawn towards none by the share that
    minimises the expected error (Schäfer and Strimmer 2005).
    """
    present = ~np.isnan(rest)
    counts = present.sum(axis=0)
    filled = np.where(present, rest, 0.0)
    spread = np.sqrt((filled**2).sum(axis=0) / np.maximum(counts, 1))
    scaled = filled / np.where(spread > _SMALLEST, spread, 1.0)
    together = present.astype(np.float64).T @ present
    correlation = np.clip(scaled.T @ scaled / np.maximum(together, 1.0), -0.999, 0.999)
    off = ~np.eye(len(spread), dtype=bool)
    noise = ((1 - correlation**2) ** 2 / np.maximum(together - 1, 1.0))[off].sum()
    signal = (correlation[off] ** 2).sum()
    drawn = float(np.clip(noise / signal, 0.0, 1.0)) if signal > 0 else 1.0
    correlation = np.where(off, (1 - drawn) * correlation, 1.0)
    return _definite(correlation) * np.outer(spread, spread)


def _definite(correlation: Array) -> Array:
    """Lift eigenvalues that gaps or duplicates have brought to nothing."""
    if not len(correlation):
        return correlation
    values, vectors = np.linalg.eigh(correlation)
    lifted: Array = (vectors * np.maximum(values, _LOWEST)) @ vectors.T
    scale = np.sqrt(np.diagonal(lifted))
    lifted /= np.outer(scale, scale)
    return lifted
