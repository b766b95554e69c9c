"""«Newer data since: bilirubin 14:10»: what the chart holds that a result has not seen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q

from diagnosis.inference.models import Prediction
from diagnosis.inference.snapshot.inputs import schema_of
from diagnosis.inference.stored.entry import NOTHING, Entry
from diagnosis.ml import Feature, FeatureSchema, Source
from diagnosis.records import derived
from diagnosis.records.models import Observation
from medportal.common.text import localized


@dataclass(frozen=True)
class NewerValue:
    """An input that was observed, recorded, corrected or withdrawn after the data of a result."""

    feature: Feature
    observation: Observation

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
    later: dict[UUID, list[Observation]] = defaultdict(list)
    for row in _observations([p for p in listed if p.patient_id is not None]):
        later[row.patient_id].append(row)
    return {p.pk: list(_newer(p, later[p.patient_id])) if p.patient_id else [] for p in listed}


def _observations(predictions: list[Prediction]) -> Iterable[Observation]:
    """The newest observation of each code and patient that came after one of the results."""
    versions = {prediction.version_id: prediction.version for prediction in predictions}
    codes = {code for version in versions.values() for code in _codes_asked(schema_of(version))}
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
    return rows.order_by(F("observed_at").desc(), F("recorded_at").desc())


def _codes_asked(schema: FeatureSchema) -> Iterator[str]:
    for feature in schema:
        yield from (*_codes(feature), *_parts(feature))


def _sources(feature: Feature) -> list[Source]:
    return [source for source in feature.sources if source.kind == "observation"]


def _no_longer_holds(row: Observation) -> bool:
    """A row that took the place of another and is no fact: withdrawn, or preliminary again."""
    return row.replaces_id is not None and row.status not in Observation.VALID


def _codes(feature: Feature) -> list[str]:
    return [source.code for source in _sources(feature)]


def _parts(feature: Feature) -> tuple[str, ...]:
    """What a derived input was computed from."""
    is_derived = any(source.kind == "derived" for source in feature.sources)
    return tuple(derived.BMI.inputs) if is_derived else ()


def _newer(prediction: Prediction, rows: list[Observation]) -> Iterator[NewerValue]:
    if not rows:
        return
    snapshot = prediction.snapshot
    for feature in schema_of(prediction.version):
        used = snapshot.get(feature.name, NOTHING)
        codes = {*_codes(feature), *_parts(feature)}
        asked = (row for row in rows if row.code in codes)
        found = next((row for row in asked if _is_newer(feature, used, prediction, row)), None)
        if found is not None:
            yield NewerValue(feature, found)


def _is_newer(feature: Feature, used: Entry, prediction: Prediction, row: Observation) -> bool:
    if row.status not in Observation.VALID:
        return _is_taken_back(feature, used, prediction, row)
    if not any(s.system == row.system and s.code == row.code for s in _sources(feature)):
        return False
    if used.observation == str(row.pk) or _says_the_same(used, row):
        return False  # also a value that was withdrawn and put back
    is_later = row.observed_at > prediction.index_at or row.recorded_at > prediction.requested_at
    seen_at = used.moment
    return is_later and (seen_at is None or row.observed_at >= seen_at)


def _is_taken_back(feature: Feature, used: Entry, prediction: Prediction, row: Observation) -> bool:
    """Whether the very value that the result was computed from no longer holds."""
    is_later = row.recorded_at > prediction.requested_at
    if not (is_later and _no_longer_holds(row)) or used.converted is None:
        return False
    if used.source == "derived":
        # its time is that of the weight; the height of an adult is older
        return row.code in _parts(feature) and row.observed_at <= prediction.index_at
    seen_at = used.moment
    return row.code in _codes(feature) and row.observed_at == seen_at


def _says_the_same(used: Entry, row: Observation) -> bool:
    """Whether a row holds the very value that the result used, of the same moment."""
    if not used.observation or not used.observed_at:
        return False
    value = row.value_code or row.value_number
    return (used.value, used.unit or "", used.moment) == (value, row.unit, row.observed_at)
