from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from accounts.models import CareTeam, User
from diagnosis.records import runner
from diagnosis.records.actions import NewImport, request_import
from diagnosis.records.models import ImportRun
from tests import factories


@dataclass
class House:
    """One ward that imports, and somebody of another ward of the same house."""

    doctor: User
    team: CareTeam
    colleague: User

    def send(self, data: bytes, *, source: str = "lab", actor: User | None = None) -> ImportRun:
        return request_import(actor=actor or self.doctor, wanted=NewImport(self.team, data, source))

    def run(self, data: bytes, **how: Any) -> ImportRun:
        """Sent and worked off, here and now."""
        sent = self.send(data, **how)
        while runner.run_import(sent.pk):
            pass
        found: ImportRun = ImportRun.unscoped.get(pk=sent.pk)
        return found

    def report(self, data: bytes, **how: Any) -> dict[str, Any]:
        return dict(self.run(data, **how).report)


@pytest.fixture
def house(db: None) -> House:
    doctor = factories.clinician_at(factories.OrganisationFactory())
    colleague = factories.clinician_at(doctor.organisation)
    factories.team_of(colleague)
    return House(doctor, factories.team_of(doctor), colleague)
