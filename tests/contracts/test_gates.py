"""The closed gate: whoever does not say who is asking gets nothing, and rank opens nothing."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.apps import apps
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from accounts.gate import BoundGate, ClosedManager
from accounts.models import Membership, Role
from diagnosis.inference.models import (
    Decision,
    Explanation,
    Outcome,
    OwnEstimate,
    Prediction,
    WardAnswer,
    WardRound,
    WrongPatientMark,
)
from diagnosis.records.models import (
    Allergy,
    CareAssignment,
    Condition,
    Encounter,
    ImportRun,
    Medication,
    Note,
    Observation,
    Patient,
    PatientIdentifier,
)
from medportal.settings.base import ROOT
from tests import factories

pytestmark = pytest.mark.django_db

GATED = {
    Patient: factories.PatientFactory,
    PatientIdentifier: factories.PatientIdentifierFactory,
    CareAssignment: factories.CareAssignmentFactory,
    Encounter: factories.EncounterFactory,
    Condition: factories.ConditionFactory,
    Medication: factories.MedicationFactory,
    Allergy: factories.AllergyFactory,
    Note: factories.NoteFactory,
    Observation: factories.ObservationFactory,
    ImportRun: factories.ImportRunFactory,
    Prediction: factories.PredictionFactory,
    Explanation: factories.ExplanationFactory,
    Decision: factories.DecisionFactory,
    Outcome: factories.OutcomeFactory,
    OwnEstimate: factories.OwnEstimateFactory,
    WardRound: factories.WardRoundFactory,
    WardAnswer: factories.WardAnswerFactory,
    WrongPatientMark: factories.WrongPatientMarkFactory,
}
OWN = (CareAssignment, ImportRun, OwnEstimate, WardRound, WardAnswer)
ASKED = [model for model in GATED if model not in OWN]
"""An assignment is part of the gate itself: nobody asks for one. Whoever sent a file in asks for
its report, whoever estimated for the estimate, whoever trained for the training, and nobody else:
tests/imports/test_runs.py, tests/inference/test_estimates.py, tests/inference/test_ward.py."""

PATIENT_APPS = ("records", "inference")
COUNTS = Path(__file__).with_name("unscoped_uses.json")
NAMES = pytest.mark.parametrize("model", list(GATED), ids=lambda model: model.__name__)
ASKED_NAMES = pytest.mark.parametrize("model", ASKED, ids=lambda model: model.__name__)


def row_of(model, patient):
    """A row of ``model`` that belongs to ``patient``."""
    if model is Patient:
        return patient
    if model in (Explanation, Decision, WrongPatientMark):
        prediction = factories.PredictionFactory(patient=patient)
        return GATED[model](prediction=prediction)
    return GATED[model](patient=patient)


@pytest.fixture
def doctor():
    return factories.clinician_at(factories.OrganisationFactory())


def test_every_model_that_holds_patients_is_gated():
    holding = {m for name in PATIENT_APPS for m in apps.get_app_config(name).get_models()}

    assert holding == set(GATED)


@NAMES
def test_a_question_without_an_asker_finds_nothing(model):
    GATED[model]()

    assert isinstance(model._default_manager, ClosedManager)
    assert not model._default_manager.all().exists()
    assert not model._default_manager.filter(pk__isnull=False).exists()


@ASKED_NAMES
def test_the_gate_itself_cannot_be_asked_without_an_asker(model):
    assert isinstance(model.objects, BoundGate)
    offered = {name for name in dir(model.objects) if not name.startswith("_")}
    assert offered == {"visible_to"}


@ASKED_NAMES
def test_the_care_team_sees_the_row_and_nobody_else(model, doctor):
    row = row_of(model, factories.patient_of(doctor))
    colleague = factories.clinician_at(doctor.organisation)
    stranger = factories.clinician_at(factories.OrganisationFactory())
    factories.patient_of(stranger)

    assert list(model.objects.visible_to(doctor)) == [row]
    assert row not in model.objects.visible_to(colleague)
    assert row not in model.objects.visible_to(stranger)
    assert not model.objects.visible_to(AnonymousUser()).exists()


@ASKED_NAMES
@pytest.mark.parametrize(
    "role",
    [Role.DATA_SCIENTIST, Role.REVIEWER, Role.PRIVACY_OFFICER, Role.ADMINISTRATOR],
)
def test_other_roles_see_no_chart_even_inside_a_care_team(model, role, doctor):
    other = factories.person_at(doctor.organisation, role)
    row_of(model, factories.patient_of(doctor, other))

    assert not model.objects.visible_to(other).exists()


@ASKED_NAMES
def test_rank_opens_nothing(model, doctor):
    row_of(model, factories.patient_of(doctor))
    root = factories.person_at(doctor.organisation, is_superuser=True, is_staff=True)

    assert not model.objects.visible_to(root).exists()


@ASKED_NAMES
def test_an_inactive_member_of_the_team_sees_nothing(model, doctor):
    row_of(model, factories.patient_of(doctor))
    doctor.is_active = False

    assert not model.objects.visible_to(doctor).exists()


@ASKED_NAMES
@pytest.mark.parametrize("ended", ["membership", "assignment"])
def test_what_has_ended_opens_nothing_any_more(model, ended, doctor):
    patient = factories.patient_of(doctor)
    row_of(model, patient)
    rows = {
        "membership": Membership.objects.filter(user=doctor),
        "assignment": CareAssignment.unscoped.filter(patient=patient),
    }
    rows[ended].update(ends_at=timezone.now() - timedelta(seconds=1))

    assert not model.objects.visible_to(doctor).exists()


def test_a_person_of_another_organisation_in_the_team_sees_nothing(doctor):
    patient = factories.patient_of(doctor)
    team = CareAssignment.unscoped.get(patient=patient).team
    guest = factories.clinician_at(factories.OrganisationFactory())
    factories.MembershipFactory(team=team, user=guest)

    assert not Patient.objects.visible_to(guest).exists()


def test_the_privacy_officer_reads_identities_of_the_own_organisation_alone(doctor):
    patient = factories.patient_of(doctor)
    officer = factories.privacy_officer_at(doctor.organisation)
    elsewhere = factories.privacy_officer_at(factories.OrganisationFactory())

    assert list(Patient.unscoped.identifiable_to(officer)) == [patient]
    assert not Patient.unscoped.identifiable_to(elsewhere).exists()
    assert not Patient.unscoped.identifiable_to(doctor).exists()


def test_no_way_leads_from_an_open_model_to_a_gated_one():
    leading = [
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        if model not in GATED
        for field in model._meta.get_fields()
        if field.is_relation and field.related_model in GATED
    ]

    assert leading == []


def test_a_gated_row_is_never_deleted_along_with_another():
    """PROTECT everywhere: Django's delete page would print every dependent row."""
    cascading = [
        f"{model._meta.label}.{field.name}"
        for model in GATED
        for field in model._meta.get_fields()
        if field.many_to_one and field.remote_field.on_delete.__name__ != "PROTECT"
    ]

    assert cascading == []


def test_every_model_of_ours_has_a_factory():
    ours = {m for m in apps.get_models() if m.__module__.startswith(("accounts", "diagnosis"))}
    made = {
        found._meta.model
        for found in vars(factories).values()
        if isinstance(found, type)
        and issubclass(found, factories.OpenFactory)
        and found._meta.model is not None
    }

    assert ours <= made


def test_every_use_of_the_open_manager_is_counted():
    """A new use is a line in this file's table: somebody looked at it."""
    found = {}
    for folder in ("accounts", "diagnosis", "medportal"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "migrations" not in path.parts:
                uses = len(re.findall(r"\.unscoped\b", path.read_text()))
                if uses:
                    found[str(path.relative_to(ROOT))] = uses

    assert found == json.loads(COUNTS.read_text())
