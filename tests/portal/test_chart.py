"""One chart: who, what is known and since when, what a service can add, and what is not there."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone

from accounts.models import AuditEvent
from diagnosis.inference.models import Prediction
from diagnosis.records.models import Observation, Patient
from tests.factories import (
    AllergyFactory,
    ConditionFactory,
    EncounterFactory,
    MedicationFactory,
    NoteFactory,
    ObservationFactory,
    PredictionFactory,
    published,
)
from tests.pages import drawn


def ago(**span):
    return timezone.now() - timedelta(**span)


@pytest.fixture
def url(ward):
    return f"/patients/{ward.patient.pk}/"


def text_of(client, url, **kwargs):
    answer = client.get(url, **kwargs)
    assert answer.status_code == 200
    return drawn(answer)


def test_the_banner_identifies_in_the_agreed_order(ward, url):
    text = text_of(ward.as_doctor, url)
    banner = text[text.index('class="banner') : text.index("</section>")]
    order = ["SILVA, Ana (Ms)", "席安娜", "05-Apr-1961 (", "Female", "401 023 2137"]
    places = [banner.index(part) for part in order]
    assert places == sorted(places)
    assert "Allergies not recorded" in banner


def test_known_allergies_stand_in_the_banner_with_their_substance(ward, url):
    ward.patient.allergy_status = Patient.AllergyStatus.KNOWN
    ward.patient.save()
    AllergyFactory(patient=ward.patient, substance="Penicillin")
    text = text_of(ward.as_doctor, url)
    assert "Known allergies: Penicillin" in text


def test_a_deceased_patient_is_marked_by_more_than_colour(ward, url):
    ward.patient.deceased_on = date(2026, 5, 1)
    ward.patient.save()
    text = text_of(ward.as_doctor, url)
    assert 'class="banner deceased"' in text
    assert "01-May-2026 (65 y)" in text


def test_in_chinese_the_native_name_comes_first_and_dates_are_chinese(ward, url):
    ward.doctor.language = "zh-hans"
    ward.doctor.save()
    text = text_of(ward.as_doctor, url, HTTP_ACCEPT_LANGUAGE="zh-hans")
    banner = text[text.index('class="banner') : text.index("</section>")]
    assert banner.index("席安娜") < banner.index("SILVA, Ana")
    assert "1961年4月5日" in banner
    assert '<html lang="zh-Hans">' in text


def test_a_result_stands_with_unit_flag_date_and_what_it_was_before(ward, url):
    ObservationFactory(
        patient=ward.patient, value_number=128, observed_at=ago(days=90), reference_high=139
    )
    ObservationFactory(
        patient=ward.patient,
        value_number=152,
        observed_at=ago(hours=3),
        reference_low=90,
        reference_high=139,
        flag="H",
    )
    text = text_of(ward.as_doctor, url)
    for part in ("152 mmHg", "▲", "high", "90–139", "128", "(+24)"):
        assert part in text
    assert 'role="img"' in text
    assert "2 values from" in text


def test_a_value_entered_in_error_is_not_shown(ward, url):
    ObservationFactory(
        patient=ward.patient, value_number=471, status=Observation.Status.ENTERED_IN_ERROR
    )
    assert "471" not in text_of(ward.as_doctor, url)


def test_a_derived_value_says_how_it_was_computed(ward, url):
    ObservationFactory(
        patient=ward.patient,
        code="2160-0",
        label="Creatinine",
        value_number=1.0,
        unit="mg/dL",
        observed_at=ago(days=2),
    )
    text = text_of(ward.as_doctor, url)
    assert "eGFR (CKD-EPI 2021)" in text
    assert "0.9938^age" in text


def test_the_chart_holds_problems_medicines_notes_and_visits(ward, url):
    ConditionFactory(patient=ward.patient, label="Hypertension")
    MedicationFactory(patient=ward.patient, label="Metoprolol", dose="50 mg daily")
    NoteFactory(patient=ward.patient, text="Feels well.", author="Dr Okafor")
    EncounterFactory(patient=ward.patient, reason="Chest discomfort")
    text = text_of(ward.as_doctor, url)
    for part in ("Hypertension", "Metoprolol", "50 mg daily", "Feels well.", "Chest discomfort"):
        assert part in text


def test_it_says_what_it_does_not_hold(ward, url):
    text = text_of(ward.as_doctor, url)
    assert "What this chart does not hold" in text
    assert "resuscitation status" in text


def test_a_service_that_lacks_inputs_names_them(ward, url):
    published(ward.house)
    ObservationFactory(patient=ward.patient)
    text = text_of(ward.as_doctor, url)
    assert "inputs missing" in text
    assert "Total cholesterol" in text


def test_a_service_of_which_the_chart_holds_nothing_is_listed_and_not_offered(ward, url):
    published(ward.house, "breast-mass")
    text = text_of(ward.as_doctor, url)
    assert "1 service whose inputs the chart does not hold" in text
    assert 'name="code" value="mass-margin"' not in text


def test_a_service_that_does_not_fit_says_why(ward, url):
    published(ward.house, "diabetes-onset")
    ConditionFactory(patient=ward.patient, code="E11.9", label="Type 2 diabetes")
    text = text_of(ward.as_doctor, url)
    assert "1 service does not fit this patient" in text
    assert "Diabetes is already known" in text or "diabetes" in text.lower()


def nearly(ward):
    """The breast service: everything but the margin."""
    version = published(ward.house, "breast-mass")
    for code, value in (("mass-shape", "round"), ("mass-density", "low")):
        ObservationFactory(
            patient=ward.patient,
            system="urn:medportal:codes",
            code=code,
            value_number=None,
            value_code=value,
            unit="",
            observed_at=ago(days=1),
        )
    return version


def test_a_value_that_a_service_nearly_has_can_be_added_in_place(ward, url):
    nearly(ward)
    text = text_of(ward.as_doctor, url)
    assert "nearly" in text
    assert 'name="code" value="mass-margin"' in text
    answer = ward.as_doctor.post(
        f"{url}observations/add/",
        {
            "code": "mass-margin",
            "answer": "spiculated",
            "observed_at": f"{timezone.localtime():%Y-%m-%dT%H:%M}",
            "next": "chart",
        },
    )
    assert answer.url == url
    assert "nearly" not in text_of(ward.as_doctor, url)


def test_a_nurse_adds_values_but_runs_nothing(ward, url):
    nearly(ward)
    text = text_of(ward.as_nurse, url)
    assert 'name="code" value="mass-margin"' in text
    assert f"{url}services/" not in text


def test_runs_with_changed_inputs_stand_apart(ward, url):
    version = published(ward.house)
    PredictionFactory(version=version, patient=ward.patient, origin=Prediction.Origin.WHAT_IF)
    text = text_of(ward.as_doctor, url)
    assert "Not counted: changed inputs, entered in error (1)" in text
    assert "earlier result" not in text


def test_a_stranger_and_a_missing_patient_look_the_same(ward, url):
    foreign = ward.as_stranger.get(url)
    missing = ward.as_stranger.get("/patients/6f9619ff-8b86-4d01-b42d-00cf4fc964ff/")
    assert foreign.status_code == missing.status_code == 404
    assert "Silva" not in drawn(foreign)


@pytest.mark.parametrize("role", ["reviewer", "privacy-officer", "data-scientist", "administrator"])
def test_to_roles_without_charts_no_patient_exists(ward, url, role):
    assert ward.client_for(ward.person(role)).get(url).status_code == 404


def test_opening_a_chart_is_in_the_trail(ward, url):
    ward.as_doctor.get(url)
    event = AuditEvent.objects.get(act="patient.read")
    assert (event.actor_id, event.patients) == (ward.doctor.pk, [ward.patient.pk])


def test_the_chart_costs_the_same_for_any_length(ward, url, django_assert_max_num_queries):
    published(ward.house)
    published(ward.house, "diabetes-onset")
    for n in range(40):
        ObservationFactory(patient=ward.patient, value_number=100 + n, observed_at=ago(days=n))
        NoteFactory(patient=ward.patient)
    with django_assert_max_num_queries(30):
        ward.as_doctor.get(url)


def test_adding_a_value_asks_first_what_was_observed(ward, url):
    text = text_of(ward.as_nurse, f"{url}observations/add/")
    assert "What was observed?" in text
    assert "?code=2093-3" in text


def test_a_nurse_records_a_value_in_its_unit(ward, url):
    answer = ward.as_nurse.post(
        f"{url}observations/add/",
        {"code": "2093-3", "value": "5.2", "unit": "mmol/L", "observed_at": "2026-01-05T08:30"},
    )
    assert answer.status_code == 302
    row = Observation.unscoped.get(patient=ward.patient)
    assert (row.code, row.value_number, row.unit) == ("14647-2", 5.2, "mmol/L")


def test_an_impossible_value_is_asked_back_and_kept_on_the_page(ward, url):
    answer = ward.as_nurse.post(
        f"{url}observations/add/",
        {"code": "2093-3", "value": "5.2", "unit": "mg/dL", "observed_at": "2026-01-05T08:30"},
    )
    text = drawn(answer)
    assert answer.status_code == 422
    assert "Did you mean 5.2 mmol/L" in text
    assert 'value="5.2"' in text
    assert not Observation.unscoped.filter(patient=ward.patient).exists()


def test_a_correction_keeps_what_stood_there(ward, url):
    row = ObservationFactory(patient=ward.patient, value_number=312)
    answer = ward.as_nurse.post(
        f"{url}observations/{row.pk}/correct/",
        {
            "act": "correct",
            "value": "132",
            "unit": "mm[Hg]",
            "observed_at": f"{timezone.localtime(row.observed_at):%Y-%m-%dT%H:%M}",
            "reason": "Typing error",
        },
    )
    assert answer.status_code == 302
    new = Observation.unscoped.get(replaces=row)
    assert new.value_number == 132
    history = text_of(ward.as_doctor, f"{url}observations/{new.pk}/history/")
    for part in ("What stood here before", "312", "132", "Typing error"):
        assert part in history


def test_a_value_can_be_withdrawn_with_a_reason(ward, url):
    row = ObservationFactory(patient=ward.patient)
    correct = f"{url}observations/{row.pk}/correct/"
    without = ward.as_nurse.post(correct, {"act": "withdraw", "withdrawal-reason": ""})
    assert without.status_code == 422
    ward.as_nurse.post(correct, {"act": "withdraw", "withdrawal-reason": "Wrong patient"})
    assert Observation.unscoped.get(replaces=row).status == "entered-in-error"


@pytest.mark.parametrize("page", ["correct", "history"])
def test_a_strangers_observation_does_not_exist(ward, url, page):
    row = ObservationFactory(patient=ward.patient)
    assert ward.as_stranger.get(f"{url}observations/{row.pk}/{page}/").status_code == 404


def test_an_observation_of_another_patient_is_not_found_under_this_one(ward, url):
    row = ObservationFactory()
    assert ward.as_doctor.get(f"{url}observations/{row.pk}/history/").status_code == 404
