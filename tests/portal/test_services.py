"""Services: the list, the page in the order a clinician asks, running from it, stopping it."""

from __future__ import annotations

import pytest

from accounts.models import AuditEvent, Role
from diagnosis.registry.models import ModelVersion
from tests.factories import OrganisationFactory, ServiceFactory, clinician_at
from tests.pages import drawn
from tests.portal.results import version_of
from tests.portal.test_result import text_of

URL = "/services/breast-mass/"


@pytest.fixture
def version(ward):
    return version_of(ward.house, published_by=ward.doctor)


def test_the_list_is_by_question_with_the_state_of_each(ward, version):
    ServiceFactory(organisation=ward.house, slug="diabetes-onset")
    text = text_of(ward.as_doctor.get("/services/"))

    assert "A mass is seen on mammography and described: how likely is cancer at biopsy?" in text
    assert f"published: version {version.number}" in text
    assert "no version published" in text


def test_services_of_another_organisation_do_not_exist(ward, version):
    elsewhere = ward.client_for(clinician_at(OrganisationFactory()))

    assert "mammography" not in text_of(elsewhere.get("/services/"))
    assert elsewhere.get(URL).status_code == 404


def test_the_page_answers_in_the_order_a_clinician_asks(ward, version):
    text = text_of(ward.as_doctor.get(URL))
    order = [
        "For whom",
        "What it is not for",
        "How often it is right",
        "What it adds",
        "Against the usual direction",
        "Metrics",
        "Inputs",
        "Where the data come from",
    ]

    places = [text.index(heading) for heading in order]
    assert places == sorted(places)


def test_of_a_hundred_flagged_the_right_and_the_missed_are_said(ward, version):
    text = text_of(ward.as_doctor.get(URL))

    assert "Of 100 patients flagged above 50 %, 79 had it and 21 did not." in text
    assert "Of 100 who had it, 16 were missed" in text


def test_metrics_stand_with_their_intervals_and_pictures(ward, version):
    page = ward.as_doctor.get(URL)

    assert "0.872 0.846–0.894" in text_of(page)
    assert 'aria-labelledby="roc-title roc-desc"' in drawn(page)
    assert 'aria-labelledby="cal-title cal-desc"' in drawn(page)


def test_a_slope_from_few_events_is_unknown(ward, version):
    manifest = dict(version.manifest)
    manifest["evaluation"] = {**manifest["evaluation"], "events": 60}
    ModelVersion.objects.filter(pk=version.pk).update(manifest=manifest)

    text = text_of(ward.as_doctor.get(URL))

    assert "Calibration slope (1 is right) unknown fewer than 100 events" in text


def test_inputs_stand_without_codes_and_with_what_happens_without_them(ward, version):
    """The codes are for whoever reviews or connects: they stand on the version's page."""
    text = text_of(ward.as_doctor.get(URL))

    assert "MedPortal mass-shape" not in text
    assert "MedPortal mass-shape" in text_of(ward.as_doctor.get(f"/versions/{version.pk}/"))
    assert "holds a clinician’s judgement" in text
    assert "filled in (AUROC" in text


def test_a_clinician_finds_a_patient_to_run_it_for(ward, version):
    page = ward.as_doctor.post(URL, {"query": "Silva"})

    assert f"/patients/{ward.patient.pk}/services/breast-mass/" in drawn(page)
    assert AuditEvent.objects.filter(act="patient.search", patients=[ward.patient.pk]).exists()


def test_patients_of_other_teams_are_not_found(ward, version):
    page = ward.as_stranger.post(URL, {"query": "Silva"})

    assert "No patient of your care teams matches." in text_of(page)


def test_whoever_may_not_run_finds_nobody(ward, version):
    assert "Run for a patient" not in text_of(ward.as_nurse.get(URL))
    assert ward.as_nurse.post(URL, {"query": "Silva"}).status_code == 404


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.ADMINISTRATOR])
def test_reviewer_and_administrator_stop_it_at_once_with_a_reason(ward, version, role):
    browser = ward.client_for(ward.person(role))

    assert browser.post(f"{URL}stop/", {"reason": ""}).status_code == 400
    browser.post(f"{URL}stop/", {"reason": "Laboratory changed its method."})

    version.refresh_from_db()
    assert version.state == ModelVersion.State.STOPPED
    text = text_of(ward.as_doctor.get(URL))
    assert "Stopped. Laboratory changed its method." in text
    assert "Run for a patient" not in text


@pytest.mark.parametrize("role", [Role.CLINICIAN, Role.NURSE, Role.DATA_SCIENTIST])
def test_nobody_else_stops_a_service(ward, version, role):
    browser = ward.client_for(ward.person(role))

    assert browser.post(f"{URL}stop/", {"reason": "x"}).status_code == 403
    assert "Stop this service" not in text_of(browser.get(URL))


def test_a_nurse_does_not_meet_services_that_are_hidden_from_nurses(ward):
    service = ServiceFactory(organisation=ward.house, slug="pbc-prognosis", hidden_from_nurses=True)

    assert service.name not in text_of(ward.as_nurse.get("/services/"))
    assert ward.as_nurse.get("/services/pbc-prognosis/").status_code == 404


def test_the_privacy_officer_has_no_services(ward, version):
    assert ward.client_for(ward.person(Role.PRIVACY_OFFICER)).get(URL).status_code == 403


def test_the_page_in_chinese_shows_no_english_of_the_sheet(ward, version):
    ward.doctor.language = "zh-hans"
    ward.doctor.save()
    text = text_of(ward.as_doctor.get(URL))

    for part in ("question", "user", "when", "population_note"):
        assert version.service.sheet.content[part]["zh-Hans"] in text
        assert version.service.sheet.content[part]["en"] not in text


def test_the_list_asks_the_database_a_fixed_number_of_times(
    ward, version, django_assert_max_num_queries
):
    ward.as_doctor.get("/services/")
    for slug in ("diabetes-onset", "pbc-prognosis"):
        ServiceFactory(organisation=ward.house, slug=slug)

    with django_assert_max_num_queries(8):
        ward.as_doctor.get("/services/")
