"""Entering patients, problems, medicines, notes and visits; and who looks after whom."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone

from accounts.models import AuditEvent
from diagnosis.records import actions
from diagnosis.records.actions import NewPatient, Visit
from diagnosis.records.finding import patient_search
from diagnosis.records.models import Condition, Patient
from medportal.common.errors import DomainError
from tests.factories import CareTeamFactory, PatientFactory, team_of
from tests.records.conftest import Ward

WANG = NewPatient(
    family_name="Wang",
    given_name="Xiaoming",
    native_name="王小明",
    birth_date=date(1961, 3, 14),
    sex="male",
    allergy_status="none",
    identifiers=[("urn:medportal:mrn", "401 023 2137")],
)


def refusal(call, **arguments) -> DomainError:
    with pytest.raises(DomainError) as caught:
        call(**arguments)
    return caught.value


def test_a_new_patient_is_seen_by_the_team_and_found_in_every_way(ward: Ward):
    patient = actions.create_patient(actor=ward.nurse, team=ward.team, entered=WANG)

    assert patient in Patient.objects.visible_to(ward.doctor)
    for text in ("小明", "xiaoming", "14-Mar-1961", "4010232137"):
        assert patient_search.find(ward.nurse, patient_search.Query(text=text)).patients == [
            patient
        ]
    assert AuditEvent.objects.get(act="patient.create").patients == [patient.pk]


def test_a_number_belongs_to_one_patient(ward: Ward):
    actions.create_patient(actor=ward.nurse, team=ward.team, entered=WANG)
    error = refusal(actions.create_patient, actor=ward.nurse, team=ward.team, entered=WANG)

    assert (error.code, error.status) == ("identifier_taken", 409)
    assert Patient.unscoped.filter(family_name="Wang").count() == 1


def test_patients_are_entered_only_for_the_own_team(ward: Ward):
    error = refusal(actions.create_patient, actor=ward.elsewhere, team=ward.team, entered=WANG)

    assert error.code == "not_permitted"


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"birth_date": timezone.localdate() + timedelta(days=1)}, "/birth_date"),
        ({"birth_date": date(1850, 1, 1)}, "/birth_date"),
        ({"family_name": "  "}, "/family_name"),
        ({"deceased_on": date(1900, 1, 1)}, "/deceased_on"),
    ],
)
def test_impossible_patients_are_refused(ward: Ward, fields, pointer: str):
    entered = NewPatient(**{"family_name": "X", "birth_date": date(1961, 3, 14), **fields})
    error = refusal(actions.create_patient, actor=ward.nurse, team=ward.team, entered=entered)

    assert error.pointers[0].pointer == pointer


def test_an_allergy_shows_in_the_banner_at_once(ward: Ward):
    actions.add_allergy(actor=ward.nurse, patient=ward.patient, substance="Penicillin")

    ward.patient.refresh_from_db()
    assert ward.patient.allergy_status == "known"


def test_problems_are_coded(ward: Ward):
    row = actions.add_condition(
        actor=ward.doctor, patient=ward.patient, code="k74.3", label="Primary biliary cholangitis"
    )

    assert (row.code, row.status) == ("K74.3", "active")
    error = refusal(
        actions.add_condition, actor=ward.doctor, patient=ward.patient, code="liver", label="x"
    )
    assert error.pointers[0].pointer == "/code"


def test_a_problem_does_not_begin_before_birth(ward: Ward):
    error = refusal(
        actions.add_condition, actor=ward.doctor, patient=ward.patient, code="I10", label="x",
        onset_on=ward.patient.birth_date - timedelta(days=1),
    )  # fmt: skip

    assert error.pointers[0].code == "before_birth"


def test_each_entry_leaves_its_event(ward: Ward):
    actions.add_medication(
        actor=ward.doctor, patient=ward.patient, label="Metformin", code="A10BA02"
    )
    actions.add_note(actor=ward.nurse, patient=ward.patient, text="Slept well.")
    actions.add_encounter(
        actor=ward.nurse,
        patient=ward.patient,
        visit=Visit(kind="outpatient", started_at=timezone.now()),
    )

    events = AuditEvent.objects.filter(act="chart.change")
    assert {event.what.partition("/")[0] for event in events} == {"medication", "note", "encounter"}


def test_a_nurse_of_another_team_adds_nothing(ward: Ward):
    error = refusal(
        actions.add_condition, actor=ward.elsewhere, patient=ward.patient, code="I10", label="x"
    )

    assert error.code == "patient_not_found"
    assert not Condition.unscoped.exists()


def test_another_team_may_look_after_the_patient_too_and_stop(ward: Ward):
    second = team_of(ward.elsewhere)

    actions.assign_team(actor=ward.doctor, patient=ward.patient, team=second)
    assert ward.patient in Patient.objects.visible_to(ward.elsewhere)

    actions.end_assignment(actor=ward.doctor, patient=ward.patient, team=second)
    assert ward.patient not in Patient.objects.visible_to(ward.elsewhere)
    assert AuditEvent.objects.filter(act="team.change").count() == 2


def test_assigning_twice_is_assigning_once(ward: Ward):
    first = actions.assign_team(actor=ward.doctor, patient=ward.patient, team=ward.team)

    assert actions.assign_team(actor=ward.doctor, patient=ward.patient, team=ward.team) == first


def test_a_patient_is_never_left_without_a_team(ward: Ward):
    error = refusal(actions.end_assignment, actor=ward.doctor, patient=ward.patient, team=ward.team)

    assert error.code == "last_team"


def test_a_team_of_another_organisation_does_not_exist(ward: Ward):
    error = refusal(
        actions.assign_team, actor=ward.doctor, patient=ward.patient, team=CareTeamFactory()
    )

    assert error.status == 404


def test_a_foreign_patient_can_not_be_taken_into_the_own_team(ward: Ward):
    foreign = PatientFactory(organisation=ward.organisation)
    error = refusal(actions.assign_team, actor=ward.doctor, patient=foreign, team=ward.team)

    assert error.code == "patient_not_found"
