"""«Newer data since: bilirubin 14:10»: what the chart holds that a result has not seen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q

from diagnosis.inference.models import Prediction
from diagnosis.inference.snapshot.inputs import schema_of
from diagnosis.inference.stored.entry import NOTHING, Entry
from diagnosis.ml import Feature, FeatureSchema
from diagnosis.records import derived
from diagnosis.records.models import Observation
from medportal.common.text import localized


class Held(NamedTuple):
    """A row of the chart as far as it is asked about: hundreds stand behind one page of a list."""

    pk: UUID
    patient_id: UUID
    system: str
    code: str
    status: str
    replaces_id: UUID | None
    observed_at: datetime
    recorded_at: datetime
    value_number: float | None
    value_code: str
    unit: str


@dataclass(frozen=True)
class Asked:
    """One feature and the observations that can tell of it."""

    feature: Feature
    codes: frozenset[str]
    sources: frozenset[tuple[str, str]]
    parts: frozenset[str]
    """What a derived input was computed from."""


@dataclass(frozen=True)
class NewerValue:
    """An input that was observed, recorded, corrected or withdrawn after the data of a result."""

    feature: Feature
    observation: Held

    @property
    def label(self) -> str:
        return localized(self.feature.label)

    @property
    def is_withdrawn(self) -> bool:
        return _no_longer_holds(self.observation)

    @property
    def observed_at(self) -> datetime:
        return self.observation.observed_at


def newer_data_since(prediction: Prediction) -> list[NewerValue]:
    """Newer values of the model's own codes; nothing for a run without a patient."""
    return newer_data_for([prediction])[prediction.pk]


def newer_data_for(predictions: Iterable[Prediction]) -> dict[UUID, list[NewerValue]]:
    """The same for a list of predictions, with one query; their versions must be at hand."""
    listed = list(predictions)
    whose = [p for p in listed if p.patient_id is not None]
    versions = {p.version_id: p.version for p in whose}
    asked = {pk: _asked(schema_of(version)) for pk, version in versions.items()}
    codes = {code for of in asked.values() for one in of for code in one.codes}
    later: dict[UUID | None, list[Held]] = defaultdict(list)
    for row in _observations(whose, codes):
        later[row.patient_id].append(row)
    found = {p.pk: list(_newer(p, asked[p.version_id], later[p.patient_id])) for p in whose}
    return {p.pk: found.get(p.pk, []) for p in listed}


def _observations(predictions: list[Prediction], codes: set[str]) -> Iterable[Held]:
    """Observations of these codes that came after one of the results, the newest first."""
    if not codes:
        return []
    before = Prediction.unscoped.filter(
        Q(index_at__lt=OuterRef("observed_at")) | Q(requested_at__lt=OuterRef("recorded_at")),
        pk__in=[prediction.pk for prediction in predictions],
        patient=OuterRef("patient"),
    )
    rows = Observation.unscoped.filter(
        Exists(before),
        is_current=True,
        patient__in={prediction.patient_id for prediction in predictions},
        code__in=codes,
    )
    newest_first = rows.order_by(F("observed_at").desc(), F("recorded_at").desc())
    return map(Held._make, newest_first.values_list(*Held._fields))


def _asked(schema: FeatureSchema) -> list[Asked]:
    return [_asked_of(feature) for feature in schema]


def _asked_of(feature: Feature) -> Asked:
    observed = [source for source in feature.sources if source.kind == "observation"]
    is_derived = any(source.kind == "derived" for source in feature.sources)
    parts = frozenset(derived.BMI.inputs if is_derived else ())
    sources = frozenset((source.system, source.code) for source in observed)
    return Asked(feature, parts | {code for _, code in sources}, sources, parts)


def _no_longer_holds(row: Held) -> bool:
    """A row that took the place of another and is no fact: withdrawn, or preliminary again."""
    return row.replaces_id is not None and row.status not in Observation.VALID


def _newer(prediction: Prediction, asked: list[Asked], rows: list[Held]) -> Iterator[NewerValue]:
    if not rows:
        return
    snapshot = prediction.snapshot
    for one in asked:
        used = snapshot.get(one.feature.name, NOTHING)
        told = (row for row in rows if row.code in one.codes)
        found = next((row for row in told if _is_newer(one, used, prediction, row)), None)
        if found is not None:
            yield NewerValue(one.feature, found)


def _is_newer(asked: Asked, used: Entry, prediction: Prediction, row: Held) -> bool:
    if row.status not in Observation.VALID:
        return _is_taken_back(asked, used, prediction, row)
    if (row.system, row.code) not in asked.sources:
        return False
    if used.observation == str(row.pk) or _says_the_same(used, row):
        return False  # also a value that was withdrawn and put back
    is_later = row.observed_at > prediction.index_at or row.recorded_at > prediction.requested_at
    seen_at = used.moment
    return is_later and (seen_at is None or row.observed_at >= seen_at)


def _is_taken_back(asked: Asked, used: Entry, prediction: Prediction, row: Held) -> bool:
    """Whether the very value that the result was computed from no longer holds."""
    is_later = row.recorded_at > prediction.requested_at
    if not (is_later and _no_longer_holds(row)) or used.is_missing:
        return False
    if used.source == "derived":
        # its time is that of the weight; the height of an adult is older
        return row.code in asked.parts and row.observed_at <= prediction.index_at
    codes = {code for _, code in asked.sources}
    return row.code in codes and row.observed_at == used.moment


def _says_the_same(used: Entry, row: Held) -> bool:
    """Whether a row holds the very value that the result used, of the same moment."""
    if not used.observation or not used.observed_at:
        return False
    value = row.value_code or row.value_number
    return (used.value, used.unit or "", used.moment) == (value, row.unit, row.observed_at)
