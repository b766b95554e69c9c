"""The doors through which a value comes: each sends a case in its own words and says what came."""

from __future__ import annotations

import html
import json
import re
from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.apps import apps
from django.test import Client
from django.utils import timezone

from accounts.models import User
from diagnosis.records import codes
from diagnosis.records.models import Patient
from tests.api.client import Caller
from tests.bad_input.cases import Case, Typed, days_ago
from tests.factories import OrganisationFactory, clinician_at, patient_of, published
from tests.portal.test_run import fields

SERVICES = ("coronary-disease", "diabetes-onset", "flc-mortality")
CLINICAL = ("records", "inference")
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
    patient: Patient
    browser: Client

    def rows(self) -> dict[str, int]:
        """How many rows every clinical table holds."""
        models = [m for name in CLINICAL for m in apps.get_app_config(name).get_models()]
        return {m.__name__: m.unscoped.count() for m in models if hasattr(m, "unscoped")}  # type: ignore[attr-defined]


def scene_for(case: Case, client_for: Any) -> Scene:
    house = OrganisationFactory()
    doctor = clinician_at(house)
    died = date(2020, 5, 5) if case.name == "after-death" else None
    patient = patient_of(doctor, sex="female", birth_date=date(1961, 3, 14), deceased_on=died)
    if case.asked:
        for slug in SERVICES:
            published(house, slug)
    return Scene(doctor, patient, client_for(doctor))


def moment_of(typed: Typed) -> str:
    return typed.moment or timezone.localtime(days_ago(typed.days)).strftime("%Y-%m-%d %H:%M")


def token(typed: Typed) -> str:
    """The value as it stands in JSON: a bare number, or a text."""
    return json.dumps(typed.value) if typed.is_word or not typed.value else typed.value


class Door(ABC):
    name: str
    commits = False
    """Whether the view has transactions of its own, so that the test can have none."""
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

    @abstractmethod
    def send(self, scene: Scene, case: Case) -> Answer: ...


class Page(Door):
    """The form of the chart."""

    name = "chart page"
    refused = 422
    taken = 302

    def where(self, case: Case) -> tuple[str, str]:
        code = codes.find(case.typed.code)
        at = case.page_at or case.at
        return ("answer" if at == "value" and code and code.is_coded else at), ""

    def send(self, scene: Scene, case: Case) -> Answer:
        typed = case.typed
        sent = {"code": typed.code, "unit": typed.unit, "observed_at": moment_of(typed)}
        sent |= {"value": typed.value, "answer": typed.value}
        where = f"/patients/{scene.patient.pk}/observations/add/"
        answer = scene.browser.post(where, sent)
        text = answer.content.decode()
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
        text = answer.content.decode()
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
            "observed_at": typed.moment or days_ago(typed.days).isoformat(),
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
    commits = True
    taken = 202

    def why_not(self, case: Case) -> str:
        return super().why_not(case) or ("" if case.asked else "it asks for no such thing")

    def where(self, case: Case) -> tuple[str, str]:
        assert case.asked
        steps = ["", "inputs", case.asked.feature, case.asked.pointer]
        at = "/".join(steps).rstrip("/") if case.asked.feature else ""
        return at, case.asked.code

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


DOORS: list[Door] = [Page(), RunPage(), One(), Bulk(), Prediction()]
