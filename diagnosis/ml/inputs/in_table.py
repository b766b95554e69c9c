"""What kinds share whose values are one column of the table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from diagnosis.ml.inputs.kind import Block, Floats, Gate, Player, Value, parts

if TYPE_CHECKING:
    from diagnosis.ml.inputs.terms import Category
    from diagnosis.ml.schema import Feature

Known = dict[tuple[type, Any], Value]


class InTable:
    """One number a patient, one player, and no gate of its own."""

    usual_categories: tuple[Category, ...] = ()

    def read(self, feature: Feature, raw: Any, unit: Any = None) -> tuple[Value, str | None]:
        """Return one raw value as the table holds it."""
        raise NotImplementedError

    def encode(self, feature: Feature, values: Sequence[Value]) -> Block:
        """Return values as a column (n,)."""
        return np.array(values, dtype=np.float32)

    def column(self, feature: Feature, column: Any) -> Floats | Block:
        """Return a column of a DataFrame; a word that stands there again is read once."""
        known: Known = {}
        return np.array([self._remembered(feature, raw, known) for raw in column], np.float64)

    def _remembered(
        self, feature: Feature, raw: Any, known: dict[tuple[type, Any], Value]
    ) -> Value:
        if not isinstance(raw, (str, int, float)):
            return self.read(feature, *parts(raw))[0]
        key = (type(raw), raw)  # True is 1 and 1.0 to a dictionary, and another word to a person
        if key not in known:
            known[key] = self.read(feature, raw)[0]
        return known[key]

    def players(self, feature: Feature) -> tuple[Player, ...]:
        """Return the one player."""
        return (Player(feature.name),)

    def gate(self) -> type[Gate] | None:
        """Return None: columns of the table are judged together."""
        return None
