"""Reading the inputs that a caller sent: what cannot be read is an error at that field."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from diagnosis.ml import Feature, FeatureSchema, UnitError
from diagnosis.ml.inputs import reading
from diagnosis.ml.inputs.words import is_missing
from medportal.common.errors import DomainError, Pointer
from medportal.common.quantities import unit as printed
from medportal.common.signs import comma

ERRORS = frozenset(
    ("not_a_number", "infinite", "unknown_unit", "unit_missing", "unseen_category",
     "out_of_bounds", "not_whole")
)  # fmt: skip
"""What ends the request. A value outside the service's limits can be read: that run is refused."""


@dataclass(frozen=True)
class GivenValue:
    """One input as sent, and in the feature's unit; None where it was left out on purpose."""

    value: float | str | None
    unit: str | None
    converted: float | None


NOTHING = GivenValue(None, None, None)


def read_given(schema: FeatureSchema, inputs: Mapping[str, Any]) -> dict[str, GivenValue]:
    """Every input that was sent, read; DomainError with a pointer to each that cannot be."""
    found, problems = read_each(schema, inputs)
    if problems:
        raise unreadable(problems)
    return found


def unreadable(problems: Iterable[Pointer]) -> DomainError:
    return DomainError("inputs_invalid", _("Some inputs cannot be read."), pointers=list(problems))


def read_each(
    schema: FeatureSchema, inputs: Mapping[str, Any]
) -> tuple[dict[str, GivenValue], list[Pointer]]:
    """What can be read of it, and a pointer to each that cannot be."""
    found: dict[str, GivenValue] = {}
    problems: list[Pointer] = []
    for name, raw in inputs.items():
        if name not in schema:
            text = _("The service has no such input.")
            problems.append(Pointer(f"/inputs/{_escaped(str(name))}", "unknown_feature", text))
            continue
        value, code = _read(schema[name], raw)
        if code:
            problems.append(Pointer(f"/inputs/{name}", code, explain(schema[name], code, raw)))
        else:
            found[name] = value
    return found, problems


def _escaped(name: str) -> str:
    return name[:60].replace("~", "~0").replace("/", "~1")


def _parts(raw: Any) -> tuple[Any, str | None]:
    if isinstance(raw, Mapping):
        unit = raw.get("unit")
        return raw.get("value"), None if unit is None else str(unit)
    return raw, None


def _read(feature: Feature, raw: Any) -> tuple[GivenValue, str | None]:
    value, unit = _parts(raw)
    if value is None or (isinstance(value, str) and _says_nothing(feature, value)):
        return NOTHING, None
    code, converted = _strange(feature, value), None
    if code is None:
        converted, code = reading.read_value(feature, {"value": value, "unit": unit})
    if code in ERRORS or not isinstance(converted, float):
        return NOTHING, code
    if feature.kind == "number":
        return GivenValue(float(value), unit or feature.unit, converted), None
    category = feature.category(converted)
    return GivenValue(category.value if category else None, None, converted), None


def _says_nothing(feature: Feature, text: str) -> bool:
    """Whether a text is a word for «not known», and none of the answers; NaN is a mistake."""
    if feature.kind == "number":
        return is_missing(text) and not _is_not_finite(text)
    answers = {category.value.casefold() for category in feature.categories}
    return is_missing(text) and text.strip().casefold() not in answers


def _strange(feature: Feature, value: Any) -> str | None:
    """What is no single value at all, or a number without an end."""
    if isinstance(value, (list, Mapping)):
        return "not_a_number" if feature.kind == "number" else "unseen_category"
    return "infinite" if feature.kind == "number" and _is_not_finite(value) else None


def _is_not_finite(value: Any) -> bool:
    try:
        return not isinstance(value, bool) and not math.isfinite(float(value))
    except (TypeError, ValueError):
        return False
    except OverflowError:  # an integer longer than any float
        return True


def explain(feature: Feature, code: str, raw: Any = None) -> str:
    """Say what is wrong with an input, and what was perhaps meant, to the person who sent it."""
    return _suggestion(feature, code, raw) or _text(feature, code)


def _text(feature: Feature, code: str) -> str:
    low, high = feature.bounds or (0, 0)
    texts = {
        "not_a_number": _("This is not a number."),
        "infinite": _("This is not a finite number."),
        "unknown_unit": _("Not read in this unit. Accepted: %(units)s."),
        "unit_missing": _("The unit is missing. Accepted: %(units)s."),
        "not_whole": _("This is counted: write a whole number."),
        "unseen_category": _("Not one of the possible answers: %(answers)s."),
        "out_of_bounds": _("No body has that: possible is %(low)s to %(high)s %(unit)s."),
    }
    return texts[code] % {
        "units": comma().join(printed(unit) for unit in feature.units),
        "answers": comma().join(category.value for category in feature.categories),
        "low": f"{low:g}",
        "high": f"{high:g}",
        "unit": printed(feature.unit),
    }


def _suggestion(feature: Feature, code: str, raw: Any) -> str | None:
    """«Did you mean 7.8 mmol/L = 141 mg/dL?»: a value that makes sense in another unit."""
    if code not in ("out_of_bounds", "outside_limits", "unit_missing", "unknown_unit"):
        return None
    value, unit = _parts(raw)
    try:
        found = feature.suggest(float(value), unit)
    except (TypeError, ValueError, UnitError):
        return None
    if found is None or code == "unit_missing":
        return None
    return _(
        "Not plausible in %(given)s: did you mean %(value)s %(other)s = %(converted)s %(unit)s?"
    ) % {
        "given": printed(unit or feature.unit),
        "value": f"{found.value:g}",
        "other": printed(found.unit),
        "converted": f"{found.converted:.{found.decimals}f}",
        "unit": printed(found.feature_unit),
    }
