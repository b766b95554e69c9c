"""The run form: the chart's values, what is asked, and one prediction for one click."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from diagnosis.inference.models import Prediction
from diagnosis.portal.run.form import RunForm
from diagnosis.records.models import Observation
from diagnosis.registry.models import Quota
from tests.factories import ObservationFactory, QuotaFactory, ServiceFactory, published
from tests.pages import drawn

OWN = "urn:medportal:codes"


@pytest.fixture
def service(ward):
    return published(ward.house, "breast-mass").service


@pytest.fixture
def url(ward, service):
    return f"/patients/{ward.patient.pk}/services/{service.slug}/"


def in_chart(ward, code, value, *, days=1):
    return ObservationFactory(
        patient=ward.patient,
        system=OWN,
        code=code,
        value_number=None,
        value_code=value,
        unit="",
        observed_at=timezone.now() - timedelta(days=days),
    )


def fields(page):
    """What a browser would send back of an untouched form."""
    text = drawn(page)
    hidden = dict(re.findall(r'<input type="hidden" name="([a-z_]+)" value="([^"]*)"', text))
    hidden.pop("csrfmiddlewaretoken", None)
    hidden.pop("next", None)
    chosen = re.findall(r'type="radio" name="(\w+)" value="([^"]*)" checked', text)
    typed = re.findall(r'id="value_\w+" name="(value_\w+)" value="([^"]*)"', text)
    selects = re.findall(r'<select[^>]* name="(unit_\w+)".*?</select>', text, re.DOTALL)
    units = [
        re.search(rf'name="{name}".*?value="([^"]*)" selected', text, re.DOTALL) for name in selects
    ]
    picked = {name: unit.group(1) for name, unit in zip(selects, units, strict=True) if unit}
    return {**hidden, **dict(chosen), **dict(typed), **picked}


READINGS, PROBLEMS, DRUGS = (
    'DISTINCT ON ("records_observation"',
    'FROM "records_condition"',
    'FROM "records_medication"',
)


def run(ward, url, **answers):
    sent = {**fields(ward.as_doctor.get(url)), **answers}
    return ward.as_doctor.post(url, sent)


def test_the_form_shows_what_the_chart_has_and_marks_what_it_lacks(ward, url):
    in_chart(ward, "mass-shape", "irregular")
    text = drawn(ward.as_doctor.get(url))
    assert re.search(r'name="value_shape" value="irregular" checked', text)
    assert "not in the chart" in text
    assert "from the patient's record" in text
    assert "Run for SILVA, Ana" in text


def test_running_an_untouched_form_leaves_the_inputs_to_the_chart(ward, url):
    for code, value in (("mass-shape", "round"), ("mass-margin", "obscured")):
        in_chart(ward, code, value)
    answer = run(ward, url)
    made = Prediction.unscoped.get()
    assert answer.url == f"/predictions/{made.pk}/"
    assert made.origin == Prediction.Origin.PORTAL
    assert made.inputs["shape"]["status"] == "current"
    assert Observation.unscoped.count() == 2


def test_an_answer_is_stored_in_the_chart_so_that_nobody_asks_twice(ward, url):
    in_chart(ward, "mass-shape", "round")
    run(ward, url, value_margin="spiculated")
    row = Observation.unscoped.get(code="mass-margin")
    assert (row.value_code, row.source) == ("spiculated", "form")
    text = drawn(ward.as_doctor.get(url))
    assert re.search(r'name="value_margin" value="spiculated" checked', text)


def test_changing_a_value_of_the_chart_only_tries_it(ward, url):
    in_chart(ward, "mass-shape", "round")
    in_chart(ward, "mass-margin", "obscured")
    run(ward, url, value_shape="irregular")
    made = Prediction.unscoped.get()
    assert made.origin == Prediction.Origin.WHAT_IF
    assert Observation.unscoped.filter(code="mass-shape").count() == 1


def test_a_change_that_was_found_now_is_recorded_and_counts(ward, url):
    in_chart(ward, "mass-shape", "round")
    in_chart(ward, "mass-margin", "obscured")
    run(ward, url, value_shape="irregular", changes="record")
    assert Prediction.unscoped.get().origin == Prediction.Origin.PORTAL
    newest = Observation.unscoped.filter(code="mass-shape").order_by("-observed_at").first()
    assert newest.value_code == "irregular"


def test_two_clicks_make_one_prediction(ward, url):
    in_chart(ward, "mass-shape", "round")
    in_chart(ward, "mass-margin", "obscured")
    sent = fields(ward.as_doctor.get(url))
    first, second = (ward.as_doctor.post(url, sent) for _ in range(2))
    assert first.url == second.url
    assert Prediction.unscoped.count() == 1


def test_the_same_form_with_other_values_is_asked_back(ward, url):
    in_chart(ward, "mass-shape", "round")
    in_chart(ward, "mass-margin", "obscured")
    sent = fields(ward.as_doctor.get(url))
    ward.as_doctor.post(url, sent)
    again = ward.as_doctor.post(url, {**sent, "value_shape": "oval"})
    assert again.status_code == 422
    assert "already run with other values" in drawn(again)
    assert fields(again)["key"] != sent["key"]


def test_an_old_value_is_shown_as_such_and_used_only_when_somebody_says_so(ward):
    version = published(ward.house, "coronary-disease")
    url = f"/patients/{ward.patient.pk}/services/{version.service.slug}/"
    ObservationFactory(
        patient=ward.patient, value_number=141, observed_at=timezone.now() - timedelta(days=200)
    )
    text = drawn(ward.as_doctor.get(url))
    assert "too old" in text
    assert "use anyway" in text
    run(ward, url)
    assert Prediction.unscoped.get().inputs["systolic_bp"]["converted"] is None
    run(ward, url, use_systolic_bp="yes")
    newest = Prediction.unscoped.order_by("-requested_at").first()
    assert newest.inputs["systolic_bp"]["converted"] == 141


def test_a_value_in_the_wrong_unit_is_asked_back_with_what_was_meant(ward):
    version = published(ward.house, "diabetes-onset")
    url = f"/patients/{ward.patient.pk}/services/{version.service.slug}/"
    rules = version.service.definition.population
    confirmed = [rule.code for rule in rules if rule.kind == "confirm"]
    answer = run(ward, url, value_glucose_2h="7.8", unit_glucose_2h="mg/dL", confirm=confirmed)
    text = drawn(answer)
    assert answer.status_code == 422
    assert "did you mean 7.8 mmol/L" in text
    assert 'name="value_glucose_2h" value="7.8"' in text
    assert 'class="error-summary"' in text
    assert not Prediction.unscoped.exists()


def test_light_chains_without_a_unit_are_refused_at_the_field(ward):
    version = published(ward.house, "flc-mortality")
    url = f"/patients/{ward.patient.pk}/services/{version.service.slug}/"
    answer = run(ward, url, value_kappa="12", unit_kappa="")
    assert answer.status_code == 422
    assert "Choose the unit" in drawn(answer)


def test_what_must_be_confirmed_stops_the_form_until_it_is(ward):
    version = published(ward.house, "diabetes-onset")
    url = f"/patients/{ward.patient.pk}/services/{version.service.slug}/"
    text = drawn(ward.as_doctor.get(url))
    assert "Please confirm" in text
    refused = run(ward, url)
    assert refused.status_code == 422
    assert "Confirm this first" in drawn(refused)


def test_a_patient_outside_the_population_is_told_before_the_run(ward, url):
    ward.patient.sex = "male"
    ward.patient.save()
    text = drawn(ward.as_doctor.get(url))
    assert "This service does not fit this patient." in text


def test_what_the_population_was_stands_above_the_form(ward):
    version = published(ward.house, "diabetes-onset")
    text = drawn(
        ward.as_doctor.get(f"/patients/{ward.patient.pk}/services/{version.service.slug}/")
    )
    assert "Before the number:" in text
    assert text.index("Before the number:") < text.index('name="value_glucose_2h"')


def test_the_form_says_that_an_own_estimate_comes_before_the_number(ward):
    service = published(ward.house, "breast-mass").service
    service.ask_own_estimate = True
    service.save()
    url = f"/patients/{ward.patient.pk}/services/{service.slug}/"

    assert "your own estimate before the number" in drawn(ward.as_doctor.get(url))
    run(ward, url)
    assert Prediction.unscoped.get().asks_estimate


def test_a_service_that_is_stopped_says_so(ward, service, url):
    service.versions.update(state="stopped")
    text = drawn(ward.as_doctor.get(url))
    assert "This service does not run now." in text


def test_a_stranger_cannot_tell_the_form_from_a_missing_one(ward, url):
    assert ward.as_stranger.get(url).status_code == 404
    assert ward.as_stranger.post(url, {}).status_code == 404


def test_a_service_of_another_house_does_not_exist(ward):
    published(ServiceFactory().organisation, "pbc-prognosis")
    answer = ward.as_doctor.get(f"/patients/{ward.patient.pk}/services/pbc-prognosis/")
    assert answer.status_code == 404


def test_a_nurse_runs_nothing(ward, url):
    assert ward.as_nurse.get(url).status_code == 403
    assert ward.as_nurse.post(url, {}).status_code == 403
    assert not Prediction.unscoped.exists()


def test_age_is_shown_in_years_and_cannot_be_typed(ward, url):
    ward.patient.birth_date = date(1961, 4, 5)
    ward.patient.save()
    text = drawn(ward.as_doctor.get(url))
    assert re.search(r"<strong>65</strong>\s*years", text)
    assert "value_age" not in text


def test_what_the_patient_is_stays_on_the_form_after_an_error(ward):
    version = published(ward.house, "flc-mortality")
    url = f"/patients/{ward.patient.pk}/services/{version.service.slug}/"
    text = drawn(run(ward, url, value_kappa="12", unit_kappa=""))
    assert re.search(r"<strong>female</strong>", text)


def test_the_form_costs_a_fixed_number_of_questions(ward, django_assert_max_num_queries):
    version = published(ward.house, "coronary-disease")
    for n in range(30):
        ObservationFactory(
            patient=ward.patient, observed_at=timezone.now() - timedelta(days=n, hours=1)
        )
    with django_assert_max_num_queries(24):
        ward.as_doctor.get(f"/patients/{ward.patient.pk}/services/{version.service.slug}/")


def test_a_quota_is_told_before_it_ends_and_refuses_in_place_where_it_has(ward, service, url):
    quota = QuotaFactory(service=service, warn_at=0, limit=1, period="day")
    assert "0 of 1 runs of today" in drawn(ward.as_doctor.get(url))
    answers = {"value_shape": "round", "value_margin": "circumscribed", "value_density": "low"}
    assert run(ward, url, **answers).status_code == 302

    refused = run(ward, url, **answers | {"value_density": "high"})

    assert refused.status_code == 429
    assert "Retry-After" in refused.headers
    assert "All 1 runs of today are used up" in drawn(refused)
    Quota.objects.filter(pk=quota.pk).update(warn_at=None, limit=None)
    assert "runs of today" not in drawn(ward.as_doctor.get(url))


def test_all_that_is_wrong_is_said_at_once(ward):
    version = published(ward.house, "coronary-disease")
    url = f"/patients/{ward.patient.pk}/services/{version.service.slug}/"
    text = drawn(run(ward, url, value_cholesterol="1,2", value_systolic_bp="1200"))
    assert 'href="#value_cholesterol"' in text
    assert 'href="#value_systolic_bp"' in text


def test_no_chest_pain_is_asked_about_before_the_run_and_not_after(ward):
    published(ward.house, "coronary-disease")
    url = f"/patients/{ward.patient.pk}/services/coronary-disease/"

    asked = run(ward, url, value_chest_pain="asymptomatic")
    text = drawn(asked)

    assert asked.status_code == 422
    assert "Is coronary disease suspected because of another symptom" in text
    assert not Prediction.unscoped.exists()
    run(ward, url, value_chest_pain="asymptomatic", confirm="no-symptoms")
    assert Prediction.unscoped.get().confirmations == ["no-symptoms"]


def test_form_and_service_page_say_what_nobody_checks_here(ward, url):
    form = drawn(ward.as_doctor.get(url))
    page = drawn(ward.as_doctor.get("/services/breast-mass/"))

    assert "cannot be checked here:</strong> As a reason to withhold biopsy</p>" in form
    assert page.count("(cannot be checked here)") == 1
    assert page.count("(checked before each run)") == 5


def test_one_click_reads_what_was_sent_and_the_chart_once(ward, url, monkeypatch):
    in_chart(ward, "mass-shape", "round")
    sent = {**fields(ward.as_doctor.get(url)), "value_margin": "spiculated"}
    read, answers = [], RunForm.answers.func
    monkeypatch.setattr(RunForm, "answers", property(lambda form: read.append(1) or answers(form)))

    with CaptureQueriesContext(connection) as asked:
        answer = ward.as_doctor.post(url, sent)

    assert answer.status_code == 302
    statements = [one["sql"] for one in asked if one["sql"].startswith("SELECT")]
    times = {part: sum(part in one for one in statements) for part in (READINGS, PROBLEMS, DRUGS)}
    assert (len(read), times) == (1, dict.fromkeys((READINGS, PROBLEMS, DRUGS), 1))
