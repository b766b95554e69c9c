"""A ward with its people and one patient, for the pages."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.utils import translation

from accounts.models import Role
from tests.factories import (
    OrganisationFactory,
    PatientIdentifierFactory,
    clinician_at,
    nurse_at,
    patient_of,
    person_at,
    team_of,
)


@pytest.fixture(autouse=True)
def _in_english():
    """A request in Chinese leaves its thread in Chinese: the next test starts in English."""
    with translation.override("en"):
        yield


@pytest.fixture
def ward(db, client_for):
    """Doctor and nurse of one team with one patient; a doctor of another team sees nothing."""
    house = OrganisationFactory(is_demonstration=True)
    doctor = clinician_at(house, display_name="Dr Okafor")
    nurse = nurse_at(house, display_name="S. Lindgren")
    stranger = clinician_at(house, display_name="Dr Haddad")
    team = team_of(doctor, nurse)
    team_of(stranger)
    patient = patient_of(
        doctor,
        team=team,
        family_name="Silva",
        given_name="Ana",
        title="Ms",
        native_name="席安娜",
    )
    PatientIdentifierFactory(patient=patient, value="4010232137")
    return SimpleNamespace(
        house=house,
        team=team,
        doctor=doctor,
        nurse=nurse,
        stranger=stranger,
        patient=patient,
        as_doctor=client_for(doctor),
        as_nurse=client_for(nurse),
        as_stranger=client_for(stranger),
        client_for=client_for,
        person=lambda role: person_at(house, Role(role)),
    )
