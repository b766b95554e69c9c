"""A kind of input that nobody but the tests knows: so many numbers in a row, a block of its own.

This module and a line in ``INPUT_KINDS`` are the library's half of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from diagnosis.ml.inputs.kind import (
    Block,
    Gate,
    Place,
    Player,
    Value,
    named,
    needed,
    nothing,
    parts,
)
from diagnosis.ml.inputs.words import is_missing, number_of
from diagnosis.ml.schema import Feature

CUT = ";"


@dataclass(frozen=True)
class Reach:
    """Nothing lies farther out than the training rows and half as far again."""

    low: float
    high: float

    @classmethod
    def fit(cls, feature: Feature, block: Block) -> Self:
        low, high = float(block.min()), float(block.max())
        return cls(low - (high - low) / 2, high + (high - low) / 2)

    @classmethod
    def from_dict(cls, given: Mapping[str, Any]) -> Self:
        return cls(float(given["low"]), float(given["high"]))

    def to_dict(self) -> dict[str, Any]:
        return {"low": self.low, "high": self.high}

    def unlike(self, block: Block) -> np.ndarray:
        return ((block < self.low) | (block > self.high)).any(axis=1)


class Strip:
    """Written as a list, or as text with a semicolon between the numbers; each number plays."""

    name = "strip"
    place = Place.BLOCK
    usual_categories = ()

    def problem(self, feature: Feature) -> str | None:
        fits = len(feature.shape) == 1 and feature.shape[0] > 0
        return None if fits else "a strip says how many numbers it has"

    def read(self, feature: Feature, raw: Any, unit: Any = None) -> tuple[Value, str | None]:
        listed = raw.split(CUT) if isinstance(raw, str) else raw
        if is_missing(raw) or (isinstance(listed, Sequence) and all(map(is_missing, listed))):
            return nothing(feature, None)
        found = [number_of(one) for one in listed] if isinstance(listed, Sequence) else []
        if len(found) != feature.shape[0] or None in found:
            return None, "not_a_strip"
        return tuple(float(one) for one in found), None

    def message(self, feature: Feature, code: str) -> str:
        said = f"{named(feature)} is not {feature.shape[0]} numbers."
        return {"required_missing": needed(feature), "not_a_strip": said}[code]

    def encode(self, feature: Feature, values: Sequence[Value]) -> Block:
        gap = (np.nan,) * feature.shape[0]
        rows = [gap if value is None else value for value in values]
        return np.array(rows, dtype=np.float32).reshape(-1, *feature.shape)

    def column(self, feature: Feature, column: Any) -> Block:
        return self.encode(feature, [self.read(feature, *parts(raw))[0] for raw in column])

    def players(self, feature: Feature) -> tuple[Player, ...]:
        return tuple(Player(str(i + 1), (i,)) for i in range(feature.shape[0]))

    def gate(self) -> type[Gate]:
        return Reach
