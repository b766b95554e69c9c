"""Mistakes as they happen on a ward, planted into real rows: does the measure find them?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from diagnosis.ml.schema import Feature

Matrix = NDArray[np.float32]
Mask = NDArray[np.bool_]

MOST_SWAPS = 30


@dataclass(frozen=True)
class Fault:
    """One kind of mistake in the columns ``places``; ``change`` makes it in a copy of rows.

    ``kind`` is ``tenfold``, ``tenth``, ``other_unit`` (a number read in another unit),
    ``same_unit_tenfold``, ``same_unit_tenth`` (all numbers of one unit at once), ``swapped``
    (two numbers in each other's place) or ``other_people`` (each input from somebody else).
    """

    kind: str
    places: tuple[int, ...]
    change: Callable[[Matrix], Matrix]

    def plant(self, x: Matrix) -> Matrix:
        """Return the rows (n, d) with the mistake in each."""
        changed = x.copy()
        changed[:, self.places] = self.change(x[:, self.places])
        return changed


def of(features: Sequence[Feature], seed: int) -> list[Fault]:
    """Return the mistakes that the features of a schema allow."""
    numbers = [j for j, feature in enumerate(features) if feature.is_quantity]
    return [
        *_factors(features, numbers),
        *_by_unit(features, numbers),
        *_swaps(numbers),
        Fault("other_people", tuple(range(len(features))), _shuffler(seed)),
    ]


def unnoticed(features: Sequence[Feature], fault: Fault, x: Matrix, changed: Matrix) -> Mask:
    """Return the rows (n,) that the mistake reaches and whose values pass their own limits."""
    before, after = x[:, fault.places], changed[:, fault.places]
    # One value that was never measured hides a mistake in itself, not one in all the others.
    gaps = np.isnan(before).any(axis=1) if len(fault.places) < x.shape[1] else False
    reached: Mask = (before != after).any(axis=1) & ~np.asarray(gaps)
    return reached & _within(features, fault, changed)


def _within(features: Sequence[Feature], fault: Fault, changed: Matrix) -> Mask:
    fine = np.ones(len(changed), dtype=np.bool_)
    for j in fault.places:
        for pair in (features[j].bounds, features[j].limits):
            if pair is not None:
                fine &= ~((changed[:, j] < pair[0]) | (changed[:, j] > pair[1]))
    return fine


def _times(factor: float) -> Callable[[Matrix], Matrix]:
    return lambda part: np.float32(factor) * part


def _factors(features: Sequence[Feature], numbers: Sequence[int]) -> Iterator[Fault]:
    for j in numbers:
        yield Fault("tenfold", (j,), _times(10.0))
        yield Fault("tenth", (j,), _times(0.1))
        for factor in features[j].conversions.values():
            if not any(np.isclose(factor, known) for known in (10.0, 0.1)):
                yield Fault("other_unit", (j,), _times(factor))
                yield Fault("other_unit", (j,), _times(1.0 / factor))


def _by_unit(features: Sequence[Feature], numbers: Sequence[int]) -> Iterator[Fault]:
    """All results of one unit at once: a laboratory's whole report in the other unit."""
    for unit in sorted({features[j].unit or "" for j in numbers} - {"", "1"}):
        places = tuple(j for j in numbers if features[j].unit == unit)
        if len(places) > 1:
            yield Fault("same_unit_tenfold", places, _times(10.0))
            yield Fault("same_unit_tenth", places, _times(0.1))


def _swaps(numbers: Sequence[int]) -> Iterator[Fault]:
    for pair in list(combinations(numbers, 2))[:MOST_SWAPS]:
        yield Fault("swapped", pair, lambda part: part[:, ::-1])


def _shuffler(seed: int) -> Callable[[Matrix], Matrix]:
    def shuffled(part: Matrix) -> Matrix:
        rng = np.random.default_rng(seed)
        return np.column_stack([column[rng.permutation(len(part))] for column in part.T])

    return shuffled
