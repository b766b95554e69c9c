"""Finding a patient: by POST, within one's care teams, and honest where nobody matches."""

import re

from django.urls import reverse

from accounts.models import AuditEvent
from tests.factories import patient_of
from tests.pages import drawn

URL = "/patients/"


def shown(response):
    return re.findall(r'href="/patients/([0-9a-f-]{36})/"', drawn(response))


def test_the_list_shows_the_patients_of_my_teams_with_their_identifiers(ward):
    page = ward.as_doctor.get(URL)
    assert shown(page) == [str(ward.patient.pk)]
    text = drawn(page)
    assert "SILVA, Ana" in text
    assert "05-Apr-1961" in text
    assert "401 023 2137" in text


def test_a_doctor_of_another_team_finds_nobody(ward):
    assert shown(ward.as_stranger.get(URL)) == []
    answer = ward.as_stranger.post(URL, {"query": "Silva"})
    assert shown(answer) == []
    assert "Patients of other teams do not show here" in drawn(answer)


def test_a_search_finds_by_part_of_the_name_and_is_not_in_the_address(ward):
    answer = ward.as_doctor.post(URL, {"query": "silv"})
    assert answer.status_code == 200
    assert shown(answer) == [str(ward.patient.pk)]
    assert answer.request["QUERY_STRING"] == ""


def test_who_could_be_taken_for_another_is_marked_where_one_is_chosen(ward):
    patient_of(ward.doctor, team=ward.team, family_name="Silverman", given_name="Olga")
    assert "similar name" not in drawn(ward.as_doctor.post(URL, {"query": "silv"}))

    patient_of(ward.doctor, team=ward.team, family_name="Silva", given_name="Anita")
    for page in (ward.as_doctor.post(URL, {"query": "silv"}), ward.as_doctor.get(URL)):
        assert drawn(page).count("similar name") == 2


def test_a_search_finds_by_birth_date(ward):
    assert shown(ward.as_doctor.post(URL, {"query": "05-Apr-1961"})) == [str(ward.patient.pk)]
    assert shown(ward.as_doctor.post(URL, {"query": "06-Apr-1961"})) == []


def test_terms_in_the_address_search_nothing(ward):
    other = patient_of(ward.doctor, team=ward.team, family_name="Novak")
    found = shown(ward.as_doctor.get(URL, {"query": "Silva"}))
    assert set(found) == {str(ward.patient.pk), str(other.pk)}


def test_list_and_search_name_in_the_trail_whom_they_showed(ward):
    ward.as_doctor.get(URL)
    ward.as_doctor.post(URL, {"query": "Silva"})
    events = AuditEvent.objects.filter(actor_id=ward.doctor.pk).exclude(act="login").order_by("at")
    assert [(event.act, event.patients) for event in events] == [
        ("patient.list", [ward.patient.pk]),
        ("patient.search", [ward.patient.pk]),
    ]
    assert "Silva" not in str(list(events.values()))


def test_a_page_of_the_list_says_how_many_there_are(ward):
    for n in range(27):
        patient_of(ward.doctor, team=ward.team, family_name=f"Zed{n:02}")
    first = ward.as_doctor.get(URL)
    assert "Showing 1–25 of 28 patients" in drawn(first)
    second = ward.as_doctor.get(URL, {"page": 2})
    assert len(shown(second)) == 3


def test_charts_opened_lately_come_first_while_they_may_be_seen(ward):
    AuditEvent.objects.create(
        actor_id=ward.stranger.pk, act="patient.read", patients=[ward.patient.pk]
    )
    AuditEvent.objects.create(
        actor_id=ward.doctor.pk, act="patient.read", patients=[ward.patient.pk]
    )
    assert "Opened lately" in drawn(ward.as_doctor.get(URL))
    assert "Opened lately" not in drawn(ward.as_stranger.get(URL))


def test_a_role_without_charts_is_told_so(ward):
    answer = ward.client_for(ward.person("reviewer")).get(URL)
    assert answer.status_code == 403
    assert "role" in drawn(answer)


def test_nobody_searches_without_logging_in(ward, client):
    answer = client.get(URL)
    assert answer.status_code == 302
    assert answer.url.startswith(reverse("account_login"))


def test_the_list_costs_the_same_for_any_length(ward, django_assert_max_num_queries):
    for n in range(12):
        patient_of(ward.doctor, team=ward.team, family_name=f"Zed{n:02}")
    with django_assert_max_num_queries(14):
        ward.as_doctor.get(URL)
