"""Whoever is not of the care team, has no token, or not the role: nothing leaks, nothing runs."""

from __future__ import annotations

import json

import pytest

from tests.api.client import Caller
from tests.factories import CareAssignmentFactory, clinician_at, nurse_at, team_of
from tests.runnable import Ward, running, ward

RUN = "services/coronary-disease/predictions"


@pytest.fixture
def heart(db) -> Ward:
    return ward()


def body_of(here: Ward, **more):
    return {"patient": str(here.patient.pk), **more}


@pytest.mark.django_db(transaction=True)  # the view commits by itself
def test_a_nurse_reads_and_runs_nothing(heart):
    nurse = nurse_at(heart.organisation)
    caller = Caller(nurse)

    answer = caller.post(RUN, body_of(heart))

    assert (answer.status_code, answer.json()["code"]) == (403, "role_missing")


ADDRESSES = [
    ("get", "predictions/{id}"),
    ("post", "predictions/{id}/cancel"),
    ("post", "predictions/{id}/wrong-patient"),
    ("post", "predictions/{id}/wrong-patient/undo"),
    ("post", "predictions/{id}/decisions"),
    ("post", "predictions/{id}/outcomes"),
]
BODIES = {
    "decisions": {"assessment": "about-right", "action": "coronary-ct"},
    "outcomes": {"event": True, "occurred_on": "2024-05-06", "source": "registry"},
}


@pytest.mark.parametrize(("method", "address"), ADDRESSES)
def test_foreign_and_missing_look_the_same(heart, method, address):
    theirs = heart.run()
    outsider = Caller(clinician_at(heart.organisation))
    body = BODIES.get(address.rpartition("/")[2])

    answers = []
    for pk in (theirs.pk, "5e3aa94a-0000-4000-8000-000000000000"):
        where = address.format(id=pk)
        answers.append(outsider.get(where) if method == "get" else outsider.post(where, body))

    foreign, missing = answers
    assert foreign.status_code == missing.status_code == 404
    assert foreign.json() == missing.json()


def test_an_outsider_s_list_is_empty(heart):
    heart.run()

    assert Caller(clinician_at(heart.organisation)).get("predictions").json()["results"] == []


@pytest.mark.django_db
@pytest.mark.parametrize(("method", "address"), [*ADDRESSES, ("get", "predictions"), ("post", RUN)])
def test_without_a_token_nobody_gets_anywhere(method, address):
    where = address.format(id="5e3aa94a-0000-4000-8000-000000000000")
    nobody = Caller()

    answer = nobody.get(where) if method == "get" else nobody.post(where, {})

    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == "Bearer"


def test_a_session_cookie_is_no_token(heart, client_for):
    browser = client_for(heart.doctor)

    assert browser.get("/api/v1/predictions").status_code == 401
    assert (
        browser.post(
            f"/api/v1/{RUN}", json.dumps(body_of(heart)), content_type="application/json"
        ).status_code
        == 401
    )


@pytest.mark.django_db
def test_a_nurse_of_the_team_reads_results_but_none_of_mortality():
    liver = ward_of_liver()
    nurse = nurse_at(liver.organisation)
    CareAssignmentFactory(patient=liver.patient, team=team_of(nurse))
    prediction = liver.ask()
    caller = Caller(nurse)

    assert caller.get(f"predictions/{prediction.pk}").status_code == 404
    assert caller.get("predictions").json()["count"] == 0
    prediction.service.hidden_from_nurses = False
    prediction.service.save()
    assert caller.get(f"predictions/{prediction.pk}").status_code == 200


def ward_of_liver() -> Ward:
    here = ward()
    return Ward(here.doctor, here.patient, running(here.organisation, "pbc-prognosis"))
