"""Try-out: other values on a run, in the page and by the hand; nothing of it is stored."""

from __future__ import annotations

import json
import logging
import re
import sys
from datetime import timedelta

import pytest
from django.apps import apps
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEvent
from diagnosis.inference.actions import mark_wrong_patient
from diagnosis.inference.further import what_if_quota
from diagnosis.inference.models import Job, Prediction
from diagnosis.registry.models import ModelVersion
from medportal.common.logs import SafeFormatter
from tests import runnable
from tests.factories import (
    MembershipFactory,
    OrganisationFactory,
    QuotaFactory,
    clinician_at,
    nurse_at,
)
from tests.pages import drawn

pytestmark = pytest.mark.django_db
FIGURE = r'class="figure">(\d+)'
BY_SCRIPT = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def no_limit_reached_before():
    cache.clear()


@pytest.fixture
def ward():
    return runnable.ward()


@pytest.fixture
def run(ward):
    return ward.run()


@pytest.fixture
def doctor(ward, client_for):
    return client_for(ward.doctor)


def address(run, *, doubts=False):
    return reverse("portal:prediction-try", args=[run.pk]) + ("?doubts" if doubts else "")


def moved(client, run, *, doubts=False, **values):
    sent = {name if "_of_" in name else f"value_{name}": v for name, v in values.items()}
    sent = {name.replace("_of_", "_"): value for name, value in sent.items()}
    return client.post(address(run, doubts=doubts), sent, headers=BY_SCRIPT)


def whole(probability):
    return int(probability * 100 + 0.5)


def contents():
    """Every row of every table of ours, as it stands, the trail apart."""
    return {
        model.__name__: list(model._base_manager.order_by("pk").values())
        for app in ("accounts", "records", "registry", "inference", "operations", "sessions")
        for model in apps.get_app_config(app).get_models()
        if model not in (AuditEvent, Session)  # a session keeps which visits it has told
    }


def test_the_page_begins_at_the_values_and_the_number_of_the_run(doctor, run):
    page = drawn(doctor.get(address(run)))

    assert re.search(r'name="value_systolic_bp" value="132"', page)
    assert int(re.search(FIGURE, page)[1]) == whole(run.headline)
    assert "nothing is changed yet" in page
    assert "try-out, not a result" in page


def test_a_moved_value_moves_the_number_and_says_from_where(doctor, run):
    answer = drawn(moved(doctor, run, st_depression="3.5", doubts=True))

    before, after = whole(run.headline), int(re.search(FIGURE, answer)[1])
    assert after > before
    assert re.search(rf"From {before}.% to {after}.% by ST depression", answer)
    assert "before: 1.0\u00a0mm" in answer


def test_of_several_changes_the_one_that_did_most_is_named_and_their_points_add_up(doctor, run):
    answer = moved(doctor, run, st_depression="3.5", cholesterol="241", doubts=True)
    text = drawn(answer)

    assert "mostly by ST depression on exercise" in text
    table = re.search(r'class="try-moved".*?</table>', text, re.S)[0]
    points = [int(p.replace("\u2212", "-")) for p in re.findall(r'nowrap">([+\u2212]?\d+)<', table)]
    assert sum(points[:-1]) == points[-1]


def test_nothing_is_stored_and_only_whole_pages_leave_an_event(doctor, run):
    doctor.get(reverse("portal:prediction", args=[run.pk]))  # the session's first page
    before, events = contents(), AuditEvent.objects.count()

    doctor.get(address(run))
    moved(doctor, run, cholesterol="307", systolic_bp="170")
    moved(doctor, run, cholesterol="no number")
    moved(doctor, run, cholesterol="9")
    doctor.post(address(run), {"value_cholesterol": "210"})

    assert contents() == before
    told = list(AuditEvent.objects.order_by("at")[events:])
    whole_pages = 2  # the one that was opened, and the form sent without the script
    assert [(e.act, e.patients) for e in told] == whole_pages * [
        ("prediction.try", [run.patient_id])
    ]
    assert "307" not in json.dumps([[e.what, e.why, e.detail] for e in told])


def test_no_value_reaches_a_log_and_no_answer_may_be_kept(doctor, run, capsys):
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(SafeFormatter())
    logging.getLogger().addHandler(handler)
    answers = [moved(doctor, run, cholesterol=value) for value in ("307.125", "307.125e9", "x307")]
    logging.getLogger().removeHandler(handler)

    assert "307" not in capsys.readouterr().err
    assert {answer["Cache-Control"] for answer in answers} == {"no-store"}


def test_an_address_takes_no_value(doctor, run):
    page = drawn(doctor.get(f"{address(run)}?value_cholesterol=300"))
    assert 'name="value_cholesterol" value="240"' in page


def test_age_and_sex_are_locked_whatever_is_sent(doctor, run):
    page = drawn(doctor.get(address(run, doubts=True)))
    answer = drawn(moved(doctor, run, age="30", sex="female", doubts=True))

    assert "value_age" not in page
    assert "value_sex" not in page
    assert page.count("locked: it belongs to the patient") == 2
    assert "nothing is changed yet" in answer


def test_a_finding_is_locked_until_somebody_doubts_it(doctor, run):
    page = drawn(doctor.get(address(run)))
    doubting = drawn(doctor.get(address(run, doubts=True)))

    assert "value_systolic_bp" in page
    assert "value_st_depression" not in page
    assert "nothing is changed yet" in drawn(moved(doctor, run, st_depression="3.5"))
    assert "value_st_depression" in doubting


def test_what_no_body_has_is_said_at_its_field_and_nothing_is_computed(doctor, run):
    answer = drawn(moved(doctor, run, cholesterol="9000"))

    state = re.search(r'id="state_cholesterol".*?</p>', answer)[0]
    assert "No body has that" in state
    assert not re.search(FIGURE, answer)
    assert 'href="#value_cholesterol"' in answer


def test_a_value_may_be_typed_in_another_unit(doctor, run):
    same = {"value_cholesterol": "7.76", "unit_cholesterol": "mmol/L"}
    other = {"value_cholesterol": "300", "unit_cholesterol": "mg/dL"}
    figures = [
        re.search(FIGURE, drawn(doctor.post(address(run), sent, headers=BY_SCRIPT)))[1]
        for sent in (same, other)
    ]
    assert figures[0] == figures[1]


def test_beyond_the_services_limits_there_is_no_number_but_the_stored_one(doctor, run):
    answer = drawn(moved(doctor, run, cholesterol="750"))

    assert "lies outside 50–700\xa0mg/dL" in answer
    assert f"The stored result is {whole(run.headline)}" in answer
    assert not re.search(FIGURE, answer)


def test_values_unlike_those_of_the_training_data_give_no_number(doctor, run):
    strange = {"systolic_bp": "60", "cholesterol": "690", "peak_heart_rate": "40"}
    answer = drawn(moved(doctor, run, doubts=True, **strange))

    assert "unlike those of the patients from whom the model learnt" in answer
    assert not re.search(FIGURE, answer)


def test_a_slider_says_where_another_band_begins_and_there_it_is(doctor, run):
    answer = drawn(moved(doctor, run, doubts=True))
    state = re.search(r'id="state_st_depression".*?</p>', answer)[0]
    limit, value = re.search(r"crosses (\d+).% at ([\d.]+)", state).groups()

    around = [
        int(re.search(FIGURE, drawn(moved(doctor, run, st_depression=v, doubts=True)))[1])
        for v in (f"{float(value) - 0.2:.1f}", f"{float(value) + 0.2:.1f}")
    ]
    assert around[0] <= int(limit) <= around[1]


def test_without_a_script_the_same_form_gives_the_same_page(doctor, run):
    page = drawn(doctor.post(address(run), {"value_cholesterol": "300"}))

    assert "<html" in page
    assert re.search(r'name="value_cholesterol" value="300"', page)
    assert "by total cholesterol" in page


def test_the_reset_button_brings_the_values_of_the_run_back(doctor, run):
    page = drawn(doctor.post(address(run), {"value_cholesterol": "300", "reset": "1"}))

    assert re.search(r'name="value_cholesterol" value="240"', page)
    assert "nothing is changed yet" in page


def test_an_answer_that_a_newer_position_overtook_is_not_computed(doctor, run):
    def sent(turn):
        position = {"page": "a1", "turn": turn, "value_cholesterol": "300"}
        return doctor.post(address(run), position, headers=BY_SCRIPT).status_code

    assert [sent("2"), sent("1"), sent("3")] == [200, 204, 200]


def test_nothing_can_be_decided_there(doctor, run):
    page = drawn(doctor.get(address(run)))
    assert "/decision/" not in page
    assert "Advised" not in page


# --- who may


def test_a_stranger_another_house_and_a_nurse_get_nothing(ward, run, client_for):
    nurse = nurse_at(ward.organisation)
    MembershipFactory(team=ward.doctor.memberships.first().team, user=nurse)
    people = {
        "a clinician of another team": (clinician_at(ward.organisation), 404),
        "a clinician of another house": (clinician_at(OrganisationFactory()), 404),
        "a nurse of the team": (nurse, 403),
    }
    for who, (person, expected) in people.items():
        client = client_for(person)
        found = {client.get(address(run)).status_code, moved(client, run).status_code}
        assert found == {expected}, who
    assert Client().get(address(run)).status_code == 302


def test_a_post_without_the_forms_token_is_refused(ward, run):
    careful = Client(enforce_csrf_checks=True)
    careful.force_login(ward.doctor, backend="django.contrib.auth.backends.ModelBackend")
    assert moved(careful, run, cholesterol="300").status_code == 403


# --- limits


def test_too_many_positions_in_a_minute_are_refused_with_an_event(doctor, run, monkeypatch):
    monkeypatch.setattr(what_if_quota, "A_MINUTE", 2)
    answers = [moved(doctor, run, cholesterol=str(v)) for v in (200, 210, 220)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert 0 < int(answers[-1]["Retry-After"]) <= 60
    assert "Wait a moment" in drawn(answers[-1])
    event = AuditEvent.objects.latest("at")
    assert (event.act, event.outcome) == ("prediction.try", "refused")


def test_a_grid_of_values_ends_with_the_day(doctor, run, monkeypatch):
    monkeypatch.setattr(what_if_quota, "A_DAY", 1)
    moved(doctor, run, cholesterol="200")
    answer = moved(doctor, run, cholesterol="201")

    assert answer.status_code == 429
    assert "opens again tomorrow" in drawn(answer)


# --- from where, and when not


def test_a_result_and_the_run_form_lead_to_it(ward, doctor, run):
    for page in (
        reverse("portal:prediction", args=[run.pk]),
        reverse("portal:run", args=[ward.patient.pk, ward.service.slug]),
    ):
        assert address(run) in drawn(doctor.get(page))


def test_a_refused_run_is_tried_with_the_value_that_it_lacks(client_for):
    ward = runnable.ward(without=("systolic_bp",))
    refused, doctor = ward.run(), client_for(ward.doctor)
    assert refused.state == "refused"
    page = drawn(doctor.get(address(refused)))
    answer = drawn(moved(doctor, refused, systolic_bp="150"))

    assert address(refused) in drawn(doctor.get(f"/predictions/{refused.pk}/"))
    assert "not measured; the service needs it" in page
    assert re.search(r'id="slide_systolic_bp"[^>]*aria-valuetext="not measured"', page)
    assert "Missing: Systolic blood pressure." in page
    assert re.search(FIGURE, answer)
    assert "was not scored; with these values it would be" in answer


def test_what_was_not_measured_is_switched_on_and_off(client_for):
    ward = runnable.ward("diabetes-onset", sex="female")
    run = ward.run(confirmations=("population-understood",))
    doctor = client_for(ward.doctor)
    switched_off = drawn(moved(doctor, run, insulin_2h="150", none_of_insulin_2h="1"))
    switched_on = drawn(moved(doctor, run, insulin_2h="150"))

    assert "nothing is changed yet" in switched_off
    assert re.search("Missing and filled in: .*Insulin 2 h", switched_off)
    assert "before: not measured" in switched_on
    assert "150\u00a0µIU/mL" in switched_on


@pytest.fixture
def sugar():
    """A run of the diabetes service, whose pregnancies may be moved here."""
    ward = runnable.ward("diabetes-onset", sex="female")
    return ward, ward.run(confirmations=("population-understood",))


def test_half_a_pregnancy_is_not_tried_and_whole_ones_are(sugar, client_for):
    ward, run = sugar
    doctor = client_for(ward.doctor)
    half = drawn(moved(doctor, run, doubts=True, pregnancies="2.5"))
    two = drawn(moved(doctor, run, doubts=True, pregnancies="2"))

    assert "This is counted: write a whole number." in half
    assert 'data-invalid="value_pregnancies"' in half
    assert not re.search(FIGURE, half)
    assert re.search(FIGURE, two)


def test_beside_a_field_stands_where_its_value_is_and_it_follows_the_hand(doctor, run):
    page = drawn(doctor.get(address(run)))
    answer = drawn(moved(doctor, run, systolic_bp="190"))

    def picture(text):
        return re.search(r'id="range_systolic_bp".*?</figure>', text, re.DOTALL)[0]

    for text, value in ((page, "132"), (answer, "190")):
        assert re.search(rf"<desc[^>]*>[^<]*{value}\s*mmHg", picture(text))
        assert "typical here" in picture(text)
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))  # the reasons beside the form draw the same inputs


def test_what_was_perhaps_meant_is_a_button_beside_the_field(doctor, run):
    comma = drawn(moved(doctor, run, systolic_bp="131,5"))
    other = drawn(moved(doctor, run, cholesterol="6.2"))
    right = drawn(moved(doctor, run, systolic_bp="131"))

    assert re.search(r'id="fills_systolic_bp">.*data-value="131.5"', comma)
    assert re.search(
        r'data-fills="value_cholesterol" data-value="6.2" [^>]*data-unit="mmol/L"', other
    )
    assert "data-fills" not in right


def make_expired(ward, run):
    old = run.index_at - timedelta(days=run.service.validity_days + 1)
    Prediction.unscoped.filter(pk=run.pk).update(index_at=old)


def make_withdrawn(ward, run):
    mark_wrong_patient(actor=ward.doctor, prediction=run)


def make_pending(ward, run):
    Prediction.unscoped.filter(pk=run.pk).update(state=Job.State.QUEUED)


def stop(ward, run):
    ModelVersion.objects.filter(pk=ward.version.pk).update(state=ModelVersion.State.STOPPED)


def publish_another(ward, run):
    ModelVersion.objects.filter(pk=ward.version.pk).update(state=ModelVersion.State.RETIRED)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (make_expired, "This result has expired"),
        (make_withdrawn, "marked as entered in error"),
        (make_pending, "no result yet"),
        (stop, "The service is stopped"),
        (publish_another, "Another version of the service answers now"),
    ],
)
def test_what_does_not_hold_is_not_tried_and_says_why(ward, doctor, run, change, says):
    change(ward, run)
    page, answer = doctor.get(address(run)), moved(doctor, run, cholesterol="300")

    assert (page.status_code, answer.status_code) == (409, 409)
    for text in (drawn(page), drawn(answer)):
        assert says in text
        assert not re.search(FIGURE, text)
    assert address(run) not in drawn(doctor.get(f"/predictions/{run.pk}/"))


def test_the_own_estimate_comes_first(ward, doctor, run):
    ward.service.ask_own_estimate = True
    ward.service.save()
    Prediction.unscoped.filter(pk=run.pk).update(asks_estimate=True)
    page = doctor.get(address(run))

    assert page.status_code == 409
    assert "Your own estimate comes first" in drawn(page)


def test_a_used_up_quota_closes_it_too(ward, doctor, run):
    QuotaFactory(service=ward.service, organisation=ward.organisation, period="day", limit=1)
    page = doctor.get(address(run))

    assert page.status_code == 429
    assert "runs of today are used up" in drawn(page)
    assert page["Retry-After"]
