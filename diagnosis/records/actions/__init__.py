"""The only writers of charts: keyword-only, the actor first, atomic, audited."""

from __future__ import annotations

from diagnosis.records.actions.bulk import Item, Upserted, upsert_observations
from diagnosis.records.actions.chart import (
    Visit,
    add_allergy,
    add_condition,
    add_encounter,
    add_medication,
    add_note,
)
from diagnosis.records.actions.observations import (
    correct_observation,
    observation_for,
    record_observation,
    record_panel,
    withdraw_observation,
)
from diagnosis.records.actions.patients import NewPatient, create_patient
from diagnosis.records.actions.teams import assign_team, end_assignment

__all__ = [
    "Item",
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
    "observation_for",
    "record_observation",
    "record_panel",
    "upsert_observations",
    "withdraw_observation",
]
