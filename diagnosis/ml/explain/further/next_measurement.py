"""What to measure next: which input, once known, would put the result into another band.

For one patient, each input that is missing or too old is given the values that patients like
this one had (``References.weights``: real reference rows, weighted by how alike they are in the
inputs that are known). The share of those values after which the result stands in another band
is what measuring is worth. What else keeps the result from being computed at all is integrated
out over the same rows; what the model may fill in stays filled in.

An old value still speaks: the rank correlation of two measurements of one person was 0.72 after
half a year and fell to 0.44 after five (means of bilirubin, albumin and prothrombin time over
the repeated visits of the PBC table). ``retained`` follows that, per look-back of the input, and
a reference row counts by how likely the old value would be had the patient the row's value now
(a Gaussian copula; Bayes).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from diagnosis.ml.explain.further.likeness_weights import References, effective
from diagnosis.ml.explain.model_function import Matrix, ModelFunction

Floats = NDArray[np.float64]
Bands = Callable[[Floats], NDArray[np.intp]]

RETAINED_AT_ONCE = 0.75
RETAINED_PER_LOOK_BACK = 0.95
RANGE = (0.05, 0.95)
SURE = 1.96
LEAST_COUNTED = 1e-3
"""Rows that count for less in the sum over what else is missing are left out of it."""


def retained(age_days: float, look_back_days: float) -> float:
    """Return the rank correlation of a value of that age with one measured now."""
    look_backs = max(age_days, 0.0) / look_back_days
    return RETAINED_AT_ONCE * math.pow(RETAINED_PER_LOOK_BACK, look_backs)


@dataclass(frozen=True)
class Sought:
    """An input that could be measured.

    ``old`` is its last value if it is too old, and ``retained`` what that says of today's;
    ``values`` are given where the reference rows are not asked, for a repeated measurement.
    ``blocks`` says that without it there is no result.
    """

    column: int
    blocks: bool = False
    old: float | None = None
    retained: float = 0.0
    values: tuple[float, ...] = ()


@dataclass(frozen=True)
class Worth:
    """What measuring one input could change.

    Attributes
    ----------
    changes : float
        Share of its plausible values after which the result stands in another band. Where more
        is missing, a value leaves several bands possible: then it counts by how much more likely
        another one has become than the present one.
    interval : (float, float)
        95 % interval of that share, because only so many reference rows are like the patient
        (Wilson 1927, with the effective rows as the sample); the share itself for a repetition.
    bands : tuple of float
        How often each band is then the most likely one.
    expected_change : float
        Mean absolute change of the probability.
    low, high : float
        Where nine tenths of the results lie.
    rows, effective_rows : int, float
        Reference rows asked, and how many equal ones they are worth; 0 for a repetition.
    """

    column: int
    changes: float
    interval: tuple[float, float]
    bands: tuple[float, ...]
    expected_change: float
    low: float
    high: float
    rows: int
    effective_rows: float


@dataclass(frozen=True)
class Outlook:
    """Where the result stands or would most likely stand, and what each measurement is worth."""

    probability: float
    band: int
    bands: tuple[float, ...]
    items: tuple[Worth, ...]


class _Seeker:
    """One patient before one model."""

    def __init__(
        self,
        model: Any,
        x: Matrix,
        references: References,
        band_of: Bands,
        sought: Sequence[Sought],
    ) -> None:
        self.function = ModelFunction(model)
        self.x = np.asarray(x, dtype=np.float64).ravel()
        self.references = references
        self.band_of = band_of
        self.sought = sought
        self.count = 1 + int(band_of(np.array([1.0]))[0])

    def known(self, row: Floats, apart: Sequence[int]) -> list[int]:
        return [j for j in range(len(row)) if j not in apart and not np.isnan(row[j])]

    def likelihood(self, columns: Sequence[int]) -> Floats:
        """Return (n,): what the old values of these inputs say; 0 where a row lacks one."""
        speaks = np.ones(len(self.references.rows))
        for one in self.sought:
            if one.column not in columns:
                continue
            there = self.references.rows[:, one.column]
            speaks = speaks * ~np.isnan(there)
            if one.old is not None:
                speaks = speaks * self._of_old(one)
        return speaks

    def _of_old(self, one: Sought) -> Floats:
        there, old = self.references.rows[:, one.column], np.array([one.old], dtype=np.float64)
        if self.references.categorical[one.column]:
            usual = float(np.mean(there == old))
            return np.asarray(one.retained * (there == old) + (1 - one.retained) * usual)
        now, then = (self.references.scores(one.column, v) for v in (there, old))
        width = 2 * (1 - one.retained**2)
        return np.nan_to_num(np.exp(-((then - one.retained * now) ** 2) / width))

    def after(self, row: Floats, blocked: Sequence[int]) -> tuple[Floats, Floats]:
        """Return, for m rows, the mean result (m,) and the shares of its bands (m, k).

        ``blocked`` inputs are taken together from reference rows like each of the m rows.
        """
        if not blocked:
            p = self.function(row.astype(np.float32))[:, 0]
            return p, self._shares(p[:, None], np.ones((len(p), 1)))
        known = self.known(row[0], blocked)
        weights = self.references.weights(row, known, blocked, self.likelihood(blocked))
        at, of = np.nonzero(weights > LEAST_COUNTED)
        hybrids = row[at]
        for column in blocked:
            hybrids[:, column] = self.references.rows[of, column]
        p = np.zeros(weights.shape)
        p[at, of] = self.function(hybrids.astype(np.float32))[:, 0]
        used = np.where(weights > LEAST_COUNTED, weights, 0.0)
        used /= used.sum(axis=1, keepdims=True)
        return (used * p).sum(axis=1), self._shares(p, used)

    def _shares(self, p: Floats, weights: Floats) -> Floats:
        bands = self.band_of(p.ravel()).reshape(p.shape)
        return np.stack([(weights * (bands == k)).sum(axis=1) for k in range(self.count)], axis=1)

    def values(self, one: Sought) -> tuple[Floats, Floats, int, float]:
        """Return the plausible values, their weights, the rows asked and what they are worth."""
        if one.values:
            n = len(one.values)
            return np.array(one.values), np.full(n, 1 / n), 0, 0.0
        alone = [one.column]
        weights = self.references.weights(
            self.x[None], self.known(self.x, alone), alone, self.likelihood(alone)
        )
        counted = np.flatnonzero(weights[0] > LEAST_COUNTED)
        kept = weights[0, counted] / weights[0, counted].sum()
        return (
            self.references.rows[counted, one.column],
            kept,
            len(self.references.rows),
            float(effective(kept[None])[0]),
        )

    def worth(self, one: Sought, before: float, band: int) -> Worth:
        """Try the plausible values of one input."""
        values, weights, rows, worth = self.values(one)
        distinct, where = np.unique(values, return_inverse=True)
        row = np.repeat(self.x[None], len(distinct), axis=0)
        row[:, one.column] = distinct
        blocked = [o.column for o in self.sought if o.blocks and o.column != one.column]
        p, shares = self.after(row, blocked)
        each: Floats = np.bincount(where, weights, minlength=len(distinct)).astype(np.float64)
        then = np.bincount(shares.argmax(axis=1), each, minlength=self.count)
        changes = float(each @ (shares.max(axis=1) - shares[:, band]))
        low, high = _quantiles(p, each)
        return Worth(
            column=one.column,
            changes=changes,
            interval=_wilson(changes, worth) if rows else (changes, changes),
            bands=tuple(float(share) for share in then),
            expected_change=float((each * np.abs(p - before)).sum()),
            low=low,
            high=high,
            rows=rows,
            effective_rows=worth,
        )


def _wilson(share: float, n: float) -> tuple[float, float]:
    middle, square = share + SURE**2 / (2 * n), 1 + SURE**2 / n
    reach = SURE * np.sqrt(share * (1 - share) / n + SURE**2 / (4 * n**2))
    low, high = (middle - reach) / square, (middle + reach) / square
    return float(max(low, 0.0)), float(min(high, 1.0))


def _quantiles(p: Floats, weights: Floats) -> tuple[float, float]:
    order = np.argsort(p)
    reached = np.cumsum(weights[order])
    low, high = (p[order][min(int(np.searchsorted(reached, q)), len(p) - 1)] for q in RANGE)
    return float(low), float(high)


def next_measurements(
    model: Any, x: Matrix, references: References, band_of: Bands, sought: Sequence[Sought]
) -> Outlook:
    """Rank what could be measured by how often it would change the band of one patient.

    Parameters
    ----------
    model : Artifact or callable
        From a float32 matrix (n, d), NaN where missing, to one probability a row.
    x : (d,) or (1, d) array
        The patient as the model would read the row now: NaN where nothing may be used.
    references : References
        Real rows of the population that the model learned from.
    band_of : callable
        From probabilities to the number of their band, from 0; all 0 without bands.
    sought : sequence of Sought
        What could be measured.

    Returns
    -------
    Outlook
        What a result cannot do without first, then the most often decisive; ties by the
        expected change of the probability.
    """
    seeker = _Seeker(model, x, references, band_of, sought)
    blocked = [one.column for one in sought if one.blocks]
    p, shares = seeker.after(seeker.x[None].copy(), blocked)
    band = int(shares[0].argmax())
    items = [seeker.worth(one, float(p[0]), band) for one in sought]
    items.sort(
        key=lambda item: (
            item.column not in blocked,
            -item.changes,
            -item.expected_change,
            item.column,
        )
    )
    return Outlook(float(p[0]), band, tuple(float(s) for s in shares[0]), tuple(items))
