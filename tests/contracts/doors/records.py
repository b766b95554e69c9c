"""Charts: found, opened, read, written."""

from __future__ import annotations

from datetime import date

from diagnosis.records import actions
from tests.contracts.doors import Ward, door
from tests.contracts.routes import FAMILY_NAME
from tests.factories import CareTeamFactory, NoteFactory

VALUE = {"code": "8480-6", "value": 128, "unit": "mm[Hg]", "observed_at": "2026-05-06T07:08:09Z"}
TYPED = {"code": "8480-6", "value": "128", "unit": "mm[Hg]", "observed_at": "2026-05-06 07:08"}


@door("patient.search", "page", by="doctor", about="patient")
def _(ward: Ward):
    ward.post("portal:patients", data={"query": FAMILY_NAME})


@door("patient.search", "page", by="officer", about="patient")
def for_the_trail(ward: Ward):
    ward.post("portal:audit", "officer", data={"query": FAMILY_NAME})


@door("patient.search", "REST", by="doctor", about="patient")
def _(ward: Ward):
    ward.send("patients/search", {"name": FAMILY_NAME})


@door("patient.list", "page", by="doctor", about="patient")
def _(ward: Ward):
    ward.get("portal:patients")


@door("patient.list", "REST", by="doctor", about="patient")
def _(ward: Ward):
    ward.ask("patients")


@door("chart.print", "page", by="nurse", about="patient")
def _(ward: Ward):
    ward.get("portal:chart-print", "nurse", patient=ward.patient.pk)


@door("note.search", "page", by="nurse", about="patient")
def everywhere(ward: Ward):
    NoteFactory(patient=ward.patient)
    yield
    ward.post("portal:notes", "nurse", data={"query": "seen"})


@door("note.search", "page", by="doctor", about="patient")
def one_chart(ward: Ward):
    NoteFactory(patient=ward.patient)
    yield
    ward.post("portal:chart-notes", data={"query": "seen"}, patient=ward.patient.pk)


@door("note.search", "REST", by="system", about="patient")
def _(ward: Ward):
    NoteFactory(patient=ward.patient)
    yield
    ward.send("notes/search", {"text": "seen"}, "system")


@door("patient.read", "page", by="nurse", about="patient")
def _(ward: Ward):
    ward.get("portal:chart", "nurse", patient=ward.patient.pk)


@door("patient.read", "page", by="elsewhere", about="patient", outcome="refused")
def a_stranger(ward: Ward):
    ward.get("portal:chart", "elsewhere", patient=ward.patient.pk)


@door("patient.read", "REST", by="system", about="patient")
def chart(ward: Ward):
    ward.ask(f"patients/{ward.patient.pk}", "system")


@door("patient.read", "REST", by="system", about="patient")
def observations(ward: Ward):
    ward.ask(f"patients/{ward.patient.pk}/observations", "system")


@door("patient.read", "REST", by="colleague", about="patient", outcome="refused")
def another_team(ward: Ward):
    ward.ask(f"patients/{ward.patient.pk}", "colleague")


@door("services.list", "REST", by="doctor", about="patient")
def _(ward: Ward):
    ward.ask(f"patients/{ward.patient.pk}/services")


@door("patient.create", "action", by="doctor", about="made")
def _(ward: Ward):
    new = actions.NewPatient(
        family_name="Newcomer", given_name="Ann", sex="female", birth_date=date(1970, 1, 2)
    )
    actions.create_patient(actor=ward.person("doctor"), entered=new, team=ward.accounts_careteam)


@door("chart.change", "action", by="doctor", about="patient")
def _(ward: Ward):
    actions.add_allergy(actor=ward.person("doctor"), patient=ward.patient, substance="Latex")


@door("team.change", "action", by="doctor", about="patient")
def looked_after_by_another_team(ward: Ward):
    team = CareTeamFactory(organisation=ward.house)
    yield
    actions.assign_team(actor=ward.person("doctor"), patient=ward.patient, team=team)


@door("observation.read", "page", by="doctor", about="patient")
def _(ward: Ward):
    named = {"patient": ward.patient.pk, "observation": ward.observation.pk}
    ward.get("portal:observation-history", **named)


@door("observation.read", "REST", by="doctor", about="patient")
def _(ward: Ward):
    ward.ask(f"observations/{ward.observation.pk}")


@door("observation.record", "page", by="nurse", about="patient")
def _(ward: Ward):
    ward.post("portal:observation-add", "nurse", data=TYPED, patient=ward.patient.pk)


@door("observation.record", "REST", by="system", about="patient")
def one(ward: Ward):
    ward.send("observations", {**VALUE, "patient": str(ward.patient.pk)}, "system")


@door("observation.record", "REST", by="system", about="patient")
def many(ward: Ward):
    row = {**VALUE, "patient": str(ward.patient.pk), "source_identifier": "lab-1"}
    ward.send("observations/bulk", {"source": "laboratory", "observations": [row]}, "system")


@door("observation.record", "REST", by="colleague", outcome="refused")
def for_a_foreign_patient(ward: Ward):
    ward.send("observations", {**VALUE, "patient": str(ward.patient.pk)}, "colleague")


@door("observation.correct", "page", by="doctor", about="patient")
def put_right(ward: Ward):
    named = {"patient": ward.patient.pk, "observation": ward.observation.pk}
    new = {"value": "131", "unit": "mm[Hg]", "reason": "misread", "observed_at": "2026-05-06 07:08"}
    ward.post("portal:observation-correct", data=new, **named)


@door("observation.correct", "page", by="doctor", about="patient")
def taken_back(ward: Ward):
    named = {"patient": ward.patient.pk, "observation": ward.observation.pk}
    new = {"act": "withdraw", "withdrawal-reason": "of somebody else"}
    ward.post("portal:observation-correct", data=new, **named)


@door("observation.correct", "REST", by="doctor", about="patient")
def put_right_by_a_program(ward: Ward):
    new = {"value": 131, "unit": "mm[Hg]", "reason": "misread"}
    ward.send(f"observations/{ward.observation.pk}/correct", new)


@door("observation.correct", "REST", by="doctor", about="patient")
def taken_back_by_a_program(ward: Ward):
    ward.send(f"observations/{ward.observation.pk}/withdraw", {"reason": "of somebody else"})
