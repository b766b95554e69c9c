"""About 300 patients: identities invented, clinical values from held-out rows of real tables."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from accounts.models import CareTeam
from diagnosis.inference.models import Outcome
from diagnosis.ml.schema import FeatureSchema
from diagnosis.records import names
from diagnosis.records.models import (
    Allergy,
    CareAssignment,
    Condition,
    Encounter,
    Medication,
    Note,
    Patient,
    PatientIdentifier,
)
from diagnosis.records.persons import MRN
from diagnosis.records.validation import Given
from diagnosis.registry.models import Service
from medportal.demo.loading import charts
from medportal.demo.loading.backgrounds import background
from medportal.demo.loading.identities import Identity, Inventor, birth_date_for
from medportal.demo.loading.people import Cast
from medportal.demo.loading.rows import HERE, Row, held_out
from medportal.demo.loading.services import OF_THE_SAME

SEED = 20261123
LIVES = "lives"
BEFORE_LIVES = 5
"""Services whose patients are invented first: who joins comes last, so that no name changes."""
MOLAR_SHARE = 0.2
ALLERGY_SHARE = 0.15
ALLERGENS = ("Penicillin", "Sulfamethoxazole", "Latex", "Aspirin", "Iodinated contrast medium")
SOURCE_OF_OUTCOMES = "held-out row of the table"


class Loader:
    """Collects rows of every kind and stores them in a few statements."""

    def __init__(self, cast: Cast, services: dict[str, Service]) -> None:
        self.cast = cast
        self.services = services
        self.invent = Inventor(SEED)
        self.rows: dict[type, list[Any]] = {}
        self.patients: dict[tuple[str, str], Patient] = {}

    def load(self) -> dict[tuple[str, str], Patient]:
        """Store everybody; return them by (service, row key), the lives by (LIVES, number)."""
        services = [one for one in self.services.items() if one[0] not in OF_THE_SAME]
        self._of(services[:BEFORE_LIVES])
        for number, life in enumerate(json.loads((HERE / "lives.json").read_text())):
            self.patients[LIVES, str(number)] = self._life(life)
        self._of(services[BEFORE_LIVES:])
        self._store()
        return self.patients

    def _of(self, services: list[tuple[str, Service]]) -> None:
        for slug, service in services:
            schema = service.sheet.features
            for row in held_out(slug):
                self.patients[slug, row.key] = self._person(service, schema, row)

    def _person(self, service: Service, schema: FeatureSchema, row: Row) -> Patient:
        patient = self._patient(self.invent.person(row.sex), row.age)
        days_ago = self.invent.days_ago(1, 24) + charts.EARLIER.get(row.service, 0)
        style = charts.Style(charts.visit_time(days_ago), self.invent.chance(MOLAR_SHARE))
        self._keep(*charts.observations(patient, schema, row, style))
        code, label, status = charts.PROBLEMS[row.service]
        index_on = timezone.localdate() - timedelta(days=days_ago)
        onset = index_on - timedelta(days=row.earlier[0].days_before if row.earlier else 0)
        self._keep(
            Condition(patient=patient, code=code, label=label, status=status, onset_on=onset)
        )
        reacts_to = {a.substance for a in self.rows.get(Allergy, ()) if a.patient is patient}
        self._keep(*background(patient, row, style.index_at, reacts_to))
        if row.event is not None:
            self._keep(_outcome(service, patient, row, index_on))
        return patient

    def _patient(self, identity: Identity, age: float) -> Patient:
        patient = Patient(
            organisation=self.cast.organisation,
            family_name=identity.family_name,
            given_name=identity.given_name,
            native_name=identity.native_name,
            title=identity.title,
            sex=identity.sex,
            birth_date=birth_date_for(age, timezone.localdate(), self.invent.days_ago(5, 280)),
        )
        names.index(patient)
        number = PatientIdentifier(
            patient=patient,
            organisation=patient.organisation,
            system=MRN,
            value=identity.mrn,
            value_hash=names.identifier_hash(patient.organisation_id, identity.mrn),
        )
        self._keep(patient, number, CareAssignment(patient=patient, team=self._team()))
        self._allergies(patient)
        return patient

    def _team(self) -> CareTeam:
        """The teams in turn, so that each one looks after patients of every service."""
        teams = list(self.cast.teams.values())
        return teams[len(self.rows.get(Patient, [])) % len(teams)]

    def _allergies(self, patient: Patient) -> None:
        if self.invent.chance(ALLERGY_SHARE):
            patient.allergy_status = Patient.AllergyStatus.KNOWN
            substance = ALLERGENS[self.invent.days_ago(0, len(ALLERGENS) - 1)]
            self._keep(Allergy(patient=patient, substance=substance))
        elif self.invent.chance(0.6):
            patient.allergy_status = Patient.AllergyStatus.NONE

    def _life(self, life: dict[str, Any]) -> Patient:
        """One complete synthetic life: visits, letters, medicines, years of results."""
        identity = self.invent.person(life["sex"])
        patient = self._patient(identity, life["age"])
        self.rows[CareAssignment][-1].team = next(iter(self.cast.teams.values()))
        self.rows[Allergy] = [a for a in self.rows.get(Allergy, []) if a.patient is not patient]
        statuses = Patient.AllergyStatus
        asked = life.get("allergy_status", statuses.NONE)
        patient.allergy_status = statuses.KNOWN if life["allergies"] else asked
        if life.get("birth_date") == "not known":
            patient.birth_date = None
        if died := life.get("died_days_ago"):
            patient.deceased_on = timezone.localdate() - timedelta(days=died)
        self._keep(*_life_rows(patient, life))
        return patient

    def _keep(self, *rows: Any) -> None:
        for row in rows:
            self.rows.setdefault(type(row), []).append(row)

    def _store(self) -> None:
        for model, rows in self.rows.items():
            model.unscoped.bulk_create(rows, batch_size=2000)  # type: ignore[attr-defined]  # all are gated models


def _outcome(service: Service, patient: Patient, row: Row, index_on: date) -> Outcome:
    """Sealed: what happened in the table's follow-up opens once a decision is made."""
    return Outcome(
        service=service,
        patient=patient,
        event=bool(row.event),
        occurred_on=index_on + timedelta(days=row.event_after_days),
        source=SOURCE_OF_OUTCOMES,
        is_sealed=True,
    )


def _life_rows(patient: Patient, life: dict[str, Any]) -> Iterator[Any]:
    today = timezone.localdate()
    for substance, reaction in life["allergies"]:
        yield Allergy(patient=patient, substance=substance, reaction=reaction)
    for code, label, status, days in life["problems"]:
        onset = today - timedelta(days=days)
        yield Condition(patient=patient, code=code, label=label, status=status, onset_on=onset)
    for code, label, dose, days in life["medications"]:
        started = today - timedelta(days=days)
        yield Medication(patient=patient, code=code, label=label, dose=dose, started_on=started)
    for kind, days, reason, location in life["encounters"]:
        yield Encounter(
            patient=patient,
            kind=kind,
            started_at=charts.visit_time(days),
            ended_at=charts.visit_time(days, hour=10),
            reason=reason,
            location=location,
        )
    for days, kind, author, text in life["notes"]:
        at = charts.visit_time(days, hour=11)
        yield Note(patient=patient, written_at=at, kind=kind, author=author, text=text)
    for item in life["observations"]:
        yield charts.observation(patient, _given(item))


def _given(item: dict[str, Any]) -> Given:
    return Given(
        code=item["code"],
        value=item["value"],
        unit=item["unit"],
        observed_at=charts.visit_time(item["days_ago"]),
        source=charts.SOURCE,
    )
