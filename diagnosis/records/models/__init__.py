from diagnosis.records.models.chart import (
    Allergy,
    Condition,
    Encounter,
    Medication,
    Note,
    PatientRow,
    PatientRowQuerySet,
)
from diagnosis.records.models.imports import ImportRun, ImportRunQuerySet
from diagnosis.records.models.observations import Observation, ObservationQuerySet
from diagnosis.records.models.patients import (
    CareAssignment,
    Patient,
    PatientIdentifier,
    PatientQuerySet,
    ids_visible_to,
    is_visible_to,
)

__all__ = [
    "Allergy",
    "CareAssignment",
    "Condition",
    "Encounter",
    "ImportRun",
    "ImportRunQuerySet",
    "Medication",
    "Note",
    "Observation",
    "ObservationQuerySet",
    "Patient",
    "PatientIdentifier",
    "PatientQuerySet",
    "PatientRow",
    "PatientRowQuerySet",
    "ids_visible_to",
    "is_visible_to",
]
