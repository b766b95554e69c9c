"""How a network is trained: what the recipe says, and what is the same for all of its kind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from diagnosis.ml.recipe import Recipe

CLASSIC_EPOCHS, CLASSIC_ROWS, CLASSIC_LAYERS = 10, 32, (64, 32, 16)


@dataclass(frozen=True)
class Plan:
    """A recipe with the layers and the epochs of its network.

    ``early``: it stops where inner folds say; else after exactly ``epochs``, as one writes it.
    """

    recipe: Recipe
    layers: tuple[int, ...]
    epochs: int
    early: bool

    @classmethod
    def of(cls, recipe: Recipe, *, classic: bool) -> Plan:
        """Return the plan of a recipe's network."""
        if classic:
            return cls(recipe, CLASSIC_LAYERS, CLASSIC_EPOCHS, early=False)
        return cls(recipe, recipe.hidden, recipe.epochs, early=True)

    def settings(self, rows: float) -> tuple[float, float, int]:
        """Return learning rate, decay and mini-batch for members that learn from so many rows."""
        if not self.early:
            return 1e-3, 0.0, CLASSIC_ROWS
        # A decay of 3 / rows is a ridge penalty of 3 on the summed loss.
        return 3e-3, 3.0 / rows, int(np.clip(rows / 12, 32, 512))
