"""The doors through which a value comes: each sends a case in its own words and says what came."""

from __future__ import annotations

import csv
import html
import io
import json
import re
from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.apps import apps
from django.test import Client
from django.utils import timezone

from accounts.models import CareTeam, User
from diagnosis.interop.fhir.terms import UCUM
from diagnosis.records import codes, runner
from diagnosis.records.incoming.judging import NOT_READABLE
from diagnosis.records.models import ImportRun, Patient, PatientIdentifier
from tests.api.client import Caller
from tests.bad_input.cases import Case, Typed, days_ago
from tests.factories import (
    OrganisationFactory,
    PatientIdentifierFactory,
    clinician_at,
    patient_of,
    published,
    team_of,
)
from tests.pages import drawn
from tests.portal.test_run import fields

SERVICES = ("coronary-disease", "diabetes-onset", "flc-mortality")
CLINICAL = ("records", "inference")
CONFLICT = 409
FIELD_ERROR = re.compile(r'<p class="field-error" id="([^"]*)">(.*?)</p>', re.DOTALL)


@dataclass(frozen=True)
class Found:
    """One complaint: where it stands, its code where there is one, and what it says."""

    at: str
    code: str
    says: str


@dataclass(frozen=True)
class Answer:
    status: int
    found: list[Found]
    page: str = ""


@dataclass
class Scene:
    """A doctor, the patient and three services."""

    doctor: User
    team: CareTeam
    patient: Patient
    browser: Client

    def rows(self) -> dict[str, int]:
        """How many rows every clinical table holds."""
        models = [m for name in CLINICAL for m in apps.get_app_config(name).get_models()]
        models.remove(ImportRun)  # that somebody sent a file, and its report
        return {m.__name__: m.unscoped.count() for m in models if hasattr(m, "unscoped")}  # type: ignore[attr-defined]


def scene_for(case: Case, client_for: Any) -> Scene:
    house = OrganisationFactory()
    doctor = clinician_at(house)
    died = date(2020, 5, 5) if case.name == "after-death" else None
    team = team_of(doctor)
    patient = patient_of(
        doctor, team=team, sex="female", birth_date=date(1961, 3, 14), deceased_on=died
    )
    PatientIdentifierFactory(patient=patient)
    if case.asked:
        for slug in SERVICES:
            published(house, slug)
    return Scene(doctor, team, patient, client_for(doctor))


def moment_of(typed: Typed) -> str:
    return typed.moment or timezone.localtime(days_ago(typed.days)).strftime("%Y-%m-%d %H:%M")


def token(typed: Typed) -> str:
    """The value as it stands in JSON: a bare number, or a text."""
    is_text = typed.is_word or typed.is_answer or not typed.value
    return json.dumps(typed.value) if is_text else typed.value


class Door(ABC):
    name: str
    refused = 400
    taken = 201

    def why_not(self, case: Case) -> str:
        """Why this case can not come through this door; empty if it can."""
        return case.not_at.get(self.name, "")

    def where(self, case: Case) -> tuple[str, str]:
        """The place and the code that have to be among what is found."""
        return f"/{case.at}" if case.at else "", case.code

    def says(self, case: Case) -> str:
        """What has to be said there, or a part of it."""
        return case.says

    def status(self, case: Case) -> int:
        return CONFLICT if case.twice else self.refused

    def commits_for(self, case: Case) -> bool:  # noqa: ARG002  # some do
        """Whether the view ends a transaction of its own, so that the test can have none."""
        return False

    @abstractmethod
    def send(self, scene: Scene, case: Case) -> Answer: ...


class Page(Door):
    """The form of the chart."""

    name = "chart page"
    refused = 422
    taken = 302

    def says(self, case: Case) -> str:
        return case.page_says or case.says

    def where(self, case: Case) -> tuple[str, str]:
        code = codes.find(case.typed.code)
        at = case.page_at or case.at
        return ("answer" if at == "value" and code and code.is_coded else at), ""

    def status(self, case: Case) -> int:  # noqa: ARG002  # a page asks again, whatever it is
        return self.refused

    def send(self, scene: Scene, case: Case) -> Answer:
        typed = case.typed
        sent = {"code": typed.code, "unit": typed.unit, "observed_at": moment_of(typed)}
        sent |= {"value": typed.value, "answer": typed.value}
        where = f"/patients/{scene.patient.pk}/observations/add/"
        answer = scene.browser.post(where, sent)
        text = drawn(answer)
        form = answer.context["form"] if answer.context else None
        if form is not None and form.chosen is None:  # the page asks first what was observed
            return Answer(answer.status_code, [Found("code", "", said_on_top(text))], text)
        return Answer(answer.status_code, beside_fields(text, r"id_(\w+)_error"), text)


class RunPage(Door):
    """The run form of a service."""

    name = "run page"
    refused = 422
    taken = 302

    def why_not(self, case: Case) -> str:
        return super().why_not(case) or ("" if case.asked else "it asks for no such thing")

    def says(self, case: Case) -> str:
        return case.page_says or case.says

    def where(self, case: Case) -> tuple[str, str]:
        assert case.asked
        return case.asked.feature, ""

    def send(self, scene: Scene, case: Case) -> Answer:
        assert case.asked
        where = f"/patients/{scene.patient.pk}/services/{case.asked.service}/"
        name = case.asked.feature
        sent = fields(scene.browser.get(where))
        sent |= {f"value_{name}": case.typed.value, f"unit_{name}": case.typed.unit}
        sent["confirm"] = "population-understood"
        answer = scene.browser.post(where, sent)
        text = drawn(answer)
        return Answer(answer.status_code, beside_fields(text, r"error_(\w+)"), text)


class One(Door):
    """One observation over REST."""

    name = "REST one"
    address = "observations"

    def body(self, scene: Scene, typed: Typed) -> str:
        sent = {
            "patient": str(scene.patient.pk),
            "code": typed.code,
            "value": 0,
            "unit": typed.unit,
            "observed_at": moment_for_programs(typed),
        }
        return json.dumps(sent).replace('"value": 0', f'"value": {token(typed)}')

    def send(self, scene: Scene, case: Case) -> Answer:
        return read_problem(
            Caller(scene.doctor).post(self.address, self.body(scene, case.typed)), case
        )


class Bulk(One):
    """Many observations over REST."""

    name = "REST bulk"
    address = "observations/bulk"
    taken = 200

    def where(self, case: Case) -> tuple[str, str]:
        return f"/observations/0/{case.at}", case.code

    def body(self, scene: Scene, typed: Typed) -> str:
        one = super().body(scene, typed)[:-1] + ', "source_identifier": "lab-1"}'
        return f'{{"source": "laboratory", "observations": [{one}]}}'


class Prediction(Door):
    """A prediction over REST."""

    name = "REST prediction"
    taken = 202

    def why_not(self, case: Case) -> str:
        return super().why_not(case) or ("" if case.asked else "it asks for no such thing")

    def where(self, case: Case) -> tuple[str, str]:
        assert case.asked
        steps = ["", "inputs", case.asked.feature, case.asked.pointer]
        at = "/".join(steps).rstrip("/") if case.asked.feature else ""
        return at, case.asked.code

    def commits_for(self, case: Case) -> bool:  # noqa: ARG002  # always
        return True

    def says(self, case: Case) -> str:
        return (case.asked and case.asked.says) or case.says

    def send(self, scene: Scene, case: Case) -> Answer:
        assert case.asked
        entry = json.dumps({"value": 0, "unit": case.typed.unit})
        entry = entry.replace('"value": 0', f'"value": {token(case.typed)}')
        inputs = f'"inputs": {{"{case.asked.feature}": {entry}}}'
        body = f'{{"patient": "{scene.patient.pk}", {inputs}}}' if case.asked.feature else "{}"
        where = f"services/{case.asked.service}/predictions"
        return read_problem(Caller(scene.doctor).post(where, body), case)


class Import(Door):
    """A file for the care team, and the report of the worker that read it."""

    refused = taken = 202
    kind = ""
    unreadable = ("nul",)
    """Cases in which nothing of the file can be read: said at once."""

    def commits_for(self, case: Case) -> bool:
        return case.name in self.unreadable

    def says(self, case: Case) -> str:
        """What is left out is listed by its reason; what refuses the patient is a sentence."""
        return case.says if self.refuses(case) else ""

    def refuses(self, case: Case) -> bool:
        """Whether it refuses the patient, and is not left out."""
        return case.name in self.unreadable or case.code not in NOT_READABLE | {""}

    def status(self, case: Case) -> int:
        return 400 if case.name in self.unreadable else super().status(case)

    @abstractmethod
    def file(self, scene: Scene, typed: Typed) -> bytes: ...

    def send(self, scene: Scene, case: Case) -> Answer:
        caller = Caller(scene.doctor)
        answer = caller.client.post(
            f"/api/v1/imports?team={scene.team.pk}",
            self.file(scene, case.typed),
            content_type=self.kind,
            headers=caller.headers,
        )
        if answer.status_code != self.refused:
            return read_problem(answer, case)
        number = answer.json()["id"]
        runner.run_import(number)
        report = caller.get(f"imports/{number}").json()["report"]
        refused = [finding for one in report["refused"] for finding in one["findings"]]
        assert len(report["refused"]) == report["patients"]["refused"]
        found = [Found(f["pointer"], f["code"], f["message"]) for f in refused]
        assert bool(found) == self.refuses(case)
        left_out = [Found(at, e["reason"], "") for e in report["not_kept"] for at in e["places"]]
        return Answer(answer.status_code, found + left_out)


class Table(Import):
    """A row of a CSV file."""

    name = "CSV"
    kind = "text/csv"

    def where(self, case: Case) -> tuple[str, str]:
        at = f"/2/{case.at}" if case.at else "/2"
        return ("/2", "forbidden_character") if case.name == "nul" else (at, case.code)

    def file(self, scene: Scene, typed: Typed) -> bytes:
        number = PatientIdentifier.unscoped.get(patient=scene.patient).value
        out = io.StringIO()
        rows = csv.writer(out)
        rows.writerow(["patient", "code", "value", "unit", "observed_at"])
        rows.writerow([number, typed.code, typed.value, typed.unit, moment_for_programs(typed)])
        return out.getvalue().encode()


class Bundle(Import):
    """An Observation in a FHIR bundle."""

    name = "FHIR"
    kind = "application/fhir+json"
    places = {
        "code": "/code",
        "value": "/valueQuantity/value",
        "unit": "/valueQuantity/code",
        "observed_at": "/effectiveDateTime",
    }

    def where(self, case: Case) -> tuple[str, str]:
        place = self.places.get(case.at, "")
        if case.typed.is_answer:
            place = "/valueCodeableConcept"
        if case.name == "upside-down":
            place = "/component/0/valueQuantity/value"
        return f"/entry/1/resource{place}", self.codes.get(case.name, case.code)

    codes = {"nul": "forbidden_character"}

    def file(self, scene: Scene, typed: Typed) -> bytes:
        identifier = PatientIdentifier.unscoped.get(patient=scene.patient)
        numbers = [{"system": identifier.system, "value": identifier.value}]
        person = {
            "resourceType": "Patient",
            "id": "p1",
            "identifier": numbers,
            "name": [{"family": scene.patient.family_name, "given": [scene.patient.given_name]}],
            "gender": "female",
            "birthDate": "1961-03-14",
        }
        entries = [{"resource": person}, {"resource": self.observation(typed)}]
        made = json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries})
        return made.replace('"value": 0', f'"value": {token(typed)}').encode()

    def observation(self, typed: Typed) -> dict[str, Any]:
        known = codes.find(typed.code)
        system = known.system if known else "http://loinc.org"
        made = {
            "resourceType": "Observation",
            "id": "o1",
            "status": "final",
            "code": {"coding": [{"system": system, "code": typed.code}]},
            "subject": {"reference": "Patient/p1"},
            "effectiveDateTime": moment_for_programs(typed),
        }
        if typed.is_answer:
            return {**made, "valueCodeableConcept": {"coding": [{"code": typed.value}]}}
        if "/" in typed.value:
            figures = zip(("8480-6", "8462-4"), typed.value.split("/"), strict=True)
            return {**made, "component": [pressure(code, float(text)) for code, text in figures]}
        return {**made, "valueQuantity": {"value": 0, "code": typed.unit, "system": UCUM}}


def pressure(code: str, value: float) -> dict[str, Any]:
    quantity = {"value": value, "code": "mm[Hg]", "system": UCUM}
    coding = [{"system": "http://loinc.org", "code": code}]
    return {"code": {"coding": coding}, "valueQuantity": quantity}


def moment_for_programs(typed: Typed) -> str:
    return typed.moment or days_ago(typed.days).isoformat()


def read_problem(answer: Any, case: Case) -> Answer:
    body = answer.json()
    found = [Found(e["pointer"], e["code"], e["detail"]) for e in body.get("errors", [])]
    if answer.status_code >= 400:
        assert answer["Content-Type"] == "application/problem+json", case.name
        assert body["detail"]
    return Answer(answer.status_code, found)


def beside_fields(text: str, naming: str) -> list[Found]:
    found = []
    for identifier, said in FIELD_ERROR.findall(text):
        field = re.fullmatch(naming, identifier)
        if field:
            found.append(Found(field[1], "", html.unescape(said)))
    return found


def said_on_top(text: str) -> str:
    found = re.search(r'<p class="note stop">(.*?)</p>', text)
    return html.unescape(found[1]) if found else ""


DOORS: list[Door] = [Page(), RunPage(), One(), Bulk(), Prediction(), Table(), Bundle()]
