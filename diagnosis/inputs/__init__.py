"""What the clinic sees of an input: each kind is one folder here and one line below."""

from __future__ import annotations

from diagnosis.inputs.category import OneOf
from diagnosis.inputs.kind import ShownInput
from diagnosis.inputs.number import Number
from diagnosis.ml import Feature

INPUT_KINDS: dict[str, ShownInput] = {
    "number": Number(),
    "category": OneOf(),
    "boolean": OneOf("boolean"),
}


def shown_kind(feature: Feature) -> ShownInput:
    """How a feature is shown; a KeyError names a kind without pages, which no sheet may have."""
    return INPUT_KINDS[feature.kind]
