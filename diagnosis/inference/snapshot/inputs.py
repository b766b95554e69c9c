"""The inputs of one run as kept: value, unit, where from, when, and as the model sees it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.utils.translation import gettext as _

from diagnosis.inference.stored.entry import NOTHING, Entry, Snapshot
from diagnosis.inputs import shown_kind
from diagnosis.inputs.kind import GivenValue
from diagnosis.ml import Feature, FeatureSchema
from diagnosis.registry.models import ModelVersion
from medportal.common.errors import DomainError, Pointer

if TYPE_CHECKING:
    from diagnosis.records.reading import Reading

SAME = 1e-9
MISSING = Entry(status="missing")


KEPT_SCHEMAS = 100
_schemas: dict[tuple[UUID, str], FeatureSchema] = {}


def schema_of(version: ModelVersion) -> FeatureSchema:
    """The inputs that the version itself was built for: pinned by its digest, read once."""
    key = (version.pk, version.digest)
    found = _schemas.get(key)
    if found is None:
        if len(_schemas) >= KEPT_SCHEMAS:
            _schemas.clear()
        found = _schemas[key] = FeatureSchema.from_dict(version.manifest["schema"])
    return found


def take(
    schema: FeatureSchema,
    readings: Mapping[str, Reading],
    given: Mapping[str, GivenValue],
    include_stale: Collection[str] = (),
) -> dict[str, Entry]:
    """One entry a feature: what was given wins over the chart, and the chart's age is kept."""
    _refuse_other_person(schema, readings, given)
    snapshot: dict[str, Entry] = {}
    for feature in schema:
        reading = readings.get(feature.name)
        sent = given.get(feature.name)
        if sent is not None and not _repeats(feature, sent, reading):
            snapshot[feature.name] = entry_given(sent)
        elif reading is not None:
            snapshot[feature.name] = _from_chart(
                reading, feature, use_stale=feature.name in include_stale
            )
        else:
            snapshot[feature.name] = MISSING
    return snapshot


def _repeats(feature: Feature, sent: GivenValue, reading: Reading | None) -> bool:
    """A form sends back what it showed: that stays the chart's value, with its date."""
    if reading is None or reading.status != "current" or sent.converted is None:
        return False
    charted = shown_kind(feature).of_chart(feature, reading.converted)
    return charted is not None and abs(charted - sent.converted) < SAME


def _refuse_other_person(
    schema: FeatureSchema, readings: Mapping[str, Reading], given: Mapping[str, GivenValue]
) -> None:
    """Age and sex are the patient's own: no request changes them."""
    pointers = []
    for name in given:
        reading = readings.get(name)
        if reading is None or reading.status != "current" or not is_personal(schema[name]):
            continue
        if not _repeats(schema[name], given[name], reading):
            text = _("This is known from the patient and cannot be changed here.")
            pointers.append(Pointer(f"/inputs/{name}", "fixed", text))
    if pointers:
        raise DomainError("inputs_invalid", _("Some inputs cannot be read."), pointers=pointers)


def is_personal(feature: Feature) -> bool:
    return any(source.kind == "patient" for source in feature.sources)


def entry_given(sent: GivenValue) -> Entry:
    """The entry of a value that a caller sent; of one left out on purpose, that of nothing."""
    if sent.is_nothing:
        return MISSING
    found = Entry(sent.value, sent.unit, sent.converted, source="given", status="given")
    return found if sent.block is None else replace(found, block=sent.block)


def _from_chart(reading: Reading, feature: Feature, *, use_stale: bool) -> Entry:
    is_used = reading.status == "current" or (reading.status == "stale" and use_stale)
    return Entry(
        value=reading.value,
        unit=reading.unit or None,
        converted=shown_kind(feature).of_chart(feature, reading.converted) if is_used else None,
        source=reading.source or None,
        observed_at=reading.observed_at.isoformat() if reading.observed_at else None,
        observation=str(reading.observation_id) if reading.observation_id else None,
        status=reading.status,
        reason=reading.reason,
        basis=reading.basis,
    )


def row_of(snapshot: Snapshot, schema: FeatureSchema) -> dict[str, Any]:
    """The snapshot as one raw row of the library, in the features' own units."""
    return {feature.name: raw_of(feature, snapshot) for feature in schema}


def raw_of(feature: Feature, snapshot: Snapshot) -> Any:
    """One value as the library reads it, unit and category by name."""
    entry = snapshot.get(feature.name, NOTHING)
    return shown_kind(feature).raw(feature, entry.converted, entry.block)


def missing(snapshot: Snapshot, schema: FeatureSchema) -> list[str]:
    return [f.name for f in schema if snapshot.get(f.name, NOTHING).is_missing]


def outside(feature: Feature, converted: float | None) -> str | None:
    """On which side of its usual range a value lies, both in the feature's unit."""
    if converted is None or feature.reference_range is None:
        return None
    low, high = feature.reference_range
    if low <= converted <= high:
        return None
    return "below" if converted < low else "above"
