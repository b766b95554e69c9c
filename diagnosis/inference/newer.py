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
from diagnosis.records.models import Observation
from medportal.common.text import localized


@dataclass(frozen=True)
class NewerValue:
    """An input that was observed, recorded or corrected after the data of a result."""

    feature: Feature
    observation: Observation

    @property
    def label(self) -> str:
        return localized(self.feature.label)

    @property
    def observed_at(self) -> datetime:
        return self.observation.observed_at

    @property
    def is_withdrawn(self) -> bool:
        """The value that the result used was entered in error, and nothing stands in its place."""
        return self.observation.status == Observation.Status.ENTERED_IN_ERROR


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
        codes = {source.code for feature in schema for source in _sources(feature)}
        later = Q(observed_at__gt=prediction.index_at) | Q(recorded_at__gt=prediction.requested_at)
        wanted |= later & Q(patient=prediction.patient_id, code__in=codes)
    if not wanted:
        return []
    standing = Q(status__in=(*Observation.VALID, Observation.Status.ENTERED_IN_ERROR))
    rows = Observation.unscoped.filter(wanted & standing, is_current=True)
    newest_first = (F("observed_at").desc(), F("recorded_at").desc())
    return list(rows.order_by(*newest_first))


def _sources(feature: Feature) -> list[Source]:
    return [source for source in feature.sources if source.kind == "observation"]


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
    if not any(s.system == row.system and s.code == row.code for s in _sources(feature)):
        return False
    if row.status == Observation.Status.ENTERED_IN_ERROR:
        return _says_the_same(used, row)
    if used.get("observation") == str(row.pk) or _says_the_same(used, row):
        return False  # also a value that was withdrawn and put back
    is_later = row.observed_at > prediction.index_at or row.recorded_at > prediction.requested_at
    seen_at = parse_datetime(used["observed_at"]) if used.get("observed_at") else None
    return is_later and (seen_at is None or row.observed_at >= seen_at)


def _says_the_same(used: Entry, row: Observation) -> bool:
    """Whether a row holds the very value that the result used, of the same moment."""
    if not used.get("observation") or not used.get("observed_at"):
        return False
    value = row.value_code or row.value_number
    at = parse_datetime(used["observed_at"])
    return (used.get("value"), used.get("unit") or "", at) == (value, row.unit, row.observed_at)
