"""Calibrating sets and ranges on rows that no other step has seen; counting how often they hold.

Three kinds of rows must not be mixed. (1) The quantile that is shipped comes from the scores of
all rows in the first repeat of the cross-validation: each was answered by a model that neither
fitted, chose its penalty on, nor calibrated itself on that row. (2) The coverage that is printed
comes from doing all of it again within each fold: from the rows outside of the fold alone a model
is made, by a cross-validation of their own a quantile is set, and both meet the rows of the fold
for the first time. (3) The model that is shipped is refitted on all rows and takes the quantile
of (1): having learnt from more, it errs no more than the models whose scores set it.

Of a patient with several rows one counts, drawn once: patients can be exchanged, rows can not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from diagnosis.ml.evaluation import folds
from diagnosis.ml.families.pipeline import Sample
from diagnosis.ml.learning.fold_fits import fit_folds
from diagnosis.ml.uncertainty.conformal import ClassSets, Region, quantile_of, region_of
from diagnosis.ml.uncertainty.coverage import Conformal, Coverage, Group

if TYPE_CHECKING:
    from diagnosis.ml.learning.validation import OutOfFold

Array = NDArray[np.float64]
Index = NDArray[np.int64]
Mask = NDArray[np.bool_]

_STRIDE = 70_001  # keeps the seeds of the inner folds apart from those of others
FEWEST = 20  # rows of a subgroup
PARENTS = {"sex": ("sex", "gender"), "age": ("age",)}


@dataclass(frozen=True, eq=False)
class Verified:
    """What sets or ranges said of rows that had no part in making them; (n,) each.

    ``counted`` are the rows that count: one a patient. ``answers`` are (n, k).
    """

    region: Region
    quantile: float
    answers: Array
    y: Array
    held: Mask
    sizes: Array
    counted: Mask

    def coverage(self, rows: Mask) -> Coverage | None:
        """Return how often they held among some rows; None where there are none."""
        of = rows & self.counted
        return Coverage(int(self.held[of].sum()), int(of.sum())) if of.any() else None


def verify(measured: OutOfFold, sample: Sample) -> Verified | None:
    """Set the quantile that is shipped, and try the whole procedure on rows that it never saw.

    Parameters
    ----------
    measured : OutOfFold
        The cross-validation of the recipe.
    sample : Sample
        The rows that it is of.

    Returns
    -------
    Verified or None
        None where answers of this kind are widened to nothing, or rows are too few for the level.
    """
    region = region_of(measured.task)
    if region is None:
        return None
    y, answers, fold = measured.y, measured.predictions[0], measured.folds[0]
    counted = one_a_patient(len(y), measured.groups, measured.recipe.seed)
    quantile = quantile_of(region.scores(y, answers)[counted], region.level)
    if not np.isfinite(quantile):
        return None
    each = np.zeros(len(y))
    for k in np.unique(fold):
        each[fold == k] = _quantile_without(region, measured, sample, fold != k, counted)
    held = region.holds(y, answers, each)
    return Verified(region, quantile, answers, y, held, region.sizes(answers, each), counted)


def one_a_patient(rows: int, groups: Index | None, seed: int) -> Mask:
    """Return one row of each patient, drawn at random."""
    if groups is None:
        return np.ones(rows, dtype=np.bool_)
    order = np.random.default_rng(seed).permutation(rows)
    first = np.unique(groups[order], return_index=True)[1]
    counted = np.zeros(rows, dtype=np.bool_)
    counted[order[first]] = True
    return counted


def _quantile_without(
    region: Region, measured: OutOfFold, sample: Sample, rows: Mask, counted: Mask
) -> float:
    """Return the quantile that rows outside of a fold set among themselves."""
    inside, recipe = sample.take(rows), measured.recipe
    seed = recipe.seed + _STRIDE
    fold = folds.assign(inside.balance, len(np.unique(measured.folds[0])), seed, inside.groups)
    (fits,) = fit_folds(recipe, inside, fold[None], seed)
    answers = np.zeros_like(inside.aims)
    for k, fitted in fits.items():
        answers[fold == k] = fitted.probabilities(inside.x[fold == k])
    return quantile_of(region.scores(inside.y, answers)[counted[rows]], region.level)


def described(measured: OutOfFold, sample: Sample, verified: Verified) -> Conformal:
    """Return the entry of the manifest: coverage by class and by sex, age and estimate, sizes."""
    region, counted = verified.region, verified.counted
    overall = verified.coverage(np.ones(len(counted), dtype=np.bool_))
    assert overall is not None
    sizes = verified.sizes[counted]
    classes: tuple[Group, ...] = ()
    all_open = None
    if isinstance(region, ClassSets):
        names = measured.task.classes
        classes = tuple(_by_code(verified, "class", names, measured.y.argmax(axis=1)))
        all_open = float((sizes == len(names)).mean())
    return Conformal(
        region.name,
        region.level,
        verified.quantile,
        int(counted.sum()),
        overall,
        float(sizes.mean()),
        all_open,
        classes,
        tuple(_subgroups(measured, sample, verified)),
    )


def _by_code(
    verified: Verified, by: str, names: tuple[str, ...], place: NDArray[np.int64]
) -> Iterator[Group]:
    for k, name in enumerate(names):
        found = verified.coverage(place == k)
        if found is not None and found.rows >= FEWEST:
            yield Group(by, found, code=name)


def _subgroups(measured: OutOfFold, sample: Sample, verified: Verified) -> Iterator[Group]:
    """Yield sexes, thirds of age where they are inputs, and groups of what was said."""
    for feature, column in zip(sample.features, sample.x.T.astype(np.float64), strict=True):
        if feature.name in PARENTS["sex"] and feature.codes:
            codes = tuple(str(code) for code in feature.codes)
            place = np.select([column == code for code in feature.codes], range(len(codes)), -1)
            yield from _by_code(verified, feature.name, codes, place)
        if feature.name in PARENTS["age"] and feature.is_quantity:
            yield from thirds(verified, feature.name, column)
    if isinstance(verified.region, ClassSets):
        likeliest = verified.answers.argmax(axis=1)
        yield from _by_code(verified, "estimate", measured.task.classes, likeliest)
    else:
        yield from thirds(verified, "estimate", verified.answers[:, 0])


def thirds(verified: Verified, by: str, values: Array) -> Iterator[Group]:
    """Yield thirds of the rows by a number."""
    known = values[verified.counted & ~np.isnan(values)]
    cuts = (
        [float(cut) for cut in np.unique(np.quantile(known, (1 / 3, 2 / 3)))] if len(known) else []
    )
    for low, high in zip([None, *cuts], [*cuts, None], strict=True):
        yield from between(verified, by, values, low, high)


def between(
    verified: Verified,
    by: str,
    values: Array,
    low: float | None,
    high: float | None,
    label: Mapping[str, str] | None = None,
) -> Iterator[Group]:
    """Yield the rows from ``low`` up to below ``high``, where they are enough."""
    inside = ~np.isnan(values)
    inside &= values >= (-np.inf if low is None else low)
    inside &= values < (np.inf if high is None else high)
    found = verified.coverage(inside)
    if found is not None and found.rows >= FEWEST:
        yield Group(by, found, low=low, high=high, label=label or {})


def with_subgroups(entry: Conformal, more: Iterator[Group]) -> Conformal:
    """Return the entry with what a study knows of more subgroups."""
    return replace(entry, subgroups=(*entry.subgroups, *more))
