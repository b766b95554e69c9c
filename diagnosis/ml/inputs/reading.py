"""Reading rows of raw clinical values into what a model sees, with what was found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from diagnosis.ml.errors import TableError
from diagnosis.ml.inputs.kind import NAN, Block, Value, parts

if TYPE_CHECKING:
    from diagnosis.ml.schema import Feature

__all__ = ["NAN", "block", "check", "matrix", "read_value"]

Found = tuple[str, str, str]  # code, feature, message
Row = Mapping[str, Any]


def read_value(feature: Feature, raw: Any) -> tuple[Value, str | None]:
    """Return one raw value as the model sees it, and the code of the finding or None.

    What can not be read is NaN in the table, None in a block.
    """
    value, unit = parts(raw)
    return feature.input.read(feature, value, unit)


def is_frame(rows: Any) -> bool:
    """Whether rows are a DataFrame, without importing pandas."""
    return hasattr(rows, "columns") and hasattr(rows, "iloc")


def _mappings(rows: Any) -> Sequence[Row]:
    listed = [rows] if isinstance(rows, Mapping) else list(rows)
    if any(not isinstance(row, Mapping) for row in listed):
        raise TableError("Rows are a DataFrame or a list of mappings from feature to value.")
    return listed


def matrix(features: Sequence[Feature], rows: Any) -> NDArray[np.float32]:
    """Return rows as float32 of shape (n, d); see ``FeatureSchema.matrix``."""
    if is_frame(rows):
        out = np.full((len(rows), len(features)), np.nan)
        place = {str(name): i for i, name in enumerate(rows.columns)}
        for j, feature in enumerate(features):
            if feature.name in place:
                out[:, j] = _encoded(feature, rows.iloc[:, place[feature.name]])
        return out.astype(np.float32)
    listed = _mappings(rows)
    values = [[read_value(f, row.get(f.name))[0] for f in features] for row in listed]
    return np.array(values, dtype=np.float32).reshape(len(listed), len(features))


def _encoded(feature: Feature, column: Any) -> NDArray[np.float64] | Block:
    return feature.input.column(feature, column)


def block(feature: Feature, rows: Any) -> Block:
    """Return the block of one feature, float32 of shape (n, …); NaN where it is missing."""
    if is_frame(rows):
        place = {str(name): i for i, name in enumerate(rows.columns)}.get(feature.name)
        if place is None:
            return feature.input.encode(feature, [None] * len(rows))
        return _encoded(feature, rows.iloc[:, place]).astype(np.float32)
    values = [read_value(feature, row.get(feature.name))[0] for row in _mappings(rows)]
    return feature.input.encode(feature, values)


def check(features: Sequence[Feature], rows: Any) -> Iterator[list[Found]]:
    """Yield the findings of every row; see ``FeatureSchema.check``."""
    names = {feature.name for feature in features}
    framed = is_frame(rows)
    listed: Iterable[Row]
    listed = _records(features, rows) if framed else _mappings(rows)
    for row in listed:
        found = [
            (code, feature.name, feature.input.message(feature, code))
            for feature in features
            if (code := read_value(feature, row.get(feature.name))[1]) is not None
        ]
        strangers = () if framed else [name for name in row if name not in names]
        # A table may hold more columns than the model needs; a request may not.
        found += [("unknown_feature", str(n), "The model has no such input.") for n in strangers]
        yield found


def _records(features: Sequence[Feature], table: Any) -> Iterator[dict[str, Any]]:
    place = {str(name): i for i, name in enumerate(table.columns)}
    names = [feature.name for feature in features if feature.name in place]
    columns = [table.iloc[:, place[name]].tolist() for name in names]
    if not columns:
        yield from ({} for _ in range(len(table)))
        return
    for values in zip(*columns, strict=True):
        yield dict(zip(names, values, strict=True))
