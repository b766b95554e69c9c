"""What an input kind is: everything in the library that depends on what sort of thing is put in.

One more kind is one module beside this file and one line in ``INPUT_KINDS``. Numbers and
categories are columns of the block that is called ``table``; any other kind brings a block of its
own, named as its feature, and says who plays for it when a result is explained.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol, Self

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from diagnosis.ml.inputs.terms import Category
    from diagnosis.ml.schema import Feature

Value = float | tuple[float, ...] | None
"""As the model sees it; what is missing is NaN in the table, and None in a block."""

Block = NDArray[np.float32]
Floats = NDArray[np.float64]
NAN = float("nan")
LARGEST = float(np.finfo(np.float32).max)


class Place(StrEnum):
    """What a feature's numbers are to a model."""

    QUANTITY = "quantity"
    """A column of the table that holds a number on its scale."""
    CODES = "codes"
    """A column of the table that holds the code of a category."""
    BLOCK = "block"
    """A tensor of its own."""


@dataclass(frozen=True)
class Player:
    """Part of a feature that is taken away as one when a result is explained.

    ``cells`` are the numbers of its block that are its own, counted along the flattened axes.
    """

    name: str
    cells: tuple[int, ...] = (0,)


class Gate(Protocol):
    """What a block of its own keeps of its training rows, to know what is unlike them."""

    @classmethod
    def fit(cls, feature: Feature, block: Block) -> Self:
        """Learn from the training rows of a block, (n, …)."""

    @classmethod
    def from_dict(cls, given: Mapping[str, Any]) -> Self:
        """Read back what ``to_dict`` wrote; ValueError, KeyError or TypeError if it is broken."""

    def to_dict(self) -> dict[str, Any]:
        """Return what a manifest holds: small figures, never a row."""

    def unlike(self, block: Block) -> NDArray[np.bool_]:
        """Return which rows (n, …) are unlike the training rows."""


class InputKind(Protocol):
    """One kind of input; an object without state, safe to share."""

    @property
    def name(self) -> str:
        """What schemas call it."""

    @property
    def place(self) -> Place:
        """Where its numbers stand."""

    @property
    def usual_categories(self) -> tuple[Category, ...]:
        """The answers of a feature that names none."""

    def problem(self, feature: Feature) -> str | None:
        """Say why a feature is not described well, as the end of a sentence; None if it is."""

    def read(self, feature: Feature, raw: Any, unit: Any = None) -> tuple[Value, str | None]:
        """Return one raw value as the model sees it, and the code of what was found or None."""

    def message(self, feature: Feature, code: str) -> str:
        """Say in one English sentence what a finding means; never repeats the value."""

    def encode(self, feature: Feature, values: Sequence[Value]) -> Block:
        """Return values as float32: (n,) for a column of the table, (n, …) for a block."""

    def column(self, feature: Feature, column: Any) -> Floats | Block:
        """Return a column of a DataFrame, encoded; quicker than a value at a time."""

    def players(self, feature: Feature) -> tuple[Player, ...]:
        """Say what is taken away as one when a result is explained; they tile the block."""

    def gate(self) -> type[Gate] | None:
        """Say what tells unlike data of its block; columns of the table are judged together."""


def parts(raw: Any) -> tuple[Any, Any]:
    """Return value and unit of a raw value, which may be a mapping of both."""
    if isinstance(raw, Mapping):
        return raw.get("value"), raw.get("unit")
    return raw, None


def nothing(feature: Feature, missing: Value = NAN) -> tuple[Value, str | None]:
    """Return what is read where nothing is said."""
    return missing, "required_missing" if feature.required else None


def needed(feature: Feature) -> str:
    """Say that a value is missing that must not be."""
    return f"{named(feature)} is required and missing."


def named(feature: Feature) -> str:
    """Return what a feature is called in an English sentence."""
    return feature.label.get("en", feature.name)
