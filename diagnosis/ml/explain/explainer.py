"""One model and its reference patients, made ready to explain one patient or a thousand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from diagnosis.ml.explain.exact import exact_cost, exact_values
from diagnosis.ml.explain.explanation import Explanation, Floats
from diagnosis.ml.explain.games import Game, QuickGames, RowGame, differing
from diagnosis.ml.explain.kernel import kernel_values
from diagnosis.ml.explain.model_function import Matrix, ModelFunction
from diagnosis.ml.explain.paired import FEWEST_ANSWERS, MOST_PLAYERS, Paired, pairs_for

EXACT_ROWS = 1_000_000
"""Model rows a patient that are enumerated where no budget is given: about 0.1 s."""
PAIRED_ROWS = 150_000
"""Model rows a patient where they are too many to enumerate: 3 % off with 30 features."""


TOGETHER = {"exact": (64, 4e6), "paired": (8, np.inf), "kernel": (1, 0.0)}
"""Patients, and model rows, that are explained in one go."""
AT_ONCE = 512  # patients whose first layers are held at a time
FEWEST_FOR_ERRORS = 3  # reference rows from whose spread an error can be told


@dataclass(frozen=True)
class Plan:
    """How one patient is explained: the method, chosen by the model rows that it would take."""

    method: str
    rows: float
    pairs: int = 0


@dataclass(frozen=True)
class _Part:
    """What was found for some rows; arrays end in the outputs."""

    values: Floats
    errors: Floats
    coalitions: Floats
    predictions: Floats
    base: Floats
    methods: set[str]
    rows_evaluated: int


class Explainer:
    """Interventional Shapley values of one output of one model against fixed reference rows.

    Parameters
    ----------
    model : ModelFunction
        Any function of a raw matrix.
    background : (b, d) float32 array
        Reference rows.
    quick : QuickGames, optional
        The same model as its family knows it: what is enumerated then.
    population : int, optional
        From how many patients the reference rows were drawn, without repetition and so that
        their mean prediction is that of all.
    seed : int
        Decides which coalitions are asked for where not all are.
    """

    def __init__(
        self,
        model: ModelFunction,
        background: Matrix,
        *,
        quick: QuickGames | None = None,
        population: int | None = None,
        seed: int = 0,
    ) -> None:
        """Store what is given."""
        self.model, self.background, self.quick = model, background, quick
        self.population, self.seed = population, seed

    def plan(self, x: Matrix, budget: int | None = None) -> Plan:
        """Choose the method for one row (d,) by its predicted cost."""
        b, d = self.background.shape
        rows = exact_cost(x, self.background)
        if rows <= (EXACT_ROWS if budget is None else budget):
            return Plan("exact", rows)
        allowed = min(PAIRED_ROWS if budget is None else budget, EXACT_ROWS)
        pairs = pairs_for(d, b, allowed)
        if not pairs and budget is None:
            pairs = pairs_for(d, b, FEWEST_ANSWERS * b * d)
        if not pairs and d <= MOST_PLAYERS:
            raise ValueError(
                f"The budget of {budget} model rows is too small for {d} features and {b} "
                f"reference rows: at least {FEWEST_ANSWERS * b * d} are needed."
            )
        return Plan("paired", 2.0 * pairs * b, pairs) if pairs else Plan("kernel", np.inf)

    def explain(self, x: Matrix, budget: int | None = None) -> Explanation:
        """Explain rows (n, d), at most ``budget`` model rows each if one is given."""
        starts = range(0, max(1, len(x)), AT_ONCE)
        parts = [self._some(x[start : start + AT_ONCE], budget) for start in starts]
        methods = {method for part in parts for method in part.methods} or {"exact"}
        return Explanation(
            values=np.concatenate([part.values for part in parts]),
            standard_errors=np.concatenate([part.errors for part in parts]),
            coalition_errors=np.concatenate([part.coalitions for part in parts]),
            base_value=parts[0].base,
            predictions=np.concatenate([part.predictions for part in parts]),
            method=methods.pop() if len(methods) == 1 else "mixed",
            rows_evaluated=sum(part.rows_evaluated for part in parts),
            background_rows=len(self.background),
            population=self.population,
        )

    def _some(self, x: Matrix, budget: int | None) -> _Part:
        game = self.game(x)
        plans = [self.plan(row, budget) for row in x]
        at, base_rows = game.at_patients(), game.at_background()
        shape = (*x.shape, game.outputs)
        values, errors, coalitions = np.zeros(shape), np.zeros(shape), np.zeros(shape)
        for block in _blocks(plans):
            rows, plan = np.array(block), plans[block[0]]
            if plan.method == "kernel":
                values[rows] = self._by_kernel(x[rows], game.outputs)
                errors[rows] = coalitions[rows] = np.nan
                continue
            if plan.method == "exact":
                each = self._exact(game, rows, x)
            else:
                paired = Paired(x.shape[1], len(base_rows), plan.pairs, self.seed)
                totals = at[rows][:, None] - base_rows
                each, coalitions[rows] = paired.values(game, rows, totals)
            values[rows] = each.mean(axis=1)
            errors[rows] = np.hypot(self._errors(each, base_rows), coalitions[rows])
        methods = {plan.method for plan in plans}
        base = base_rows.mean(axis=0)
        return _Part(values, errors, coalitions, at, base, methods, game.rows_evaluated)

    def game(self, x: Matrix) -> Game:
        """Return the model between rows (n, d) and the reference rows."""
        if self.quick is not None:
            return self.quick.game(x)
        return RowGame(self.model, x, self.background)

    def _by_kernel(self, x: Matrix, outputs: int) -> Floats:
        one = [kernel_values(self.model, row, self.background, self.seed, outputs) for row in x]
        return np.stack(one)

    def _exact(self, game: Game, rows: Any, x: Matrix) -> Floats:
        b, d = self.background.shape
        pairs = np.repeat(rows, b), np.tile(np.arange(b), len(rows))
        differs = differing(x[rows][:, None, :], self.background[None])
        each = exact_values(game, pairs, differs.reshape(-1, d))
        return each.reshape(len(rows), b, d, game.outputs)

    def _errors(self, each: Floats, base_rows: Floats) -> Floats:
        """Return the standard error of the mean of values (n, b, d, outputs) over b rows.

        With the correction for a finite population (Cochran 1977, section 2.5). Rows that were
        drawn until their mean prediction was that of all err less: by what a regression of the
        values on the rows' own predictions leaves over (his chapter 7).
        """
        n, b = each.shape[:2]
        if self.population is not None and b >= self.population:
            return np.zeros((n, *each.shape[2:]))
        if b < FEWEST_FOR_ERRORS:
            return np.full((n, *each.shape[2:]), np.nan)
        unseen = 1.0 if self.population is None else 1 - b / self.population
        rest, free = each - each.mean(axis=1, keepdims=True), b - 1
        if self.population is not None:
            own = base_rows - base_rows.mean(axis=0)
            slope = np.einsum("nbdq,bq->ndq", rest, own) / np.maximum((own**2).sum(axis=0), 1e-30)
            rest, free = rest - slope[:, None] * own[None, :, None, :], b - 2
        return np.asarray(np.sqrt((rest**2).sum(axis=1) / free * unseen / b))


def _blocks(plans: list[Plan]) -> list[list[int]]:
    """Group rows of one method that are explained together: one alone has few calls to share."""
    blocks: list[list[int]] = []
    for method, (most, rows) in TOGETHER.items():
        block: list[int] = []
        for i in (i for i, plan in enumerate(plans) if plan.method == method):
            held = sum(plans[j].rows for j in block) + plans[i].rows
            if block and (held > rows or len(block) >= most):
                blocks.append(block)
                block = []
            block.append(i)
        blocks += [block] if block else []
    return blocks
