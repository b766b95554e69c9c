"""The start page: what waits for whom, in which order, and nothing of another team."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import AuditEvent
from diagnosis.inference.models import Job, Prediction
from tests.factories import (
    DecisionFactory,
    EncounterFactory,
    MembershipFactory,
    ObservationFactory,
    PredictionFactory,
    clinician_at,
    patient_of,
    published,
)
from tests.pages import drawn

URL = "/"
HIGH = {"code": "high", "label": {"en": "high", "zh-Hans": "高"}}


@pytest.fixture
def version(ward):
    return published(ward.house)


def result(ward, version, *, patient=None, owner=None, hours=1, **fields):
    """A finished run in a band that asks for action, so many hours ago."""
    at = timezone.now() - timedelta(hours=hours)
    estimate = fields.setdefault("headline", 0.73)
    made = PredictionFactory(
        version=version,
        patient=patient or ward.patient,
        requested_by=ward.doctor,
        owner=owner or ward.doctor,
        requested_at=at,
        finished_at=at,
        index_at=fields.pop("index_at", at),
        band="high",
        **fields,
    )
    if made.state == Job.State.DONE:
        made.result = {"kind": "binary", "probability": estimate, "band": HIGH}
        made.save()
    return made


def rows(response):
    return re.findall(r'href="/predictions/([0-9a-f-]{36})/" data-row', drawn(response))


def test_a_row_says_who_which_service_how_likely_and_whose_turn_it_is(ward, version):
    made = result(ward, version)
    page = ward.as_doctor.get(URL)
    assert rows(page) == [str(made.pk)]
    text = drawn(page)
    for word in ("SILVA, Ana", "05-Apr-1961", "401 023 2137", "73\u00a0%", "high", "▲", "1 h"):
        assert word in text
    assert "awaits your decision" in text


def test_a_stranger_sees_none_of_it(ward, version):
    result(ward, version)
    page = ward.as_stranger.get(URL)
    assert rows(page) == []
    assert "No result yet for the patients of your care teams" in drawn(page)


def test_who_waits_longest_for_an_action_comes_first(ward, version):
    younger = result(ward, version, hours=2)
    elsewhere = patient_of(ward.doctor, team=ward.team, family_name="Novak")
    older = result(ward, version, patient=elsewhere, hours=5)
    assert rows(ward.as_doctor.get(URL)) == [str(older.pk), str(younger.pk)]


def test_filters_count_what_they_show(ward, version):
    result(ward, version)
    other = patient_of(ward.doctor, team=ward.team, family_name="Novak")
    colleague = clinician_at(ward.house)
    result(ward, version, patient=other, owner=colleague)
    page = drawn(ward.as_doctor.get(URL))
    assert re.search(r"Mine, awaiting decision <b>1</b>", page)
    assert re.search(r"All undecided <b>2</b>", page)
    mine = ward.as_doctor.get(URL, {"show": "mine"})
    assert len(rows(mine)) == 1
    assert "Showing 1–1 of 1" in drawn(mine)
    assert "2 without the filter" in drawn(mine)


def test_an_expired_result_has_no_band(ward, version):
    long_ago = timezone.now() - timedelta(days=version.service.validity_days + 1)
    result(ward, version, index_at=long_ago)
    text = drawn(ward.as_doctor.get(URL))
    assert "expired without a decision" in text
    assert 'class="tag raise"' not in text


def test_the_change_since_the_last_result_is_in_points(ward, version):
    result(ward, version, hours=30, headline=0.48)
    result(ward, version, hours=1, headline=0.73)
    assert "▲ +25" in drawn(ward.as_doctor.get(URL))


def test_a_change_that_another_version_made_is_not_shown_as_the_patients(ward, version):
    result(ward, version, hours=30, headline=0.48)
    version.state = "retired"
    version.save()
    new = type(version)(
        service=version.service, number=99, digest="b" * 64, manifest=version.manifest
    )
    new.state = "published"
    new.save()
    result(ward, new, hours=1, headline=0.73)
    text = drawn(ward.as_doctor.get(URL))
    assert "▲ +25" not in text
    assert "new version" in text


def test_risks_are_sorted_only_within_one_service(ward, version):
    low = result(ward, version, hours=5, headline=0.20)
    other = patient_of(ward.doctor, team=ward.team, family_name="Novak")
    high = result(ward, version, patient=other, hours=1, headline=0.80)
    across = rows(ward.as_doctor.get(URL, {"risk": "1"}))
    assert across == [str(low.pk), str(high.pk)]
    within = rows(ward.as_doctor.get(URL, {"risk": "1", "service": version.service.slug}))
    assert within == [str(high.pk), str(low.pk)]


def test_what_came_since_my_last_visit_is_marked_new(ward, version):
    result(ward, version, hours=1)
    ward.doctor.refresh_from_db()
    ward.doctor.previous_visit_at = timezone.now() - timedelta(hours=2)
    ward.doctor.save()
    assert 'class="tag new"' in drawn(ward.as_doctor.get(URL))
    ward.doctor.previous_visit_at = timezone.now()
    ward.doctor.save()
    assert 'class="tag new"' not in drawn(ward.as_doctor.get(URL))


def test_a_result_goes_to_a_colleague_in_one_click(ward, version):
    colleague = clinician_at(ward.house, display_name="Dr Novak")
    MembershipFactory(team=ward.team, user=colleague)
    made = result(ward, version)
    page = drawn(ward.as_doctor.get(URL))
    assert f'value="{colleague.pk}"' in page
    assert f'value="{ward.stranger.pk}"' not in page
    answer = ward.as_doctor.post(
        f"/predictions/{made.pk}/hand-over/", {"to": str(colleague.pk), "next": "worklist"}
    )
    assert answer.url == URL
    assert Prediction.unscoped.get(pk=made.pk).owner == colleague


def test_a_colleagues_result_can_be_taken_over(ward, version):
    colleague = clinician_at(ward.house, display_name="Dr Novak")
    MembershipFactory(team=ward.team, user=colleague)
    made = result(ward, version, owner=colleague)
    assert "Take over SILVA, Ana" in drawn(ward.as_doctor.get(URL))
    ward.as_doctor.post(f"/predictions/{made.pk}/hand-over/", {"to": str(ward.doctor.pk)})
    assert Prediction.unscoped.get(pk=made.pk).owner == ward.doctor


def test_a_nurse_reads_results_as_not_yet_reviewed_and_hands_nothing_over(ward, version):
    result(ward, version)
    text = drawn(ward.as_nurse.get(URL))
    assert "not yet reviewed by a doctor" in text
    assert "hand-over" not in text


def test_a_nurse_is_told_which_values_a_refused_run_needs(ward, version):
    ground = {
        "code": "required_input_missing",
        "message": {"en": "Missing.", "zh-Hans": "缺失。"},
        "features": ["cholesterol"],
    }
    result(
        ward,
        version,
        state=Job.State.REFUSED,
        headline=None,
        result=None,
        refusal={**ground, "findings": [ground]},
    )
    text = drawn(ward.as_nurse.get(URL))
    assert "What the services still need" in text
    assert f"/patients/{ward.patient.pk}/observations/add/?code=2093-3" in text


def test_a_run_with_changed_inputs_is_never_in_the_worklist(ward, version):
    result(ward, version, origin=Prediction.Origin.WHAT_IF)
    assert rows(ward.as_doctor.get(URL)) == []


def test_the_trail_names_the_patients_whom_the_list_showed(ward, version):
    result(ward, version)
    ward.as_doctor.get(URL)
    event = AuditEvent.objects.get(act="worklist.read")
    assert (event.actor_id, event.patients) == (ward.doctor.pk, [ward.patient.pk])


@pytest.mark.parametrize(
    ("role", "home"),
    [
        ("reviewer", "/reviews/"),
        ("privacy-officer", "/audit/"),
        ("data-scientist", "/services/"),
        ("administrator", "/admin/"),
    ],
)
def test_other_roles_start_where_their_work_is(ward, role, home):
    answer = ward.client_for(ward.person(role)).get(URL)
    assert (answer.status_code, answer.url) == (302, home)


def test_the_list_costs_the_same_for_any_length(ward, version, django_assert_max_num_queries):
    for n in range(8):
        other = patient_of(ward.doctor, team=ward.team, family_name=f"Zed{n}")
        result(ward, version, patient=other, hours=n + 1)
    ward.as_doctor.get(URL)  # what a process reads once: the inputs of each version
    with django_assert_max_num_queries(23):
        ward.as_doctor.get(URL)


def test_a_row_has_the_services_short_name_and_the_place_where_the_patient_is(ward, version):
    result(ward, version)
    EncounterFactory(patient=ward.patient, location="Ward 3", ended_at=None)
    text = drawn(ward.as_doctor.get(URL))
    line = text.split("<tbody")[1].split("</tbody>")[0]
    assert version.service.short_name == "Coronary disease"
    assert "Coronary disease" in line
    assert "Ward 3" in line
    assert version.service.name not in line


def test_filters_stay_until_others_are_chosen_and_hold_nothing_of_a_patient(ward, version):
    result(ward, version)
    elsewhere = patient_of(ward.doctor, team=ward.team, family_name="Novak")
    result(ward, version, patient=elsewhere, owner=clinician_at(ward.house))
    assert len(rows(ward.as_doctor.get(URL))) == 2
    assert len(rows(ward.as_doctor.get(URL, {"show": "mine"}))) == 1
    assert len(rows(ward.as_doctor.get(URL))) == 1
    assert ward.as_doctor.session["worklist"] == {"show": "mine", "service": "", "risk": ""}
    assert len(rows(ward.as_doctor.get(URL, {"show": "all"}))) == 2
    assert len(rows(ward.as_doctor.get(URL))) == 2


def test_similar_names_on_one_page_are_marked(ward, version):
    result(ward, version)
    result(ward, version, patient=patient_of(ward.doctor, team=ward.team, family_name="Novak"))
    assert "similar name" not in drawn(ward.as_doctor.get(URL))
    twin = patient_of(ward.doctor, team=ward.team, family_name="Silva", given_name="Anita")
    result(ward, version, patient=twin)
    assert drawn(ward.as_doctor.get(URL)).count("similar name") == 2


def test_a_newer_value_in_the_chart_and_a_replaced_version_are_marked(ward, version):
    made = result(ward, version)
    assert "newer data" not in drawn(ward.as_doctor.get(URL))
    ObservationFactory(
        patient=ward.patient, code="2093-3", value_number=240, unit="mg/dL",
        observed_at=timezone.now(),
    )  # fmt: skip
    assert "newer data" in drawn(ward.as_doctor.get(URL))
    elsewhere = patient_of(ward.doctor, team=ward.team, family_name="Novak")
    result(ward, version, patient=elsewhere)
    type(version).objects.filter(pk=made.version_id).update(state="retired")
    assert "version replaced" in drawn(ward.as_doctor.get(URL))


def test_ones_own_decision_is_not_somebodys(ward, version):
    made = result(ward, version)
    made.decided_at = timezone.now()
    made.save()
    own = DecisionFactory(prediction=made, decided_by=ward.doctor)
    assert "decided by you" in drawn(ward.as_doctor.get(URL))
    DecisionFactory(prediction=made, decided_by=clinician_at(ward.house), amends=own)
    assert "decided by you" not in drawn(ward.as_doctor.get(URL))
