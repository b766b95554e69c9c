"""The only writers of charts: keyword-only, the actor first, atomic, audited."""

from __future__ import annotations

from diagnosis.records.actions.bulk import Item, upsert_observations
from diagnosis.records.actions.chart import (
    Visit,
    add_allergy,
    add_condition,
    add_encounter,
    add_medication,
    add_note,
)
from diagnosis.records.actions.imports import NewImport, import_for, request_import
from diagnosis.records.actions.observations import (
    correct_observation,
    observation_for,
    record_observation,
    record_panel,
    restore_observation,
    withdraw_observation,
)
from diagnosis.records.actions.patients import create_patient
from diagnosis.records.actions.teams import assign_team, end_assignment
from diagnosis.records.actions.together import record_together
from diagnosis.records.incoming import import_patient
from diagnosis.records.persons import NewPatient
from diagnosis.records.upserting import Upserted

__all__ = [
    "Item",
    "NewImport",
    "NewPatient",
    "Upserted",
    "Visit",
    "add_allergy",
    "add_condition",
    "add_encounter",
    "add_medication",
    "add_note",
    "assign_team",
    "correct_observation",
    "create_patient",
    "end_assignment",
    "import_for",
    "import_patient",
    "observation_for",
    "record_observation",
    "record_panel",
    "record_together",
    "request_import",
    "restore_observation",
    "upsert_observations",
    "withdraw_observation",
]
