"""The feature schema: what a model needs to know of a patient, in clinical terms.

The schema turns raw clinical values into the float32 tensors that the model, its serving form and
the explainer see. In the table NaN is missing, a category is its code, an unseen one is missing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from diagnosis.ml.batch import TABLE, Batch, Inputs
from diagnosis.ml.errors import SchemaError, UnitError
from diagnosis.ml.inputs import INPUT_KINDS, input_kind, number, reading
from diagnosis.ml.inputs.kind import InputKind, Place
from diagnosis.ml.inputs.terms import (
    Category,
    Finding,
    Source,
    Suggestion,
    Text,
    only_known,
    plain_feature,
    role_of_before,
)
from diagnosis.ml.inputs.units import normalise

Rows = Any  # a DataFrame, a sequence of mappings, or one mapping

__all__ = [
    "Category",
    "Feature",
    "FeatureSchema",
    "Finding",
    "Rows",
    "Source",
    "Suggestion",
    "Text",
]

HISTORY, TREATMENT = "history", "treatment"
ROLES = (HISTORY, TREATMENT)
DIRECTIONS = ("raises", "lowers", "either", "u-shaped")


@dataclass(frozen=True)
class Feature:
    """One input of a model.

    ``bounds`` is what no body has (an error), ``limits`` is what the service refuses, both in
    ``unit``. ``conversions`` maps other accepted UCUM units to the factor into ``unit``.
    ``definition`` is shown where the value is asked; ``step`` is one step of measurement error;
    ``whole`` says that the number is a count and has no fraction;
    ``judgement`` marks a value that holds a clinician's own judgement or ordering; ``modifiable``
    one that treatment or life may change (a pressure, never an age), and that may be proposed.
    ``role`` says what nobody tries as if it were an effect: ``history`` is what was, ``treatment``
    what was given, for reasons that the model does not know.
    ``shape`` is that of one patient's numbers, for kinds that are no column of the table.
    """

    name: str
    label: Text
    kind: str = "number"
    unit: str | None = None
    conversions: Mapping[str, float] = field(default_factory=dict)
    unit_required: bool = False
    sources: tuple[Source, ...] = ()
    look_back_days: int | None = None
    bounds: tuple[float, float] | None = None
    limits: tuple[float, float] | None = None
    reference_range: tuple[float, float] | None = None
    categories: tuple[Category, ...] = ()
    required: bool = False
    direction: str = "either"
    definition: Text | None = None
    step: float | None = None
    whole: bool = False
    judgement: bool = False
    modifiable: bool = False
    role: str | None = None
    burden: Any = None
    decimals: int = 0
    family: Text | None = None
    assumed: Text | None = None
    shape: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        """Fill in yes and no, and refuse what contradicts itself."""
        if self.kind in INPUT_KINDS and not self.categories:
            object.__setattr__(self, "categories", self.input.usual_categories)
        object.__setattr__(self, "shape", tuple(self.shape))
        for name in ("bounds", "limits", "reference_range"):
            pair = getattr(self, name)
            if pair is not None:
                object.__setattr__(self, name, tuple(pair))
        problem = self._problem()
        if problem:
            raise SchemaError(f"Feature {self.name}: {problem}.")

    def _problem(self) -> str | None:
        if self.kind not in INPUT_KINDS:
            return f"kind must be one of {', '.join(INPUT_KINDS)}"
        codes = self.codes
        of_kind = self.input.problem(self)
        checks = (
            (self.direction not in DIRECTIONS, f"direction is none of {', '.join(DIRECTIONS)}"),
            (of_kind is not None, of_kind),
            (len(set(codes)) != len(codes), "two categories share a code"),
            (not isinstance(self.modifiable, bool), "modifiable is yes or no"),
            (not isinstance(self.whole, bool), "whole is yes or no"),
            (self.modifiable and self._is_given, "age and sex can not be changed"),
            (self.role not in (None, *ROLES), f"role is none of {', '.join(ROLES)}"),
            (self.modifiable and bool(self.role), "a history or a treatment can not be changed"),
            (any(not 0 <= code < 2**24 for code in codes), "codes lie from 0 to 2**24 - 1"),
        )
        return next((text for wrong, text in checks if wrong), None)

    @property
    def _is_given(self) -> bool:
        """Whether the value comes from who the patient is."""
        return any(source.kind == "patient" for source in self.sources)

    @cached_property
    def input(self) -> InputKind:
        """What its kind does with it."""
        return input_kind(self.kind)

    @cached_property
    def is_quantity(self) -> bool:
        """Whether the table holds its number on a scale: it can rise, fall and have steps."""
        return self.input.place == Place.QUANTITY

    @cached_property
    def is_block(self) -> bool:
        """Whether it has a block of its own beside the table."""
        return self.input.place == Place.BLOCK

    @property
    def codes(self) -> tuple[int, ...]:
        """The codes that the matrix may hold; empty for a number."""
        return tuple(category.code for category in self.categories)

    @property
    def units(self) -> tuple[str, ...]:
        """Every accepted unit, that of the feature first."""
        return ((self.unit,) if self.unit else ()) + tuple(self.conversions)

    def convert(self, value: float, unit: str | None = None) -> float:
        """Return ``value``, given in ``unit``, in the unit of this feature.

        Raises
        ------
        UnitError
            The unit is not an accepted one, or is left out though ``unit_required``.
        """
        if unit is None or not unit.strip():
            if self.unit_required:
                raise UnitError(f"{self.name} needs a unit: {', '.join(self.units)}.")
            return float(value)
        wanted = normalise(unit)
        if wanted == normalise(self.unit or "1"):
            return float(value)
        for name, factor in self.conversions.items():
            if normalise(name) == wanted:
                return float(value) * factor
        accepted = ", ".join(self.units) or "no unit"
        raise UnitError(f"{self.name} is not read in that unit; accepted: {accepted}.")

    def plausible(self, value: float) -> bool:
        """Whether a value in the feature's unit lies inside limits and bounds."""
        pairs = (pair for pair in (self.bounds, self.limits) if pair is not None)
        return all(low <= value <= high for low, high in pairs)

    def suggest(self, value: float, unit: str | None = None) -> Suggestion | None:
        """Return the other accepted unit in which an implausible value would make sense.

        >>> f = Feature("x", {}, unit="mg/dL", limits=(40, 199), conversions={"mmol/L": 18.02})
        >>> f.suggest(7.8, "mg/dL").text
        'did you mean 7.8 mmol/L = 141 mg/dL?'
        """
        return number.suggestion(self, value, unit)

    def category(self, code: float) -> Category | None:
        """Return the category behind a code of the matrix, or None."""
        return next((c for c in self.categories if c.code == code), None)

    @classmethod
    def from_dict(cls, given: Mapping[str, Any]) -> Feature:
        """Read back what ``to_dict`` of the schema wrote."""
        only_known(cls, given)
        read = dict(given)
        read["sources"] = tuple(Source.from_dict(s) for s in given.get("sources", ()))
        read["shape"] = tuple(given.get("shape", ()))
        read["categories"] = tuple(Category.from_dict(c) for c in given.get("categories", ()))
        if "role" not in given and not given.get("modifiable"):
            read["role"] = role_of_before(given.get("family"))
        return cls(**read)

    def to_dict(self) -> dict[str, Any]:
        """Return what JSON can hold; fields at their default are left out."""
        return plain_feature(self)


@dataclass(frozen=True)
class FeatureSchema:
    """The ordered list of a model's features."""

    features: tuple[Feature, ...]

    def __post_init__(self) -> None:
        """Refuse a name that stands twice."""
        object.__setattr__(self, "features", tuple(self.features))
        if len(set(self.names)) != len(self.features):
            raise SchemaError("Two features share a name.")

    @property
    def names(self) -> tuple[str, ...]:
        """The names, in the order of the matrix columns."""
        return tuple(feature.name for feature in self.features)

    def __len__(self) -> int:
        """Return the number of features."""
        return len(self.features)

    def __iter__(self) -> Iterator[Feature]:
        """Walk the features in their order."""
        return iter(self.features)

    def __contains__(self, name: object) -> bool:
        """Whether a feature has this name."""
        return name in self.names

    def __getitem__(self, name: str) -> Feature:
        """Return the feature of this name; KeyError if there is none."""
        for feature in self.features:
            if feature.name == name:
                return feature
        raise KeyError(name)

    @cached_property
    def table(self) -> tuple[Feature, ...]:
        """The features that are a column of the table, in the order of its columns."""
        return tuple(feature for feature in self.features if not feature.is_block)

    @cached_property
    def blocks(self) -> tuple[Feature, ...]:
        """The features with a block of their own."""
        return tuple(feature for feature in self.features if feature.is_block)

    def column(self, name: str) -> int:
        """Return where a feature stands in the table; ValueError where it is no column."""
        return [feature.name for feature in self.table].index(name)

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """What one patient's numbers are in every block of a batch."""
        return {TABLE: (len(self.table),)} | {one.name: one.shape for one in self.blocks}

    def matrix(self, rows: Rows) -> NDArray[np.float32]:
        """Return the table of raw rows, float32 of shape (n, d).

        A row is a mapping from feature name to a number, a ``{"value", "unit"}`` mapping, a
        category's value or code; columns of a DataFrame are read in the feature's unit. What
        can not be read is NaN (``check`` says why); this never raises for a value.
        """
        return reading.matrix(self.table, rows)

    def batch(self, rows: Rows) -> Batch:
        """Return raw rows as the model takes them: the table, and a block a feature beside it."""
        blocks = {feature.name: reading.block(feature, rows) for feature in self.blocks}
        return Batch.of(self.matrix(rows), **blocks)

    def inputs(self, rows: Rows) -> Inputs:
        """Return the same, or the table alone where no feature has a block."""
        return self.batch(rows) if self.blocks else self.matrix(rows)

    def check(self, rows: Rows) -> list[list[Finding]]:
        """Return the findings of every row, in the order of the rows."""
        return [
            [Finding(code, name, message, f"/{name}") for code, name, message in found]
            for found in reading.check(self.features, rows)
        ]

    def to_dict(self) -> dict[str, Any]:
        """Return what JSON can hold."""
        return {"features": [feature.to_dict() for feature in self.features]}

    @classmethod
    def from_dict(cls, given: Mapping[str, Any]) -> FeatureSchema:
        """Read back what ``to_dict`` wrote; SchemaError where it contradicts itself."""
        try:
            features: Sequence[Mapping[str, Any]] = given["features"]
            return cls(tuple(Feature.from_dict(feature) for feature in features))
        except (TypeError, KeyError, AttributeError) as error:
            raise SchemaError(f"A feature of the schema can not be read: {error}.") from error
