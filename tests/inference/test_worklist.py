"""The worklist: what waits for a decision, then what runs or failed, then by last change."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from diagnosis.inference.lists.worklist import WorklistFilter, results_before, worklist_for
from tests.factories import (
    ModelVersionFactory,
    OrganisationFactory,
    PredictionFactory,
    ServiceFactory,
    clinician_at,
    nurse_at,
    patient_of,
    team_of,
)

pytestmark = pytest.mark.django_db
REFUSAL = {"code": "age", "message": {}, "features": [], "cure": None}


class Desk:
    def __init__(self) -> None:
        self.doctor = clinician_at(OrganisationFactory())
        self.team = team_of(self.doctor)
        self.versions = {}

    def version(self, slug):
        if slug not in self.versions:
            service = ServiceFactory(
                organisation=self.doctor.organisation,
                slug=slug,
                in_worklist=slug != "flc-mortality",
            )
            self.versions[slug] = ModelVersionFactory(service=service)
        return self.versions[slug]

    def row(self, *, hours=1, slug="coronary-disease", patient=None, **fields):
        at = timezone.now() - timedelta(hours=hours)
        made = {
            "patient": patient or patient_of(self.doctor, team=self.team),
            "requested_by": self.doctor,
            "requested_at": at,
            "index_at": at,
            "finished_at": at,
            "band": "high",
            **fields,
        }
        if made.get("state") == "refused":
            made["refusal"] = REFUSAL
        if made.get("state") in ("queued", "running"):
            made["finished_at"] = None
        return PredictionFactory(version=self.version(slug), **made)

    def list(self, user=None, **wanted):
        return list(worklist_for(user or self.doctor, WorklistFilter(**wanted)))


@pytest.fixture
def desk(db) -> Desk:
    return Desk()


def test_who_waits_longest_for_an_action_comes_first(desk):
    decided = desk.row(hours=1, decided_at=timezone.now())
    low = desk.row(hours=2, band="very-low")
    newer, older = desk.row(hours=3), desk.row(hours=30)
    failed = desk.row(hours=4, state="failed")
    running = desk.row(hours=5, state="running")

    assert desk.list() == [older, newer, failed, running, decided, low]


def test_risks_of_different_services_are_never_sorted_together(desk):
    small = desk.row(hours=9, slug="breast-mass", band="low", headline=0.03)
    large = desk.row(hours=2, headline=0.9)

    assert desk.list() == [small, large]


def test_an_old_result_asks_for_nothing(desk):
    expired = desk.row(hours=24 * 100)
    recent = desk.row(hours=1)

    assert [(row, row.rank) for row in desk.list()] == [(recent, 0), (expired, 2)]
    assert desk.list(state="expired") == [expired]


def test_of_each_patient_and_service_the_newest_run_stands(desk):
    patient = patient_of(desk.doctor, team=desk.team)
    desk.row(hours=5, patient=patient, headline=0.2)
    newest = desk.row(hours=1, patient=patient, headline=0.3)
    other = desk.row(hours=2, patient=patient, slug="breast-mass")

    listed = desk.list()

    assert set(listed) == {newest, other}
    row = next(row for row in listed if row == newest)
    before = results_before([row])[row.pk]
    assert before.headline == 0.2
    assert before.version == newest.version_id


@pytest.mark.parametrize(
    "fields",
    [
        {"slug": "flc-mortality"},
        {"origin": "what_if"},
        {"state": "entered-in-error"},
        {"state": "cancelled"},
    ],
)
def test_what_never_stands_in_a_worklist(desk, fields):
    desk.row(**fields)

    assert desk.list() == []


def test_a_refusal_stays_until_it_is_put_aside(desk):
    refused = desk.row(state="refused", band="", headline=None, result=None)
    assert [row.rank for row in desk.list()] == [1]

    refused.dismissed_at = timezone.now()
    refused.save()

    assert [row.rank for row in desk.list()] == [2]


def test_filters(desk):
    colleague = clinician_at(desk.doctor.organisation)
    mine = desk.row(hours=3)
    theirs = desk.row(hours=2, slug="breast-mass", owner=colleague)
    decided = desk.row(hours=1, decided_at=timezone.now())
    desk.doctor.previous_visit_at = timezone.now() - timedelta(hours=2, minutes=30)

    assert desk.list(mine=True) == [mine, decided]
    assert desk.list(service="breast-mass") == [theirs]
    assert desk.list(state="undecided") == [mine, theirs]
    assert desk.list(state="new") == [theirs, decided]
    assert desk.list(state="failed") == []


def test_only_patients_of_one_s_own_care_teams_are_listed(desk):
    desk.row()

    assert desk.list(clinician_at(desk.doctor.organisation)) == []


def test_a_nurse_sees_no_mortality(desk):
    nurse = nurse_at(desk.doctor.organisation)
    patient = patient_of(nurse)
    shown = desk.row(patient=patient)
    hidden = desk.row(patient=patient, slug="pbc-prognosis", band="high")

    assert desk.list(nurse) == [shown]
    assert hidden.service.hidden_from_nurses


def test_a_long_list_costs_as_many_questions_as_a_short_one(desk):
    desk.row()
    with CaptureQueriesContext(connection) as short:
        _read(desk)
    for _ in range(5):
        desk.row()
        desk.row(slug="breast-mass")
    with CaptureQueriesContext(connection) as long:
        _read(desk)

    assert len(long) == len(short) <= 5


def _read(desk):
    return [
        (row.patient.family_name, row.service.slug, row.is_expired, str(row.owner), row.version)
        for row in desk.list()
    ]
