"""What a service is not for: each point is checked before a run, or says that it is not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from diagnosis.ml import FeatureSchema
from medportal.common.errors import Pointer
from medportal.common.text import localized


@dataclass(frozen=True)
class NotFor:
    """One point of a sheet's ``never``; ``rules`` and ``inputs`` are what checks it."""

    text: str
    rules: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ()

    @property
    def is_checked(self) -> bool:
        return bool(self.rules or self.inputs)


def not_for(sheet: Mapping[str, Any]) -> list[NotFor]:
    """A point that names nothing, as in sheets of before, counts as unchecked."""
    return [
        NotFor(localized(point), tuple(point.get("rules") or ()), tuple(point.get("inputs") or ()))
        for point in sheet.get("never") or ()
    ]


def problems(sheet: Mapping[str, Any], features: FeatureSchema) -> Iterator[Pointer]:
    """Each point names rules of the population or required inputs, or is marked as unchecked."""
    rules = {rule.get("code") for rule in sheet.get("population") or ()}
    required = {feature.name for feature in features if feature.required}
    for index, point in enumerate(sheet.get("never") or ()):
        place = f"/never/{index}"
        named, needed = point.get("rules") or (), point.get("inputs") or ()
        if bool(named or needed) == bool(point.get("unchecked")):
            text = _("Name the rule that checks this, or mark it as unchecked.")
            yield Pointer(place, "not_tied", text)
        if not rules.issuperset(named):
            yield Pointer(f"{place}/rules", "unknown_rule", _("The service has no such rule."))
        if not required.issuperset(needed):
            text = _("Only an input without which nothing is run checks this.")
            yield Pointer(f"{place}/inputs", "not_required", text)
