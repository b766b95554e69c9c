"""Reading raw clinical values into the numbers of the model's matrix, with what was found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from diagnosis.ml.errors import TableError, UnitError
from diagnosis.ml.inputs.words import is_code, is_missing, is_number, text_of

if TYPE_CHECKING:
    from diagnosis.ml.schema import Feature

Found = tuple[str, str, str]  # code, feature, message
NAN = float("nan")
_LARGEST = float(np.finfo(np.float32).max)
_YES = {"yes": 1, "true": 1, "y": 1, "t": 1, "no": 0, "false": 0, "n": 0, "f": 0}


def _number(raw: Any) -> float | None:
    """Return a number, or None for what is none: a truth value, or Python's own ``1_000``."""
    if isinstance(raw, (bool, np.bool_)) or (isinstance(raw, str) and "_" in raw):
        return None
    try:
        return float(raw)
    except OverflowError:  # a whole number with more digits than any float
        return float("inf")
    except (TypeError, ValueError):
        return None


def read_value(feature: Feature, raw: Any) -> tuple[float, str | None]:
    """Return one raw value as the matrix holds it, and the code of the finding or None.

    What can not be read is NaN. A number without its unit is read in the feature's unit, also
    where the unit is required: whether that may be scored is the caller's decision.
    """
    unit = None
    if isinstance(raw, Mapping):
        raw, unit = raw.get("value"), raw.get("unit")
    if feature.kind != "number":
        return _category(feature, raw)
    if is_missing(raw):
        return _nothing(feature)
    return _quantity(feature, raw, unit)


def _nothing(feature: Feature) -> tuple[float, str | None]:
    return NAN, "required_missing" if feature.required else None


def _category(feature: Feature, raw: Any) -> tuple[float, str | None]:
    """Read a category: its value first, then what says nothing, a code only where it is clear."""
    says_nothing = is_missing(raw)
    if isinstance(raw, str) or not says_nothing:
        code = _of_value(feature, raw)
        if code is None and not says_nothing:
            code = _of_code(feature, raw)
        if code is not None:
            return float(code), None
    return _nothing(feature) if says_nothing else (NAN, "unseen_category")


def _of_code(feature: Feature, raw: Any) -> int | None:
    """Return a code given as such, or the yes or no of a boolean."""
    if feature.kind == "boolean" and isinstance(raw, str) and raw.strip().casefold() in _YES:
        return _YES[raw.strip().casefold()]
    # Where the values are digits themselves, 1 would be the first grade or the second.
    if any(is_number(category.value) for category in feature.categories):
        return None
    number = float(raw) if isinstance(raw, (bool, np.bool_)) else _number(raw)
    return int(number) if number is not None and number in feature.codes else None


def _of_value(feature: Feature, raw: Any) -> int | None:
    """Return the code of the category whose value this is: as written, else in another case."""
    text = text_of(raw)
    found = {category.value: category.code for category in reversed(feature.categories)}
    if text in found:
        return found[text]
    folded = {value.casefold(): code for value, code in found.items()}
    if text.casefold() in folded:
        return folded[text.casefold()]
    if not is_number(text) or is_code(text):
        return None
    alike = (v for v in found if is_number(v) and not is_code(v) and float(v) == float(text))
    value = next(alike, None)
    return None if value is None else found[value]


def _quantity(feature: Feature, raw: Any, unit: Any) -> tuple[float, str | None]:
    number = _number(raw)
    if number is None:
        return NAN, "not_a_number"
    if not abs(number) <= _LARGEST:
        return NAN, "infinite"
    try:
        value = feature.convert(number, None if unit is None else str(unit))
    except UnitError:
        missing = unit is None or not str(unit).strip()
        return (number, "unit_missing") if missing else (NAN, "unknown_unit")
    return value, _beyond(feature, value)


def _beyond(feature: Feature, value: float) -> str | None:
    for pair, code in ((feature.bounds, "out_of_bounds"), (feature.limits, "outside_limits")):
        if pair is not None and not pair[0] <= value <= pair[1]:
            return code
    return "not_whole" if feature.whole and value != round(value) else None


def message(feature: Feature, code: str) -> str:
    """Say in one English sentence what a finding means; never repeats the value."""
    name, unit = feature.label.get("en", feature.name), feature.unit or ""
    bounds, limits = feature.bounds or (NAN, NAN), feature.limits or (NAN, NAN)
    values = ", ".join(category.value for category in feature.categories)
    return {
        "required_missing": f"{name} is required and missing.",
        "unseen_category": f"{name} has a value that the model never saw; known: {values}.",
        "not_a_number": f"{name} is not a number.",
        "infinite": f"{name} is not a finite number.",
        "unknown_unit": f"{name} is not read in that unit; accepted: {', '.join(feature.units)}.",
        "unit_missing": f"{name} needs its unit; accepted: {', '.join(feature.units)}.",
        "out_of_bounds": f"{name} lies outside {bounds[0]:g} to {bounds[1]:g} {unit}".rstrip()
        + ": no body has that.",
        "outside_limits": f"{name} lies outside {limits[0]:g} to {limits[1]:g} {unit}".rstrip()
        + ", for which the model was made.",
        "not_whole": f"{name} is counted: a whole number, without a fraction.",
    }[code]


def is_frame(rows: Any) -> bool:
    """Whether rows are a DataFrame, without importing pandas."""
    return hasattr(rows, "columns") and hasattr(rows, "iloc")


def _mappings(rows: Any) -> Sequence[Mapping[str, Any]]:
    listed = [rows] if isinstance(rows, Mapping) else list(rows)
    if any(not isinstance(row, Mapping) for row in listed):
        raise TableError("Rows are a DataFrame or a list of mappings from feature to value.")
    return listed


def _column(feature: Feature, values: Any) -> NDArray[np.float64]:
    """Read one column of a DataFrame; clean numbers in one go."""
    if feature.kind == "number" and values.dtype.kind in "fiu":
        numbers = values.to_numpy(dtype=np.float64, na_value=np.nan)
        return np.where(np.abs(numbers) <= _LARGEST, numbers, np.nan)
    known: dict[tuple[type, Any], float] = {}
    return np.array([_remembered(feature, raw, known) for raw in values], dtype=np.float64)


def _remembered(feature: Feature, raw: Any, known: dict[tuple[type, Any], float]) -> float:
    if not isinstance(raw, (str, int, float)):
        return read_value(feature, raw)[0]
    key = (type(raw), raw)  # True is 1 and 1.0 to a dictionary, and another word to a person
    if key not in known:
        known[key] = read_value(feature, raw)[0]
    return known[key]


def matrix(features: Sequence[Feature], rows: Any) -> NDArray[np.float32]:
    """Return rows as float32 of shape (n, d); see ``FeatureSchema.matrix``."""
    if is_frame(rows):
        out = np.full((len(rows), len(features)), np.nan)
        place = {str(name): i for i, name in enumerate(rows.columns)}
        for j, feature in enumerate(features):
            if feature.name in place:
                out[:, j] = _column(feature, rows.iloc[:, place[feature.name]])
        return out.astype(np.float32)
    listed = _mappings(rows)
    values = [[read_value(f, row.get(f.name))[0] for f in features] for row in listed]
    return np.array(values, dtype=np.float32).reshape(len(listed), len(features))


def check(features: Sequence[Feature], rows: Any) -> Iterator[list[Found]]:
    """Yield the findings of every row; see ``FeatureSchema.check``."""
    names = {feature.name for feature in features}
    framed = is_frame(rows)
    listed: Iterable[Mapping[str, Any]]
    listed = _records(features, rows) if framed else _mappings(rows)
    for row in listed:
        found = [
            (code, feature.name, message(feature, code))
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
