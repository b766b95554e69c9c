"""«Newer data since: bilirubin 14:10»: what the chart holds that a result has not seen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import F, Q
from django.utils.dateparse import parse_datetime

from diagnosis.inference.models import Prediction
from diagnosis.inference.snapshot import Entry, schema_of
from diagnosis.ml import Feature, Source
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
    rows = _observations(listed)
    return {prediction.pk: list(_newer(prediction, rows)) for prediction in listed}


def _observations(predictions: list[Prediction]) -> list[Observation]:
    """The newest observation of each code and patient that might have come later."""
    wanted = Q()
    for prediction in predictions:
        if prediction.patient_id is None:
            continue
        schema = schema_of(prediction.version)
        codes = {code for feature in schema for code in (*_codes(feature), *_parts(feature))}
        later = Q(observed_at__gt=prediction.index_at) | Q(recorded_at__gt=prediction.requested_at)
        wanted |= later & Q(patient=prediction.patient_id, code__in=codes)
    if not wanted:
        return []
    rows = Observation.unscoped.filter(wanted, is_current=True)
    newest_first = (F("observed_at").desc(), F("recorded_at").desc())
    return list(rows.order_by(*newest_first))


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
    for feature in schema_of(prediction.version):
        used = prediction.inputs.get(feature.name) or {}
        for row in rows:
            if row.patient_id == prediction.patient_id and _is_newer(
                feature, used, prediction, row
            ):
                yield NewerValue(feature, row)
                break


def _is_newer(feature: Feature, used: Entry, prediction: Prediction, row: Observation) -> bool:
    if row.status not in Observation.VALID:
        return _is_taken_back(feature, used, prediction, row)
    if not any(s.system == row.system and s.code == row.code for s in _sources(feature)):
        return False
    if used.get("observation") == str(row.pk) or _says_the_same(used, row):
        return False  # also a value that was withdrawn and put back
    is_later = row.observed_at > prediction.index_at or row.recorded_at > prediction.requested_at
    seen_at = parse_datetime(used["observed_at"]) if used.get("observed_at") else None
    return is_later and (seen_at is None or row.observed_at >= seen_at)


def _is_taken_back(feature: Feature, used: Entry, prediction: Prediction, row: Observation) -> bool:
    """Whether the very value that the result was computed from no longer holds."""
    is_later = row.recorded_at > prediction.requested_at
    if not (is_later and _no_longer_holds(row)) or used.get("converted") is None:
        return False
    if used.get("source") == "derived":
        # its time is that of the weight; the height of an adult is older
        return row.code in _parts(feature) and row.observed_at <= prediction.index_at
    seen_at = parse_datetime(used["observed_at"]) if used.get("observed_at") else None
    return row.code in _codes(feature) and row.observed_at == seen_at


def _says_the_same(used: Entry, row: Observation) -> bool:
    """Whether a row holds the very value that the result used, of the same moment."""
    if not used.get("observation") or not used.get("observed_at"):
        return False
    value = row.value_code or row.value_number
    at = parse_datetime(used["observed_at"])
    return (used.get("value"), used.get("unit") or "", at) == (value, row.unit, row.observed_at)
