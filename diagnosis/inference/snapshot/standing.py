"""On which side of two things a value stands: its usual range, and the model's own patients."""

from __future__ import annotations

import math
from collections.abc import Mapping
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from diagnosis.inference.snapshot.inputs import schema_of
from diagnosis.ml.novelty.measure import Measure
from diagnosis.registry.models import ModelVersion
from medportal.common.signs import clause_comma

Range = tuple[float | None, float | None]
Typical = tuple[float, float, float]
"""The tenth, the middle and the ninetieth of a hundred of the training patients."""

BELOW, WITHIN, ABOVE = "below", "within", "above"
LOWER, MIDDLE, UPPER = "lower", "middle", "upper"

KEPT = 100
_typical: dict[tuple[UUID, str], dict[str, Typical]] = {}


def typical_of(version: ModelVersion) -> Mapping[str, Typical]:
    """What is typical of the version's own patients, by input; an older artifact may not say."""
    key = (version.pk, version.digest)
    found = _typical.get(key)
    if found is None:
        if len(_typical) >= KEPT:
            _typical.clear()
        found = _typical[key] = _read(version)
    return found


def _read(version: ModelVersion) -> dict[str, Typical]:
    stored = version.manifest.get("novelty") or {}
    if "measure" not in stored:
        return {}
    features = schema_of(version).features
    measure = Measure.from_dict(stored["measure"], features)
    known = {feature.name: measure.typical(feature.name) for feature in features}
    return {name: typical for name, typical in known.items() if typical is not None}


def against_usual(value: float, usual: Range) -> str:
    """``below``, ``within`` or ``above`` a usual range; nothing where none is known."""
    low, high = usual
    if low is None and high is None:
        return ""
    if low is not None and value < low and not math.isclose(value, low):
        return BELOW
    if high is not None and value > high and not math.isclose(value, high):
        return ABOVE
    return WITHIN


def against_typical(value: float, typical: Typical | None) -> str:
    """Outside what is typical, or in which half of it; nothing where that is not known."""
    if typical is None:
        return ""
    low, median, high = typical
    side = against_usual(value, (low, high))
    if side != WITHIN:
        return side
    if math.isclose(value, median):
        return MIDDLE
    return LOWER if value < median else UPPER


def usual_words(side: str) -> str:
    return {
        BELOW: _("below usual"),
        WITHIN: pgettext("value within its range", "usual"),
        ABOVE: _("above usual"),
    }.get(side, "")


def typical_words(side: str) -> str:
    """Here: among the patients from whom this model learned."""
    return {
        BELOW: _("below what is typical here"),
        LOWER: _("typical here, in the lower half"),
        MIDDLE: _("typical here"),
        UPPER: _("typical here, in the upper half"),
        ABOVE: _("above what is typical here"),
    }.get(side, "")


def standing_words(usual: str, typical: str) -> str:
    """«above usual, below what is typical here»."""
    parts = [part for part in (usual_words(usual), typical_words(typical)) if part]
    return clause_comma().join(parts)
