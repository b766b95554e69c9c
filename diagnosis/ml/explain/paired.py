"""Shapley values from a budget of coalitions, spread over the reference rows.

The reference rows are dealt to a number of designs: as much accuracy as one larger design would
give, and the spread of the values over the rows then holds most of the coalitions' error, too.
"""

from __future__ import annotations

import numpy as np

from diagnosis.ml.explain.design import designs
from diagnosis.ml.explain.games import Floats, Game, Index

MOST_DESIGNS = 25
MOST_PAIRS = 1_000
"""Pairs a reference row: making the designs takes seconds from there on."""
MISSED = 1.3
"""Features that interact more than others err more than one scale for all of them says: errors
were 1.0 to 1.5 times what it foretold, on two real tables and budgets of 12,000 to 150,000."""
FEWEST_ANSWERS = 4
"""Coalitions a reference row and player: with 2 of 30 features the estimate was 170 % off."""
MOST_PLAYERS = 2 * MOST_PAIRS // FEWEST_ANSWERS


def pairs_for(players: int, background: int, budget: float) -> int:
    """Return how many pairs of coalitions a reference row the budget of model rows allows.

    Never more than there are, and none where the estimate would be worthless.
    """
    all_pairs = 2 ** (players - 1) - 1
    pairs = min(MOST_PAIRS, int(budget / background / 2), all_pairs)
    enough = min(FEWEST_ANSWERS * players // 2, all_pairs)
    return pairs if pairs >= max(enough, 1) else 0


class Paired:
    """The estimator for one number of players and one background.

    Parameters
    ----------
    players, background, pairs, seed : int
        Number of features, of reference rows, of pairs of coalitions a row; the design's seed.
    """

    def __init__(self, players: int, background: int, pairs: int, seed: int) -> None:
        """Take the designs, made once for all models of that width."""
        number = min(MOST_DESIGNS, background)
        self.designs = designs(players, pairs, number, seed)
        self.rows: list[Index] = [np.arange(g, background, number) for g in range(number)]
        self.background = background

    def values(self, game: Game, patients: Index, totals: Floats) -> tuple[Floats, Floats]:
        """Explain some patients.

        Parameters
        ----------
        game : Game
        patients : (n,) int array
        totals : (n, b, outputs) array
            Each patient's prediction minus that of each reference row.

        Returns
        -------
        values : (n, b, d, outputs) array
            Against each reference row.
        errors : (n, d, outputs) array
            Standard error of their mean that asking for other coalitions would make.
        """
        players = self.designs[0].masks.shape[1]
        values = np.empty((*totals.shape[:2], players, game.outputs))
        scales, spread = [], np.zeros(players)
        for design, rows in zip(self.designs, self.rows, strict=True):
            v = game.coalitions(patients, rows, design.masks)
            values[:, rows] = design.values(v, totals[:, rows])
            if design.precision is not None:
                scales.append(design.scale(v.mean(axis=1), totals[:, rows].mean(axis=1)))
            spread += (len(rows) / self.background) ** 2 * design.variance
        scale = np.mean(scales, axis=0)
        return values, MISSED * np.sqrt(spread[:, None] * scale[:, None, :])
