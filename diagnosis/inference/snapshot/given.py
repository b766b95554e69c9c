"""Reading the inputs that a caller sent: what cannot be read is an error at that field."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from diagnosis.inputs import shown_kind
from diagnosis.inputs.kind import NOTHING, GivenValue
from diagnosis.ml import Feature, FeatureSchema
from diagnosis.ml.inputs.kind import parts
from medportal.common.errors import DomainError, Pointer


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


def _read(feature: Feature, raw: Any) -> tuple[GivenValue, str | None]:
    value, unit = _parts(raw)
    return (NOTHING, None) if value is None else shown_kind(feature).given(feature, value, unit)


def _parts(raw: Any) -> tuple[Any, str | None]:
    value, unit = parts(raw)
    return value, None if unit is None else str(unit)


def explain(feature: Feature, code: str, raw: Any = None) -> str:
    """Say what is wrong with an input, and what was perhaps meant, to the person who sent it."""
    return shown_kind(feature).explain(feature, code, *_parts(raw))
