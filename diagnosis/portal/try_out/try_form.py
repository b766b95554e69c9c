"""The fields of a try-out: what may be moved, from where, and why the rest may not."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from diagnosis.inference.further.what_if import why_locked
from diagnosis.inference.snapshot.given import read_given
from diagnosis.inference.snapshot.standing import Typical
from diagnosis.inference.stored.entry import NOTHING, Entry, Snapshot, converted_of
from diagnosis.inputs.kind import GivenValue
from diagnosis.ml import Artifact, Feature, FeatureSchema
from diagnosis.portal.run.form import RunForm
from diagnosis.portal.run.input_field import InputField
from diagnosis.portal.try_out.try_marks import Marks
from diagnosis.portal.try_out.try_scales import Range, Scale, scales_of, usual_range
from diagnosis.portal.words.inputs_shown import ShownInput, shown_input
from diagnosis.portal.words.range_shown import ShownRange
from diagnosis.records.reading import Reading
from medportal.common.errors import DomainError

POINTER = "/inputs/"
WHY: dict[str, str | Promise] = {
    "personal": _("locked: it belongs to the patient"),
    "finding": _("locked: no treatment changes it"),
    "history": _("locked: what was, no treatment changes"),
    "treatment": _("locked: what would change with it is not the effect of treatment"),
}


@dataclass(frozen=True)
class TryField(InputField):
    """One input: the run form's field with a slider, and what the stored run had."""

    entry: Entry = NOTHING
    scales: tuple[Scale, ...] = ()
    why: str = ""
    """Why it is locked; empty where it may be moved."""
    usual_values: Range | None = None
    """Between which most patients of the training data lie."""
    marks: Marks | None = None

    @property
    def why_text(self) -> str:
        return str(WHY.get(self.why, ""))

    @property
    def is_locked(self) -> bool:
        return bool(self.why)

    @property
    def before(self) -> ShownInput:
        return shown_input(self.feature, self.entry)

    @property
    def may_be_missing(self) -> bool:
        """What was not measured can be put back to that; a required one that is there cannot."""
        return not self.feature.required or not self.is_in_chart

    @property
    def is_missing(self) -> bool:
        return not self.text

    @property
    def scale(self) -> Scale | None:
        """Of the unit that is chosen."""
        chosen = (scale for scale in self.scales if scale.unit == self.unit)
        return next(chosen, self.scales[0] if self.scales else None)

    @property
    def can_slide(self) -> bool:
        return not self.is_locked and self.scale is not None

    @property
    def reach(self) -> Range:
        """Of the slider, in the model's unit."""
        scale = self.scales[0]
        return (scale.low * scale.factor, scale.high * scale.factor)

    @property
    def range(self) -> ShownRange | None:
        """With a name of its own: the reasons beside the form draw the same input."""
        found = super().range
        return found and replace(found, name=f"try-{found.name}")

    @property
    def typed(self) -> float | None:
        try:
            found = float(self.text)
        except ValueError:
            return None
        return found if math.isfinite(found) else None

    @property
    def at(self) -> str:
        """Where the slider stands: in its middle while nothing is measured."""
        scale, value = self.scale, self.typed
        if scale is None:
            return ""
        value = (scale.low + scale.high) / 2 if value is None else value
        return f"{min(max(value, scale.low), scale.high):.{scale.decimals}f}"


@dataclass
class TryForm:
    """What was moved, read by the run form's own reader against the stored inputs."""

    schema: FeatureSchema
    inputs: Snapshot
    movable: frozenset[str] = frozenset()
    doubts: bool = False
    artifact: Artifact | None = None
    typical: Mapping[str, Typical] = field(default_factory=dict)
    posted: Mapping[str, str] | None = None
    errors: dict[str, str] = field(default_factory=dict)
    given: dict[str, GivenValue] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.posted is None:
            return
        fields = self._fields(posted := self._sent())
        answers = RunForm(fields, posted).answers
        self.posted, self.errors = posted, dict(answers.errors)
        self._read({n: v for n, v in answers.inputs.items() if n not in self.errors})

    def _read(self, inputs: Mapping[str, Any]) -> None:
        try:
            found = read_given(self.schema, inputs)
        except DomainError as error:
            for pointer in error.pointers:
                self.errors[pointer.pointer.removeprefix(POINTER)] = str(pointer.message)
        else:
            self.given = {n: v for n, v in found.items() if v.converted != self._was(n)}

    def _was(self, name: str) -> float | None:
        return converted_of(self.inputs, name)

    def _sent(self) -> dict[str, str]:
        """As the run form sends it: «not measured» is an empty field, and nothing moved on."""
        sent = dict((self.posted or {}).items())
        for one in self._fields(None):
            sent[f"seen_{one.name}"] = one.seen
            if one.may_be_missing and sent.get(f"none_{one.name}"):
                sent[f"value_{one.name}"] = ""
            sent.setdefault(f"value_{one.name}", one.text)
            sent.setdefault(f"unit_{one.name}", one.unit)
        return sent

    @property
    def fields(self) -> list[TryField]:
        return self._fields(self.posted)

    def _fields(self, posted: Mapping[str, str] | None) -> list[TryField]:
        return [self._field(feature, posted) for feature in self.schema]

    def _field(self, feature: Feature, posted: Mapping[str, str] | None) -> TryField:
        entry = self.inputs.get(feature.name, NOTHING)
        usual = usual_range(self.artifact, feature)
        return TryField(
            feature,
            _as_read(feature, entry),
            posted,
            self.errors.get(feature.name, ""),
            self.typical.get(feature.name),
            entry=entry,
            scales=tuple(_scales(feature, entry, usual)),
            usual_values=usual,
            why=why_locked(feature, entry, self.movable, doubts=self.doubts),
        )


def _scales(feature: Feature, entry: Entry, usual: Range | None) -> list[Scale]:
    if not feature.is_quantity:
        return []
    own = entry.converted
    return scales_of(feature, usual, [] if own is None else [float(own)])


def _as_read(feature: Feature, entry: Entry) -> Reading:
    """The stored input as the run form knows a reading; what was not used counts as missing."""
    converted = entry.converted
    if converted is None:
        return Reading(feature.name, "missing")
    value, unit = entry.value, entry.unit or ""
    if not feature.is_quantity:
        category = feature.category(converted)
        return Reading(feature.name, "current", category.value if category else None)
    if isinstance(value, bool) or not isinstance(value, int | float):
        value, unit = float(converted), feature.unit or ""
    return Reading(feature.name, "current", value, unit)
