"""One held-out row written as a chart: coded, dated observations in the units of a laboratory."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.utils import timezone

from diagnosis.ml.schema import Feature, FeatureSchema, Source
from diagnosis.records.models import Observation, Patient
from medportal.demo.loading.rows import Row, Value

SOURCE = "demonstration"
MOLAR = {"mmol/L": 2, "umol/L": 0}
"""The decimals with which a laboratory prints molar results."""


@dataclass(frozen=True)
class Style:
    """How the hospital of this patient writes: mass or molar units, and when the visit was."""

    index_at: datetime
    molar: bool


def visit_time(days_ago: int, hour: int = 9) -> datetime:
    day = timezone.localdate() - timedelta(days=days_ago)
    return timezone.make_aware(datetime.combine(day, time(hour, 20)))


def observations(patient: Patient, schema: FeatureSchema, row: Row, style: Style) -> list[Observation]:
    """All visits of the row, the index visit last."""
    written: list[Observation] = []
    for visit in row.earlier:
        at = style.index_at - timedelta(days=visit.days_before)
        written += _visit(patient, schema, visit.values, at, style.molar)
    return written + _visit(patient, schema, row.values, style.index_at, style.molar)


def _visit(
    patient: Patient, schema: FeatureSchema, values: dict[str, Value], at: datetime, molar: bool
) -> list[Observation]:
    rows = (observation(patient, schema[n], v, at, molar=molar) for n, v in values.items())
    return [row for row in rows if row is not None]


def observation(
    patient: Patient, feature: Feature, value: Value, at: datetime, *, molar: bool = False
) -> Observation | None:
    """The value under the feature's own code; nothing where the table has nothing."""
    if value is None:
        return None
    source = _source(feature, molar=molar)
    row = Observation(
        patient=patient,
        system=source.system,
        code=source.code,
        label=feature.label["en"],
        observed_at=at,
        source=SOURCE,
    )
    if isinstance(value, str):
        row.value_code = value
    else:
        row.unit = source.units[0]
        row.value_number = _in_unit(feature, value, row.unit)
        _flag(row, feature)
    return row


def _source(feature: Feature, *, molar: bool) -> Source:
    """The first code that holds the value itself; the molar one for a molar laboratory."""
    held = [s for s in feature.sources if s.kind == "observation" and s.above is None]
    wanted = [s for s in held if molar and s.units and s.units[0] in MOLAR]
    return (wanted or held)[0]


def _in_unit(feature: Feature, value: float, unit: str) -> float:
    if unit == feature.unit:
        return value
    return round(value / feature.convert(1.0, unit), MOLAR.get(unit, 2))


def _flag(row: Observation, feature: Feature) -> None:
    if feature.reference_range is None or feature.unit is None or row.value_number is None:
        return
    factor = feature.convert(1.0, row.unit)
    low, high = (limit / factor for limit in feature.reference_range)
    row.reference_low, row.reference_high = round(low, 3), round(high, 3)
    if row.value_number < low:
        row.flag = Observation.Flag.LOW
    elif row.value_number > high:
        row.flag = Observation.Flag.HIGH


def problems(row: Row) -> list[tuple[str, str, str]]:
    """(ICD-10 code, name, status) that belong to the question of the service."""
    return PROBLEMS[row.service]


PROBLEMS: dict[str, list[tuple[str, str, str]]] = {
    "coronary-disease": [("I25.1", "Coronary artery disease", "suspected")],
    "diabetes-onset": [("R73.0", "Abnormal glucose", "active")],
    "pbc-prognosis": [("K74.3", "Primary biliary cholangitis", "active")],
    "flc-mortality": [("I10", "Essential hypertension", "active")],
    "breast-mass": [("N63", "Lump in breast", "active")],
}
