"""The page of a cohort: pictures with their tables, groups, and patients of one's own teams."""

from __future__ import annotations

import re

import pytest

from accounts.models import AuditEvent, Role
from diagnosis.portal.cohort import page as pages
from diagnosis.registry.models import Service
from tests import factories
from tests.pages import drawn
from tests.portal.cohorts import cohort_of
from tests.portal.results import finished, version_of
from tests.portal.test_result import text_of

URL = "/services/breast-mass/cohort/"
LINK = re.compile(r"/predictions/([0-9a-f-]{36})/")


@pytest.fixture
def version(ward):
    return version_of(ward.house)


@pytest.fixture
def results(ward, version):
    return cohort_of(version, ward.doctor, ward.team, 14)


def shown(answer):
    return set(LINK.findall(drawn(answer)))


def ids(rows):
    return {str(row.pk) for row in rows}


def test_the_page_shows_the_results_of_ones_own_patients_and_no_other(ward, version, results):
    theirs = finished(version, ward.stranger, factories.patient_of(ward.stranger))

    mine, other = ward.as_doctor.get(URL), ward.as_stranger.get(URL)

    assert shown(mine) == ids(results)
    assert shown(other) == {str(theirs.pk)}
    assert theirs.patient.family_name not in text_of(mine)


def test_the_event_names_every_patient_also_those_who_are_only_dots(ward, results):
    ward.as_doctor.get(URL)

    event = AuditEvent.objects.get(act="cohort.read")
    assert set(event.patients) == {row.patient_id for row in results}


def test_each_picture_has_its_table(ward, results):
    page = ward.as_doctor.get(URL)
    html = drawn(page)

    assert html.count("<use href=") > 14
    assert html.count("The same as a table") == 2
    assert "Of all inputs" in text_of(page)
    assert "Adds on average" in text_of(page)


def test_every_dot_leads_to_its_result_and_none_is_a_stop_of_the_tab_key(ward, results):
    html = drawn(ward.as_doctor.get(URL))
    dots = re.findall(r'<a href="/predictions/[^"]+"([^>]*)><use', html)

    assert len(dots) == 14
    assert set(dots) == {' tabindex="-1"'}


def test_an_input_is_chosen_and_a_wrong_one_is_the_first(ward, results):
    assert "What Age adds, by its value" in text_of(ward.as_doctor.get(f"{URL}?feature=age"))
    first = text_of(ward.as_doctor.get(URL))
    assert text_of(ward.as_doctor.get(f"{URL}?feature=nonsense")) == first


def test_a_few_results_get_tables_and_no_picture(ward, version):
    cohort_of(version, ward.doctor, ward.team, 9)
    page = ward.as_doctor.get(URL)

    assert "too few for a picture" in text_of(page)
    assert "<use href=" not in drawn(page)
    assert "Adds on average" in text_of(page)


def test_without_a_result_the_page_says_so(ward, version):
    assert "No result of this service with its reasons" in text_of(ward.as_doctor.get(URL))


def test_without_a_version_the_page_says_so(ward):
    factories.ServiceFactory(organisation=ward.house, slug="breast-mass")

    assert "No version of this service is published" in text_of(ward.as_doctor.get(URL))


def test_the_patients_of_a_group_are_listed_alone(ward, version, monkeypatch):
    results = cohort_of(version, ward.doctor, ward.team, 40)
    page = ward.as_doctor.get(f"{URL}?group=1")
    rows = re.findall(r'<th role="rowheader".*?/predictions/([0-9a-f-]{36})/', drawn(page))

    assert "Patients of group 1" in text_of(page)
    assert 0 < len(rows) < 40
    assert set(rows) < ids(results)


def test_the_list_has_pages(ward, version):
    cohort_of(version, ward.doctor, ward.team, pages.PAGE + 1)
    text = text_of(ward.as_doctor.get(f"{URL}?page=2"))

    assert f"Showing {pages.PAGE + 1}–{pages.PAGE + 1} of {pages.PAGE + 1}" in text


def test_a_nurse_reads_it_unless_the_service_is_hidden_from_nurses(ward, results):
    assert shown(ward.as_nurse.get(URL)) == ids(results)

    Service.objects.update(hidden_from_nurses=True)
    assert ward.as_nurse.get(URL).status_code == 404
    assert ward.as_doctor.get(URL).status_code == 200


@pytest.mark.parametrize(
    "role", [Role.DATA_SCIENTIST, Role.REVIEWER, Role.ADMINISTRATOR, Role.PRIVACY_OFFICER]
)
def test_roles_without_charts_do_not_use_the_page(ward, results, role):
    answer = ward.client_for(ward.person(role)).get(URL)

    assert answer.status_code == 403
    assert not shown(answer)


def test_a_service_of_another_house_and_a_missing_one_look_the_same(ward, results):
    elsewhere = ward.client_for(factories.clinician_at(factories.OrganisationFactory()))
    foreign, missing = elsewhere.get(URL), elsewhere.get("/services/no-such/cohort/")

    assert foreign.status_code == missing.status_code == 404
    assert text_of(foreign) == text_of(missing)


def test_the_page_in_chinese(ward, results):
    ward.doctor.language = "zh-hans"
    ward.doctor.save()
    text = text_of(ward.as_doctor.get(URL))

    assert "Of all inputs" not in text
    assert "Patients" not in text


def test_the_service_and_the_filtered_worklist_lead_to_it(ward, results):
    link = f'href="{URL}"'

    assert link in drawn(ward.as_nurse.get("/services/breast-mass/"))
    assert link not in drawn(ward.as_doctor.get("/"))
    assert link in drawn(ward.as_doctor.get("/?service=breast-mass"))
    reviewer = ward.client_for(ward.person(Role.REVIEWER))
    assert link not in drawn(reviewer.get("/services/breast-mass/"))


def test_on_paper_stand_pictures_and_tables_and_no_patient(ward, results):
    page = ward.as_doctor.get(f"{URL}print/?feature=age")

    assert "What Age adds, by its value" in text_of(page)
    assert not [r for r in results if f">{r.patient.family_name.upper()}" in drawn(page)]
    event = AuditEvent.objects.get(act="cohort.print")
    assert set(event.patients) == {row.patient_id for row in results}


def test_an_empty_cohort_does_not_go_on_paper(ward, results):
    assert ward.as_stranger.get(f"{URL}print/").status_code == 404
