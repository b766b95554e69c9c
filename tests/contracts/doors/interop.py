"""What leaves the house for another system, and what comes from one."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.contracts.doors import Ward, door
from tests.factories import PASSWORD

SIGNED = {"form": "fhir", "purpose": "treatment", "password": PASSWORD}


@door("chart.export", "page", by="doctor", about="patient")
def _(ward: Ward):
    ward.post("interop:export", data=SIGNED, patient=ward.patient.pk)


@door("chart.export", "REST", by="system", about="patient")
def _(ward: Ward):
    ward.ask(f"patients/{ward.patient.pk}/export", "system")


@door("chart.export", "command", by="doctor", about="patient")
def _(ward: Ward):
    with tempfile.TemporaryDirectory() as folder:
        asked = [str(ward.patient.pk), str(Path(folder) / "chart.json")]
        person = ward.person("doctor").username
        ward.command("export_chart", *asked, person=person, purpose="legal")
