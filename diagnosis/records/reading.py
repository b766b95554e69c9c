"""What the chart says for each input of a model: newest valid value, converted, with its origin."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from django.db import models
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from diagnosis.ml.errors import UnitError
from diagnosis.ml.inputs.kind import Place
from diagnosis.ml.schema import Feature, FeatureSchema, Source
from diagnosis.records import codes, derived
from diagnosis.records.models import Condition, Observation, Patient

Value = float | str | None
YES, NO = "yes", "no"


class Status(models.TextChoices):
    CURRENT = "current", _("current")
    STALE = "stale", _("older than its look-back")
    MISSING = "missing", _("not in the chart")
    UNREADABLE = "unreadable", _("can not be read")


REASONS: Mapping[str, str | Promise] = {
    "unit_missing": _("The value in the chart has no unit."),
    "unknown_unit": _("The value in the chart has a unit that this input does not know."),
    "out_of_bounds": _("The value in the chart is not possible."),
    "unseen_category": _("The answer in the chart is none of those that this input knows."),
    "not_a_number": _("The chart has no number here."),
    "not_whole": _("The chart has a fraction where this is counted."),
}


@dataclass(frozen=True)
class Reading:
    """One input as the chart has it.

    ``value`` and ``unit`` are as recorded; ``converted`` is in the unit of the feature, or the
    value of its category. ``source`` is the observation's, or ``patient``, ``derived``,
    ``condition``. Where yes or no was read off a number, ``basis`` is that number with its unit.
    """

    feature: str
    status: str
    value: Value = None
    unit: str = ""
    converted: Value = None
    observed_at: datetime | None = None
    source: str = ""
    observation_id: UUID | None = None
    reason: str = ""
    basis: str = ""

    @property
    def is_usable(self) -> bool:
        return self.status == Status.CURRENT

    @property
    def reason_text(self) -> str:
        return str(REASONS.get(self.reason, ""))


def feature_values(patient: Patient, schema: FeatureSchema, at: datetime) -> dict[str, Reading]:
    """Read every feature of ``schema`` from the chart as it was at ``at``.

    For callers who already went through the gate. One query for all observations, one more only
    where a feature asks for conditions. Of a feature's observation sources the newest value
    counts, the earlier source where two are of the same moment; so a new value that can not be
    read is never hidden by an older one that can. What is not recorded is missing, never «no».
    """
    chart = _Chart(patient, at, _newest(patient, schema, at), _conditions(patient, schema))
    return {feature.name: chart.read(feature) for feature in schema}


def _newest(patient: Patient, schema: FeatureSchema, at: datetime) -> dict[str, Observation]:
    wanted = {s.code for f in schema for s in f.sources if s.kind == "observation"}
    if any(source.kind == "derived" for feature in schema for source in feature.sources):
        wanted.update(derived.BMI.inputs)
    if not wanted:
        return {}
    rows = (
        Observation.unscoped.valid()
        .filter(patient=patient, code__in=wanted, observed_at__lte=at)
        .order_by("system", "code", "-observed_at", "-recorded_at")
        .distinct("system", "code")
    )
    return {_key(row.system, row.code): row for row in rows}


def _key(system: str, code: str) -> str:
    return f"{system}|{code}"


def _conditions(patient: Patient, schema: FeatureSchema) -> list[Condition]:
    if not any(source.kind == "condition" for feature in schema for source in feature.sources):
        return []
    return list(Condition.unscoped.filter(patient=patient, status=Condition.Status.ACTIVE))


@dataclass(frozen=True)
class _Chart:
    patient: Patient
    at: datetime
    newest: Mapping[str, Observation]
    conditions: list[Condition]

    def read(self, feature: Feature) -> Reading:
        """The first kind of source that says something; among observations the newest."""
        found = list(self._candidates(feature))
        if not found:
            return Reading(feature.name, Status.MISSING)
        fixed = next((reading for reading in found if reading.source == "patient"), None)
        dated = [reading for reading in found if reading.observed_at is not None]
        # max keeps the first of equals: the earlier source.
        newest = max(dated, key=lambda reading: reading.observed_at or self.at, default=None)
        return fixed or newest or found[0]

    def _candidates(self, feature: Feature) -> Iterator[Reading]:
        for source in feature.sources:
            reading = self._from(feature, source)
            if reading is not None:
                yield reading

    def _from(self, feature: Feature, source: Source) -> Reading | None:
        if source.kind == "patient":
            return self._of_patient(feature, source)
        if source.kind == "observation":
            row = self.newest.get(_key(source.system, source.code))
            return None if row is None else self._of_row(feature, source, row)
        if source.kind == "derived":
            return self._derived(feature, source)
        if source.kind == "condition":
            return self._of_condition(feature, source)
        return None  # asked: the chart has nothing to say

    def _of_patient(self, feature: Feature, source: Source) -> Reading | None:
        if source.code == "age":
            age = self._age(feature)
            if age is None:
                return None
            return Reading(feature.name, Status.CURRENT, age, "a", age, source="patient")
        sex = str(self.patient.sex)
        if sex == Patient.Sex.UNKNOWN:
            return None
        known = any(category.value == sex for category in feature.categories)
        found = Reading(feature.name, Status.CURRENT, sex, "", sex, source="patient")
        return found if known else _unreadable(found, "unseen_category")

    def _age(self, feature: Feature) -> float | None:
        """Completed years, as people count; with its fraction where the model was made with it."""
        day = timezone.localdate(self.at)
        if feature.decimals:
            return self.patient.age_on(day)
        years = derived.age_of(self.patient, day)
        return None if years is None else float(years)

    def _of_row(self, feature: Feature, source: Source, row: Observation) -> Reading:
        found = Reading(
            feature.name,
            self._age_of(feature, source, row.observed_at),
            value=row.value_code or row.value_number,
            unit=row.unit,
            observed_at=row.observed_at,
            source=row.source,
            observation_id=row.pk,
        )
        if source.above is not None:
            return _threshold(found, source, row)
        return READ_AS[feature.input.place](found, feature)

    def _derived(self, feature: Feature, source: Source) -> Reading | None:
        by_series = {
            code.series_key: row
            for row in self.newest.values()
            if (code := codes.find(row.code, row.system)) is not None
        }
        found = derived.derive(derived.BMI, self.patient, by_series)
        if found is None:
            return None
        # As fresh as the weight: the height of an adult stays.
        measured = found.inputs[0].observed_at
        reading = Reading(
            feature.name,
            self._age_of(feature, source, measured),
            value=round(found.value, found.formula.decimals),
            unit=found.formula.unit,
            observed_at=measured,
            source="derived",
            basis=_basis(found.inputs),
        )
        return _number(reading, feature)

    def _of_condition(self, feature: Feature, source: Source) -> Reading | None:
        prefix = source.code.upper()
        held = next((c for c in self.conditions if c.code.upper().startswith(prefix)), None)
        if held is None:
            return None
        return Reading(
            feature.name, Status.CURRENT, YES, "", YES, source="condition", basis=held.code
        )

    def _age_of(self, feature: Feature, source: Source, observed_at: datetime) -> str:
        days = feature.look_back_days if source.look_back_days is None else source.look_back_days
        if days is not None and observed_at < self.at - timedelta(days=days):
            return Status.STALE
        return Status.CURRENT


def _number(found: Reading, feature: Feature) -> Reading:
    if not isinstance(found.value, int | float):
        return _unreadable(found, "not_a_number")
    if not found.unit and feature.unit not in (None, "", codes.UNITLESS):
        return _unreadable(found, "unit_missing")
    unit = codes.normalise_unit(found.unit)
    try:
        converted = feature.convert(found.value, unit)
    except UnitError:
        return _unreadable(found, "unknown_unit")
    beyond = _beyond(feature, converted)
    return _unreadable(found, beyond) if beyond else replace(found, converted=converted)


def _beyond(feature: Feature, converted: float) -> str:
    """Why a number cannot be this input; empty where it can."""
    if feature.bounds is not None and not feature.bounds[0] <= converted <= feature.bounds[1]:
        return "out_of_bounds"
    return "not_whole" if feature.whole and converted != round(converted) else ""


def _answer(found: Reading, feature: Feature) -> Reading:
    known = any(category.value == found.value for category in feature.categories)
    return replace(found, converted=found.value) if known else _unreadable(found, "unseen_category")


def _threshold(found: Reading, source: Source, row: Observation) -> Reading:
    """Yes or no, read off a measured number; the number stays visible."""
    code = codes.find(row.code, row.system)
    if row.value_number is None or source.above is None:
        return _unreadable(found, "not_a_number")
    if not row.unit:
        return _unreadable(found, "unit_missing")
    unit, wanted = codes.normalise_unit(row.unit), (*source.units, row.unit)[0]
    if code is None or not (code.accepts(unit) and code.accepts(wanted)):
        return _unreadable(found, "unknown_unit")
    if not code.is_possible(row.value_number, unit):
        return _unreadable(found, "out_of_bounds")
    answer = YES if code.convert(row.value_number, unit, wanted) > source.above else NO
    return replace(found, value=answer, unit="", converted=answer, basis=_basis([row]))


def _unreadable(found: Reading, reason: str) -> Reading:
    return replace(found, status=Status.UNREADABLE, converted=None, reason=reason)


def _basis(rows: Iterable[Observation]) -> str:
    return ", ".join(
        f"{codes.plain_number(row.value_number)} {codes.unit_text(row.unit)}".strip()
        for row in rows
        if row.value_number is not None
    )


READ_AS: Mapping[Place, Callable[[Reading, Feature], Reading]] = {
    Place.QUANTITY: _number,
    Place.CODES: _answer,
    Place.BLOCK: lambda found, _feature: _unreadable(found, "not_a_number"),
}
"""An observation is a number or an answer: of neither is a block made."""
