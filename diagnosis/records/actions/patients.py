"""Entering a patient."""

from __future__ import annotations

from django.db import transaction

from accounts import audit
from accounts.models import CareTeam, User
from diagnosis.records import access, persons
from diagnosis.records.models import Patient
from diagnosis.records.persons import NewPatient
from medportal.common.errors import DomainError


@transaction.atomic
def create_patient(*, actor: User, team: CareTeam, entered: NewPatient) -> Patient:
    """Enter a patient, whom a care team of ``actor`` looks after from now on."""
    access.require_writer(actor)
    persons.refuse_team(actor, team)
    found = persons.check(entered)
    if found:
        raise DomainError("patient_invalid", found[0].message, pointers=found)
    patient = persons.build(team, entered)
    persons.store(patient, team, entered.identifiers)
    audit.record(actor=actor, act="patient.create", patients=[patient.pk])
    return patient
