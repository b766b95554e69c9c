"""The pages of the training ward: nothing of a case is told before its estimate."""

from __future__ import annotations

import re

import pytest

from accounts.models import Role
from diagnosis.inference.models import WardAnswer
from diagnosis.registry.models import WardCase
from diagnosis.registry.versions.ward_cases import define_ward
from medportal.demo.loading.wards import cases_of
from tests import runnable
from tests.factories import clinician_at, data_scientist_at
from tests.pages import drawn
from tests.portal.test_result import text_of

WARD = "/services/coronary-disease/ward/"


@pytest.fixture
def service(ward):
    service = runnable.running(ward.house).service
    define_ward(actor=data_scientist_at(ward.house), service=service, cases=cases_of(service))
    return service


@pytest.fixture
def begun(ward, service):
    ward.as_doctor.post(f"{WARD}begin/")
    return service


def tap(ward, number, choice="30-50"):
    return ward.as_doctor.post(f"{WARD}answer/", {"case": number, "choice": choice})


def test_the_first_page_says_how_it_goes(ward, service):
    text = text_of(ward.as_doctor.get(WARD))

    assert "that no model learnt from" in text
    assert "Begin" in text
    assert "Case 1" not in text


def test_a_case_shows_its_values_in_clinical_units_and_asks(ward, begun):
    text = text_of(ward.as_doctor.get(WARD))

    assert "Case 1 of 20" in text
    assert re.search(r"\d+ mmHg", text)
    assert "How likely is it?" in text


@pytest.mark.parametrize(
    "address", ["", "?case=1", "?case=2", "?case=20", "?case=x", "certificate/"]
)
def test_no_door_tells_what_happened_before_the_estimate(ward, begun, address):
    """Neither for the first case nor, after it is answered, for those that follow."""
    for answered in (0, 1):
        text = text_of(ward.as_doctor.get(f"{WARD}{address}"))
        opened = len(re.findall(r"The model says", text))
        assert opened <= answered
        assert len(re.findall(r"narrowed coronary artery: (?:yes|no)", text)) == opened
        if not answered:
            tap(ward, 1)


def test_the_tap_opens_the_case(ward, begun):
    answer = tap(ward, 1)
    text = text_of(ward.as_doctor.get(answer["Location"]))
    said = "yes" if WardCase.objects.of(begun)[0].happened else "no"

    assert answer["Location"] == f"{WARD}?case=1"
    assert "You said 30–50 %" in text
    assert "The model says" in text
    assert f"narrowed coronary artery: {said}" in text
    assert "Next case (19 left)" in text


def test_a_wrong_tap_opens_nothing(ward, begun):
    for number, choice in (("2", "30-50"), ("x", "30-50"), ("1", "skip"), ("٣", "30-50")):
        tap(ward, number, choice)

    assert not WardAnswer.unscoped.exists()


def test_after_twenty_there_are_both_curves_and_a_certificate(ward, begun):
    for number in range(1, 21):
        tap(ward, number)
    answer = ward.as_doctor.get(WARD)
    text = text_of(answer)

    assert "Your twenty cases" in text
    assert "Telling patients apart (AUROC, 0.5 is chance)" in text
    assert 'role="img"' in drawn(answer)
    paper = text_of(ward.as_doctor.get(f"{WARD}certificate/"))
    assert "Dr Okafor" in paper
    assert "Not a qualification." in paper
    ward.as_doctor.post(f"{WARD}begin/")
    assert "A repeat" in text_of(ward.as_doctor.get(WARD))


def test_the_service_page_leads_there_and_says_how_far_one_is(ward, begun):
    tap(ward, 1)
    address = "/services/coronary-disease/"

    assert "You have opened 1 of 20 cases." in text_of(ward.as_doctor.get(address))
    assert "of 20 cases" not in text_of(ward.as_nurse.get(address))


def test_where_it_comes_first_the_form_leads_there_instead(ward, service):
    service.ward_before_first_run = True
    service.save()
    form = f"/patients/{ward.patient.pk}/services/coronary-disease/"
    text = text_of(ward.as_doctor.get(form))

    assert "First the training ward." in text
    assert ward.as_doctor.post(form).status_code == 409


@pytest.mark.parametrize(
    ("method", "address"),
    [("get", ""), ("post", "begin/"), ("post", "answer/"), ("get", "certificate/")],
)
def test_nurses_and_others_have_no_ward(ward, service, method, address):
    for role in (Role.NURSE, Role.ADMINISTRATOR, Role.REVIEWER):
        answer = getattr(ward.client_for(ward.person(role)), method)(WARD + address)
        assert answer.status_code in (403, 404)
    far = ward.client_for(clinician_at(runnable.OrganisationFactory()))
    assert getattr(far, method)(WARD + address).status_code == 404


def test_a_colleague_begins_at_the_beginning(ward, begun):
    tap(ward, 1)

    assert "Begin" in text_of(ward.as_stranger.get(f"{WARD}?case=1"))
    assert ward.as_stranger.get(f"{WARD}certificate/").status_code == 404
