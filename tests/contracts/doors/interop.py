"""What leaves the house for another system, and what comes from one."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from django.core.files.uploadedfile import SimpleUploadedFile

from diagnosis.records import runner
from diagnosis.records.actions import NewImport, request_import
from tests.contracts.doors import Ward, door
from tests.factories import PASSWORD
from tests.imports import sent

BUNDLE = json.loads(sent.bundle(sent.patient()))
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


def sent_in(ward: Ward):
    """A file that waits for a worker."""
    wanted = NewImport(ward.accounts_careteam, sent.bundle(sent.patient()))
    return request_import(actor=ward.person("doctor"), wanted=wanted)


@door("import.request", "REST", by="system")
def _(ward: Ward):
    ward.send(f"imports?team={ward.accounts_careteam.pk}", BUNDLE, "system")


@door("import.request", "page", by="nurse")
def _(ward: Ward):
    file = SimpleUploadedFile("patients.json", json.dumps(BUNDLE).encode())
    given = {"team": str(ward.accounts_careteam.pk), "file": file}
    ward.post("portal:imports", "nurse", data=given)


@door("import.read", "page", by="doctor")
def _(ward: Ward):
    ward.get("portal:import", import_run=ward.import_run.pk)


@door("import.read", "page", by="doctor")
def taken_away_as_a_table(ward: Ward):
    ward.get("portal:import-refused", import_run=ward.import_run.pk)


@door("import.run", "worker", by="doctor")
def _(ward: Ward):
    waiting = sent_in(ward)
    yield
    runner.run_import(waiting.pk)


@door("patient.import", "worker", by="doctor", about="made")
def _(ward: Ward):
    waiting = sent_in(ward)
    yield
    runner.run_import(waiting.pk)


@door("import.read", "REST", by="doctor")
def _(ward: Ward):
    ward.ask(f"imports/{ward.import_run.pk}")


@door("import.request", "command", by="doctor")
def by_the_operator(ward: Ward):
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "bundle.json"
        file.write_text(json.dumps(BUNDLE))
        team, user = str(ward.accounts_careteam.pk), ward.person("doctor").username
        ward.command("import_records", str(file), team=team, user=user)
