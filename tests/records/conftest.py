"""One ward: a doctor and a nurse of a care team, their patient, and somebody of another ward."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import CareTeam, Organisation, User
from diagnosis.records.models import Observation, Patient
from diagnosis.records.validation import Given
from tests.factories import (
    ObservationFactory,
    OrganisationFactory,
    clinician_at,
    nurse_at,
    patient_of,
    team_of,
)


@dataclass
class Ward:
    organisation: Organisation
    doctor: User
    nurse: User
    elsewhere: User
    team: CareTeam
    patient: Patient


@pytest.fixture
def ward(db: None) -> Ward:
    organisation = OrganisationFactory()
    doctor, nurse = clinician_at(organisation), nurse_at(organisation)
    elsewhere = nurse_at(organisation)
    team = team_of(doctor, nurse)
    team_of(elsewhere)
    return Ward(organisation, doctor, nurse, elsewhere, team, patient_of(doctor, team=team))


@pytest.fixture
def observed(ward: Ward) -> Callable[..., Observation]:
    """``observed("2160-0", 1.2, "mg/dL", days=3)``: a row as an import might have left it."""

    def write(
        code: str, value: float | str | None, unit: str = "", *, days: float = 1, **fields: Any
    ) -> Observation:
        text = {"value_code": value} if isinstance(value, str) else {"value_number": value}
        own = "http://loinc.org" if code[0].isdigit() else "urn:medportal:codes"
        return ObservationFactory(
            **{
                "patient": ward.patient,
                "system": own,
                "code": code,
                "unit": unit,
                "value_number": None,
                "label": code,
                "observed_at": timezone.now() - timedelta(days=days),
                **text,
                **fields,
            }
        )

    return write


def given(code: str, value: Any, unit: str = "", **fields: Any) -> Given:
    return Given(code=code, value=value, unit=unit, **fields)
