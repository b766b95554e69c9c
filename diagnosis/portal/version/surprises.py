"""The single cases that a model expected least: for the eyes of those who review it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from diagnosis.ml.schema import FeatureSchema
from diagnosis.portal.words.figures import percent
from diagnosis.portal.words.inputs_shown import value_text
from diagnosis.registry.models import ModelVersion
from medportal.common.text import localized


@dataclass(frozen=True)
class Surprise:
    """One patient of the table: what was known, what was said, what happened."""

    inputs: str
    said: str
    happened: bool


def _known(schema: FeatureSchema, given: Mapping[str, Any]) -> str:
    parts = []
    for feature in schema:
        value = given.get(feature.name)
        if value is None or (isinstance(value, float) and math.isnan(value)):
            continue
        text = value_text(feature, value, feature.unit)
        parts.append(f"{localized(feature.label)} {text}")
    return _("; ").join(parts)


def surprises(version: ModelVersion) -> list[Surprise]:
    """As the manifest holds them, the most surprising first; none where it holds none."""
    schema = FeatureSchema.from_dict(version.manifest["schema"])
    return [
        Surprise(
            inputs=_known(schema, case["inputs"]),
            said=percent(case["probability"]),
            happened=bool(case["outcome"]),
        )
        for case in version.manifest.get("surprising_cases") or ()
    ]
