"""Kinds of inputs: how each is described, read, encoded, and taken away when it is explained."""

from __future__ import annotations

from diagnosis.ml.errors import SchemaError
from diagnosis.ml.inputs.category import OneOf, YesOrNo
from diagnosis.ml.inputs.kind import InputKind
from diagnosis.ml.inputs.number import Number

INPUT_KINDS: dict[str, InputKind] = {
    "number": Number(),
    "category": OneOf(),
    "boolean": YesOrNo(),
}


def input_kind(name: str) -> InputKind:
    """Return the kind of this name.

    Raises
    ------
    SchemaError
        There is none.
    """
    kind = INPUT_KINDS.get(name)
    if kind is None:
        raise SchemaError(f"There is no kind of input {name}; there are {', '.join(INPUT_KINDS)}.")
    return kind
