"""One held-out row written as a chart: coded, dated observations in the units of a laboratory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.utils import timezone

from diagnosis.ml.schema import Feature, FeatureSchema, Source
from diagnosis.records import rows as record_rows
from diagnosis.records import validation
from diagnosis.records.models import Observation, Patient
from medportal.demo.loading.rows import Row, Value

SOURCE = "demonstration"
MOLAR = {"mmol/L": 2, "umol/L": 0}
"""The decimals with which a laboratory prints molar results."""

PROBLEMS = {
    "coronary-disease": ("I25.1", "Coronary artery disease", "suspected"),
    "diabetes-onset": ("R73.0", "Abnormal glucose", "active"),
    "pbc-prognosis": ("K74.3", "Primary biliary cholangitis", "active"),
    "flc-mortality": ("I10", "Essential hypertension", "active"),
    "breast-mass": ("N63", "Lump in breast", "active"),
    "body-weight": ("S32.8", "Fracture of the pelvis, bed-bound", "active"),
    "breast-recurrence": ("C50.9", "Breast cancer, node-positive", "active"),
    "thyroid-report": ("R94.6", "Abnormal thyroid function tests", "active"),
}
"""(ICD-10 code, name, status): what the problem list of such a patient says."""

EARLIER = {"breast-mass": 24}
"""Days by which the visit lies further back, so that the biopsy's result is there."""
AT_MOST = {"body-weight": 5}
"""Days after which what was measured at the visit would be too old for the service."""


@dataclass(frozen=True)
class Style:
    """How the hospital of this patient writes: when the visit was, in mass or molar units."""

    index_at: datetime
    molar: bool


def visit_time(days_ago: int, hour: int = 9) -> datetime:
    day = timezone.localdate() - timedelta(days=days_ago)
    return timezone.make_aware(datetime.combine(day, time(hour, 20)))


def observations(
    patient: Patient, schema: FeatureSchema, row: Row, style: Style
) -> Iterator[Observation]:
    """All visits of the row, the index visit last; through the same validator as any other."""
    visits = [(style.index_at - timedelta(days=v.days_before), v.values) for v in row.earlier]
    for at, values in [*visits, (style.index_at, row.values)]:
        for name, value in values.items():
            if value is not None:
                yield observation(patient, given(schema[name], value, at, molar=style.molar))


def observation(patient: Patient, entered: validation.Given) -> Observation:
    """The row of one entered value. It enters the chart as if recorded when it was observed."""
    return record_rows.build(patient, validation.require(patient, entered))


def given(feature: Feature, value: Value, at: datetime, *, molar: bool = False) -> validation.Given:
    """The value under the feature's own code, in the first unit of that code."""
    source = _source(feature, molar=molar)
    unit = "" if isinstance(value, str) else source.units[0]
    if value is not None and not isinstance(value, str) and unit != feature.unit:
        value = round(value / feature.convert(1.0, unit), MOLAR.get(unit, 2))
    return validation.Given(
        code=source.code,
        system=source.system,
        value=value,
        unit=unit,
        observed_at=at,
        source=SOURCE,
    )


def _source(feature: Feature, *, molar: bool) -> Source:
    """The first code that holds the value itself; the molar one for a molar laboratory."""
    held = [s for s in feature.sources if s.kind == "observation" and s.above is None]
    wanted = [s for s in held if molar and s.units and s.units[0] in MOLAR]
    return (wanted or held)[0]
