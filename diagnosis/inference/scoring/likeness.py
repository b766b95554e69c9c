"""Input unlike the training data: no number, but which values make it so."""

from __future__ import annotations

import math
from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from diagnosis.inference.scoring import score
from diagnosis.inference.snapshot.wording import Text, both, joined
from diagnosis.inference.stored.entry import Entry, Snapshot
from diagnosis.inference.stored.refusal import Ground
from diagnosis.ml import Artifact, Feature
from diagnosis.ml.novelty import CODE
from medportal.common.quantities import number, unit

UNLIKE = _(
    "Taken together, these values are unlike those of the patients from whom the model learnt. "
    "Standing out most: %(most)s."
)
ALSO = _("%(message)s Then: %(inputs)s.")
CURE = _(
    "Check these values and their units. If they are right, this patient is unlike those from "
    "whom the model learnt: judge without this estimate."
)


def of_row(artifact: Artifact, snapshot: Snapshot) -> list[Ground]:
    """One ground if the row as a whole resembles no training row; none where nobody measured it."""
    novelty = artifact.novelty
    if novelty is None:
        return []
    x = score.matrix(artifact, snapshot)
    if not novelty.unlike(x)[0]:
        return []
    features = [artifact.schema[name] for name in novelty.standing_out(x)]
    names = tuple(feature.name for feature in features)
    return [Ground(CODE, _message(features, snapshot), names, both(CURE))]


def _message(features: list[Feature], snapshot: Snapshot) -> Text:
    """The one value to look at first by itself, then the others."""
    said: list[Mapping[str, str]] = [_said(feature, snapshot[feature.name]) for feature in features]
    most, *others = said
    message = both(UNLIKE, most=most)
    return both(ALSO, message=message, inputs=joined(others)) if others else message


def _said(feature: Feature, entry: Entry) -> Text:
    """«Systolic pressure 85 mmHg», as it was entered."""
    return both(_("%(input)s (%(value)s)"), input=feature.label, value=_value(feature, entry))


def _value(feature: Feature, entry: Entry) -> Mapping[str, str]:
    converted = entry.converted
    if entry.block is not None:
        return both(str(entry.value))
    if converted is None:
        return both(_("not measured"))
    if not feature.is_quantity:
        category = feature.category(converted)
        return category.label if category else both(str(converted))
    if feature.unit == "a":
        return both(_("%(age)s years"), age=f"{math.floor(converted)}")
    value, given = entry.value, entry.unit or feature.unit
    if not isinstance(value, (int, float)):  # computed or read from another kind of entry
        value, given = converted, feature.unit
    return both(f"{number(float(value))} {unit(given)}".strip())
