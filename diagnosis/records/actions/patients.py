"""Entering a patient."""

from __future__ import annotations

from django.db import transaction

from accounts import audit
from accounts.models import CareTeam, User
from accounts.rights import demand
from diagnosis.records import persons
from diagnosis.records.models import Patient
from diagnosis.records.persons import NewPatient
from medportal.common.errors import DomainError


@transaction.atomic
def create_patient(*, actor: User, team: CareTeam, entered: NewPatient) -> Patient:
    """Enter a patient, whom a care team of ``actor`` looks after from now on."""
    demand(actor, "patient.create")
    persons.refuse_team(actor, team)
    found = persons.check(entered)
    if found:
        raise DomainError("patient_invalid", found[0].message, pointers=found)
    patient = persons.build(team, entered)
    persons.store(patient, team, entered.identifiers)
    audit.record(actor=actor, act="patient.create", patients=[patient.pk])
    return patient
