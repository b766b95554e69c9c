"""Which two inputs together moved an estimate by more, or less, than each of them does alone.

Pairwise interventional Shapley interaction values of the probability. The index is that of
Grabisch and Roubens (1999), ``I_ij``: the mean, over coalitions of the other features, of what
both together add beyond what each adds. It is laid out as in Lundberg et al. (2020): the matrix
holds ``I_ij / 2`` at (i, j) and at (j, i) and main effects on its diagonal, so that

- a row sums to the Shapley value of its feature,
- the whole matrix sums to the prediction minus the base value.

Exact by enumerating the features in which patient and reference patient differ, as the Shapley
values are; where that is too much, sampled with its error.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from diagnosis.ml.batch import table_of
from diagnosis.ml.explain.exact import exact_cost
from diagnosis.ml.explain.games import Game, differing
from diagnosis.ml.explain.model_function import Matrix, ModelFunction, estimates_of, rows_of
from diagnosis.ml.explain.pairs import pairs_exact, pairs_sampled
from diagnosis.ml.explain.shapley import explainer_for

BUDGET = 1_000_000  # model rows a patient

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Pair:
    """Two features (columns) with what they add together beyond each alone, and its error."""

    first: int
    second: int
    effect: float
    error: float


@dataclass(frozen=True)
class Interactions:
    """Interactions of n rows over d features; with k outputs every array ends in k.

    Attributes
    ----------
    values : (n, d, d) array
        Symmetric; half the interaction of a pair off the diagonal, main effects on it; on the
        scale of the prediction.
    standard_errors : array like ``values``
        Error because other reference patients (and other coalitions, where these were sampled)
        would give other values; NaN with a single reference patient.
    base_values : (n,) or (n, k) array
        Mean prediction of the reference patients used for a row: all, or a part where a small
        budget does not reach further.
    predictions : (n,) or (n, k) array
        ``base_values`` plus the sum of the row's matrix.
    method : str
        ``exact``, ``sampled``, or ``mixed`` where rows differ.
    rows_evaluated : int
        Model rows that it took.
    """

    values: Floats
    standard_errors: Floats
    base_values: Floats
    predictions: Floats
    method: str
    rows_evaluated: int

    def strongest(self, row: int = 0, most: int = 1, least: float = 0.0) -> list[Pair]:
        """Return a row's strongest pairs of a single output, those first that add most.

        ``least`` is the smallest effect that counts. An effect must also exceed its error by so
        much that chance makes any pair of a row do so in at most 5 of 100 rows (Bonferroni).
        """
        first, second = np.triu_indices(self.values.shape[1], k=1)
        effects = 2.0 * self.values[row, first, second]
        errors = 2.0 * self.standard_errors[row, first, second]
        sure = NormalDist().inv_cdf(1 - 0.025 / max(1, len(effects)))
        surest = np.abs(effects) > sure * np.nan_to_num(errors)
        order = np.argsort(-np.abs(effects), kind="stable")
        chosen = [p for p in order if surest[p] and abs(effects[p]) >= least][:most]
        return [
            Pair(int(first[p]), int(second[p]), float(effects[p]), float(errors[p])) for p in chosen
        ]


def shapley_interactions(
    model: Any,
    rows: Any,
    background: Any = None,
    seed: int = 0,
    *,
    budget: int = BUDGET,
    estimates: Sequence[str] = (),
) -> Interactions:
    """Return the pairwise interaction values of rows.

    Parameters
    ----------
    model : Artifact or callable
        An artifact, or a function from a float32 matrix (n, d) to (n,) or (n, k). NaN is missing.
    rows : (n, d) array
        Rows to explain; an artifact also takes raw rows as its ``predict`` does.
    background : (m, d) array, optional
        Reference patients, real rows; an artifact has its own.
    seed : int
        Seed of the sampling, where a row is sampled.
    budget : int
        Model rows a patient: a row that needs no more is enumerated, another one sampled with
        about so many.
    estimates : sequence of str, optional
        Of an artifact: of these estimates alone.

    Returns
    -------
    Interactions

    Raises
    ------
    ValueError
        The background has no rows or other features.

    Notes
    -----
    Grabisch and Roubens, Int J Game Theory 1999;28:547-565; Lundberg et al., Nature Machine
    Intelligence 2020;2:56-67. TreeSHAP's own interaction values are of the log-odds and of
    another value function; these are of whatever the function returns.
    """
    x, reference = map(table_of, rows_of(model, rows, background))  # pairs are told of tables
    explainer = explainer_for(model, reference, seed, "probability", estimates)
    of = estimates_of(model, estimates, "probability")
    game, function = explainer.game(x), ModelFunction(model, of=of)
    base = game.at_background()
    found = [
        _exact(game, i, row, reference, base)
        if exact_cost(row, reference) <= budget
        else _sampled(function, row, reference, base, (seed, budget))
        for i, row in enumerate(x)
    ]
    made = _assembled(game, x, found, single=explainer.model.single_output)
    return replace(made, rows_evaluated=game.rows_evaluated + function.rows_evaluated)


Found = tuple[Floats, Floats, Floats, str]


def _exact(game: Game, i: int, x: Matrix, reference: Matrix, base: Floats) -> Found:
    """Return the matrix (d, d, outputs) of row i, its errors, its base value, the method."""
    return _averaged(pairs_exact.each(game, i, differing(x, reference)), base, "exact")


def _sampled(
    function: ModelFunction, x: Matrix, reference: Matrix, base: Floats, how: tuple[int, int]
) -> Found:
    """Return the same from some coalitions, and perhaps some of the reference rows."""
    each, used = pairs_sampled.each(function, x, reference, base.shape[1], how)
    return _averaged(each, base[used], "sampled")


def _averaged(each: Floats, base: Floats, method: str) -> Found:
    n = len(each)
    errors = each.std(axis=0, ddof=1) / np.sqrt(n) if n > 1 else np.full(each.shape[1:], np.nan)
    return each.mean(axis=0), errors, base.mean(axis=0), method


def _assembled(game: Game, x: Matrix, found: list[Found], *, single: bool) -> Interactions:
    """Put rows together, name the method, drop the output axis of single-output models."""
    (n, d), outputs, predictions = x.shape, game.outputs, game.at_patients()
    values = np.array([row[0] for row in found]).reshape(n, d, d, outputs)
    errors = np.array([row[1] for row in found]).reshape(values.shape)
    bases = np.array([row[2] for row in found]).reshape(n, outputs)
    if single:
        values, errors = values[..., 0], errors[..., 0]
        bases, predictions = bases[:, 0], predictions[:, 0]
    methods = {row[3] for row in found} or {"exact"}
    method = methods.pop() if len(methods) == 1 else "mixed"
    return Interactions(values, errors, bases, predictions, method, game.rows_evaluated)
