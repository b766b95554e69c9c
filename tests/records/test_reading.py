"""What the chart says for each input of a service."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from diagnosis.ml.schema import Category, Feature, FeatureSchema, Source
from diagnosis.records.reading import Reading, feature_values
from tests.factories import ConditionFactory, service_data
from tests.records.conftest import Ward

LOINC, OWN = "http://loinc.org", "urn:medportal:codes"


def read(ward: Ward, slug: str, name: str) -> Reading:
    schema = FeatureSchema.from_dict(service_data(slug, "schema"))
    return feature_values(ward.patient, schema, timezone.now())[name]


def read_feature(ward: Ward, **fields: Any) -> Reading:
    feature = Feature("x", {"en": "x", "zh-Hans": "x"}, **fields)
    return feature_values(ward.patient, FeatureSchema((feature,)), timezone.now())["x"]


def test_the_newest_value_counts(ward: Ward, observed):
    observed("2093-3", 200.0, "mg/dL", days=40)
    newest = observed("2093-3", 240.0, "mg/dL", days=3, source="lab")
    observed("2093-3", 220.0, "mg/dL", days=20)

    reading = read(ward, "coronary-disease", "cholesterol")

    assert (reading.status, reading.value, reading.converted) == ("current", 240.0, 240.0)
    assert (reading.observation_id, reading.source) == (newest.pk, "lab")
    assert reading.observed_at == newest.observed_at


def test_the_other_unit_gives_the_same_number(ward: Ward, observed):
    observed("14995-5", 7.8, "mmol/L", days=3)

    reading = read(ward, "diabetes-onset", "glucose_2h")

    assert (reading.value, reading.unit) == (7.8, "mmol/L")
    assert reading.converted == pytest.approx(140.56, abs=0.01)


def test_of_mass_and_molar_results_the_newer_counts(ward: Ward, observed):
    observed("2093-3", 240.0, "mg/dL", days=30)
    observed("14647-2", 5.0, "mmol/L", days=3)

    assert read(ward, "coronary-disease", "cholesterol").value == 5.0


def test_of_one_moment_the_earlier_source_counts(ward: Ward, observed):
    at = timezone.now() - timedelta(days=1)
    observed("14647-2", 5.0, "mmol/L", observed_at=at)
    observed("2093-3", 240.0, "mg/dL", observed_at=at)

    assert read(ward, "coronary-disease", "cholesterol").value == 240.0


@pytest.mark.parametrize(("days", "status"), [(89.9, "current"), (90.1, "stale")])
def test_past_its_look_back_a_value_is_stale_and_says_when(ward: Ward, observed, days, status):
    row = observed("8480-6", 130.0, "mm[Hg]", days=days)

    reading = read(ward, "coronary-disease", "systolic_bp")

    assert (reading.status, reading.observed_at) == (status, row.observed_at)
    assert reading.converted == 130.0


@pytest.mark.parametrize("status", ["preliminary", "entered-in-error"])
def test_preliminary_and_withdrawn_values_are_not_read(ward: Ward, observed, status: str):
    observed("8480-6", 130.0, "mm[Hg]", status=status)

    assert read(ward, "coronary-disease", "systolic_bp").status == "missing"


@pytest.mark.parametrize("status", ["final", "amended", "corrected"])
def test_settled_values_are_read(ward: Ward, observed, status: str):
    observed("8480-6", 130.0, "mm[Hg]", status=status)

    assert read(ward, "coronary-disease", "systolic_bp").status == "current"


def test_a_replaced_value_is_not_read(ward: Ward, observed):
    observed("8480-6", 1300.0, "mm[Hg]", is_current=False)

    assert read(ward, "coronary-disease", "systolic_bp").status == "missing"


def test_what_was_observed_later_is_not_known_yet(ward: Ward, observed):
    observed("8480-6", 130.0, "mm[Hg]", days=1)
    schema = FeatureSchema.from_dict(service_data("coronary-disease", "schema"))
    then = timezone.now() - timedelta(days=2)

    assert feature_values(ward.patient, schema, then)["systolic_bp"].status == "missing"


@pytest.mark.parametrize(
    ("unit", "reason"), [("", "unit_missing"), ("mol", "unknown_unit"), ("mmHg", "unknown_unit")]
)
def test_light_chains_without_their_unit_can_not_be_read(ward: Ward, observed, unit, reason):
    observed("36916-5", 12.7, unit)

    reading = read(ward, "flc-mortality", "kappa")

    assert (reading.status, reading.reason, reading.converted) == ("unreadable", reason, None)
    assert reading.value == 12.7
    assert reading.reason_text


def test_a_number_without_its_unit_is_never_guessed(ward: Ward, observed):
    observed("2093-3", 5.2, "")

    assert read(ward, "coronary-disease", "cholesterol").reason == "unit_missing"


def test_a_count_needs_no_unit(ward: Ward, observed):
    observed("11996-6", 2.0, "")

    assert read(ward, "diabetes-onset", "pregnancies").converted == 2.0


def test_milligrams_per_litre_are_tenths(ward: Ward, observed):
    observed("36916-5", 12.7, "mg/L")

    assert read(ward, "flc-mortality", "kappa").converted == pytest.approx(1.27)


def test_what_no_body_has_can_not_be_read(ward: Ward, observed):
    observed("14647-2", 5.2, "mg/dL")

    assert read(ward, "coronary-disease", "cholesterol").reason == "out_of_bounds"


def test_a_new_value_that_can_not_be_read_is_not_hidden_by_an_older_one(ward: Ward, observed):
    observed("2093-3", 240.0, "mg/dL", days=30)
    observed("2093-3", 5.2, "", days=1)

    assert read(ward, "coronary-disease", "cholesterol").status == "unreadable"


def test_an_answer_is_read_as_its_value(ward: Ward, observed):
    observed("chest-pain-type", "typical-angina")

    reading = read(ward, "coronary-disease", "chest_pain")

    assert (reading.status, reading.value, reading.converted) == (
        "current",
        "typical-angina",
        "typical-angina",
    )


def test_an_answer_that_the_model_does_not_know_can_not_be_read(ward: Ward, observed):
    observed("chest-pain-type", "4")

    assert read(ward, "coronary-disease", "chest_pain").reason == "unseen_category"


def test_nothing_recorded_is_missing_and_never_no(ward: Ward):
    assert read(ward, "coronary-disease", "exercise_angina").status == "missing"


@pytest.mark.parametrize(
    ("code", "value", "unit", "answer"),
    [("1558-6", 121.0, "mg/dL", "yes"), ("1558-6", 120.0, "mg/dL", "no"),
     ("14771-0", 7.0, "mmol/L", "yes"), ("14771-0", 5.0, "mmol/L", "no"),
     ("1558-6", 7.0, "mmol/L", "yes")],
)  # fmt: skip
def test_yes_or_no_is_read_off_a_measured_number(ward: Ward, observed, code, value, unit, answer):
    observed(code, value, unit)

    reading = read(ward, "coronary-disease", "fasting_glucose_high")

    assert (reading.status, reading.converted) == ("current", answer)
    assert reading.basis.startswith(f"{value:g} ")


def test_a_random_glucose_says_nothing_of_the_fasting_one(ward: Ward, observed):
    observed("2345-7", 200.0, "mg/dL")

    assert read(ward, "coronary-disease", "fasting_glucose_high").status == "missing"
    assert read(ward, "diabetes-onset", "glucose_2h").status == "missing"


def test_body_mass_index_is_computed_from_height_and_weight(ward: Ward, observed):
    observed("8302-2", 170.0, "cm", days=2000)
    weight = observed("29463-7", 81.0, "kg", days=5)

    reading = read(ward, "diabetes-onset", "bmi")

    assert (reading.status, reading.converted, reading.source) == ("current", 28.0, "derived")
    assert reading.observed_at == weight.observed_at
    assert reading.basis == "81 kg, 170 cm"


def test_a_measured_body_mass_index_that_is_newer_counts(ward: Ward, observed):
    observed("8302-2", 170.0, "cm", days=20)
    observed("29463-7", 81.0, "kg", days=20)
    observed("39156-5", 30.1, "kg/m2", days=3)

    assert read(ward, "diabetes-onset", "bmi").value == 30.1


def test_age_is_counted_in_completed_years_on_the_day(ward: Ward):
    today = timezone.localdate()
    ward.patient.birth_date = date(today.year - 60, today.month, 1) - timedelta(days=1)
    reading = read(ward, "coronary-disease", "age")

    assert (reading.status, reading.value, reading.unit) == ("current", 60.0, "a")
    assert reading.source == "patient"


def test_age_keeps_its_fraction_where_the_model_was_made_with_it(ward: Ward):
    ward.patient.birth_date = timezone.localdate() - timedelta(days=round(58.765 * 365.25))

    assert read(ward, "pbc-prognosis", "age").converted == pytest.approx(58.765, abs=0.002)


@pytest.mark.parametrize(
    ("sex", "status", "converted"),
    [("female", "current", "female"), ("male", "current", "male"),
     ("unknown", "missing", None), ("other", "unreadable", None)],
)  # fmt: skip
def test_sex_as_registered(ward: Ward, sex: str, status: str, converted: str | None):
    ward.patient.sex = sex
    reading = read(ward, "coronary-disease", "sex")

    assert (reading.status, reading.converted) == (status, converted)


def test_a_recorded_condition_is_yes_and_an_absent_one_is_not_no(ward: Ward):
    fields = {"kind": "boolean", "sources": (Source("condition", code="E11"),)}
    assert read_feature(ward, **fields).status == "missing"

    ConditionFactory(patient=ward.patient, code="E11.9", status="resolved")
    assert read_feature(ward, **fields).status == "missing"

    ConditionFactory(patient=ward.patient, code="E11.9")
    assert read_feature(ward, **fields).converted == "yes"


def test_one_source_may_look_back_further_than_the_feature(ward: Ward, observed):
    observed("8867-4", 60.0, "/min", days=50)
    near = (Source("observation", LOINC, "8867-4", ("/min",)),)
    far = (Source("observation", LOINC, "8867-4", ("/min",), look_back_days=60),)

    assert read_feature(ward, unit="/min", sources=near, look_back_days=30).status == "stale"
    assert read_feature(ward, unit="/min", sources=far, look_back_days=30).status == "current"


def test_the_same_code_in_another_system_is_another_thing(ward: Ward, observed):
    observed("resting-ecg", "normal", system="urn:elsewhere")
    categories = (Category(0, "normal", {"en": "normal", "zh-Hans": "正常"}),)
    sources = (Source("observation", OWN, "resting-ecg"),)

    reading = read_feature(ward, kind="category", categories=categories, sources=sources)

    assert reading.status == "missing"


def test_the_values_of_a_foreign_patient_stay_theirs(ward: Ward, observed):
    from tests.factories import patient_of

    other = patient_of(ward.doctor, team=ward.team)
    observed("8480-6", 130.0, "mm[Hg]", patient=other)

    assert read(ward, "coronary-disease", "systolic_bp").status == "missing"


@pytest.mark.parametrize("slug", ["coronary-disease", "diabetes-onset", "pbc-prognosis",
                                  "flc-mortality", "breast-mass"])  # fmt: skip
def test_one_query_reads_everything(ward: Ward, observed, django_assert_num_queries, slug: str):
    for days in range(1, 30):
        observed("8480-6", 120.0 + days, "mm[Hg]", days=days)
        observed("chest-pain-type", "asymptomatic", days=days)
    schema = FeatureSchema.from_dict(service_data(slug, "schema"))

    with django_assert_num_queries(1):
        feature_values(ward.patient, schema, timezone.now())
