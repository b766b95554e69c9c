"""Inputs as a caller sends them: read in their unit, or refused at their field."""

from __future__ import annotations

from math import inf, nan

import pytest

from diagnosis.inference.snapshot.given import read_given
from diagnosis.ml import Category, Feature, FeatureSchema
from medportal.common.errors import DomainError
from tests.factories import service_data


def schema_of(slug: str) -> FeatureSchema:
    return FeatureSchema.from_dict(service_data(slug, "schema"))


DIABETES, CORONARY = schema_of("diabetes-onset"), schema_of("coronary-disease")
LIGHT_CHAINS = schema_of("flc-mortality")


def complaint(schema: FeatureSchema, **inputs) -> tuple[str, str, str]:
    with pytest.raises(DomainError) as caught:
        read_given(schema, inputs)
    assert caught.value.status == 400
    (pointer,) = caught.value.pointers
    return pointer.pointer, pointer.code, str(pointer.message)


def test_a_number_is_read_in_the_feature_s_unit_or_in_the_one_given():
    plain = read_given(DIABETES, {"glucose_2h": 151})["glucose_2h"]
    molar = read_given(DIABETES, {"glucose_2h": {"value": 8.38, "unit": "mmol/L"}})["glucose_2h"]

    assert (plain.converted, plain.unit) == (151.0, "mg/dL")
    assert molar.converted == pytest.approx(151.0, abs=0.02)
    assert (molar.value, molar.unit) == (8.38, "mmol/L")


@pytest.mark.parametrize("sent", ["typical-angina", 1, 1.0, "Typical-Angina"])
def test_a_category_is_its_word_or_its_code(sent):
    found = read_given(CORONARY, {"chest_pain": sent})["chest_pain"]

    assert (found.value, found.converted) == ("typical-angina", 1.0)


@pytest.mark.parametrize("sent", [None, "", "  ", {"value": None}])
def test_nothing_is_left_out_on_purpose(sent):
    assert read_given(DIABETES, {"insulin_2h": sent})["insulin_2h"].converted is None


@pytest.mark.parametrize("sent", [nan, inf, -inf, "NaN", "1e999", 10**400, {"value": nan}])
def test_what_is_not_finite_is_refused(sent):
    assert complaint(DIABETES, glucose_2h=sent)[:2] == ("/inputs/glucose_2h", "infinite")


@pytest.mark.parametrize("sent", [True, "high", [151], {"value": {"value": 151}}])
def test_what_is_no_number_is_refused(sent):
    assert complaint(DIABETES, glucose_2h=sent)[:2] == ("/inputs/glucose_2h", "not_a_number")


def test_an_unknown_unit_is_refused_with_those_that_are_known():
    pointer, code, message = complaint(DIABETES, glucose_2h={"value": 151, "unit": "stone"})

    assert (pointer, code) == ("/inputs/glucose_2h", "unknown_unit")
    assert "mg/dL" in message


def test_an_impossible_value_asks_whether_the_other_unit_was_meant():
    _pointer, code, message = complaint(DIABETES, glucose_2h={"value": 7.8, "unit": "mg/dL"})

    assert code == "out_of_bounds"
    assert "7.8 mmol/L = 141 mg/dL" in message


def test_light_chains_without_a_unit_are_refused_because_ten_times_as_much_is_common():
    assert complaint(LIGHT_CHAINS, kappa=1.27)[:2] == ("/inputs/kappa", "unit_missing")
    assert read_given(LIGHT_CHAINS, {"kappa": {"value": 12.7, "unit": "mg/L"}})[
        "kappa"
    ].converted == pytest.approx(1.27)


def test_an_answer_that_nobody_knows_is_refused_with_the_known_ones():
    pointer, code, message = complaint(CORONARY, chest_pain="stabbing")

    assert (pointer, code) == ("/inputs/chest_pain", "unseen_category")
    assert "non-anginal-pain" in message


def test_an_unknown_input_is_refused_and_its_name_is_a_safe_pointer():
    assert complaint(DIABETES, **{"a/b~c": 1})[:2] == ("/inputs/a~1b~0c", "unknown_feature")


def test_every_bad_field_is_named_at_once():
    with pytest.raises(DomainError) as caught:
        read_given(DIABETES, {"glucose_2h": nan, "bmi": "fat", "shoes": 42})

    assert [p.pointer for p in caught.value.pointers] == [
        "/inputs/glucose_2h", "/inputs/bmi", "/inputs/shoes",
    ]  # fmt: skip


def test_a_value_outside_the_service_s_limits_can_be_read():
    assert read_given(CORONARY, {"cholesterol": 720})["cholesterol"].converted == 720


@pytest.mark.parametrize("sent", ["NA", "n/a", "?", " . ", "null"])
def test_a_word_for_not_known_is_left_out_on_purpose(sent):
    schema = FeatureSchema(
        (
            Feature("chol", {"en": "Cholesterol"}),
            Feature(
                "alcohol",
                {"en": "Alcohol"},
                "category",
                categories=(Category(0, "None", {"en": "None"}), Category(1, "Heavy", {"en": "H"})),
            ),
        )
    )

    given = read_given(schema, {"chol": sent, "alcohol": sent})

    assert {name: value.converted for name, value in given.items()} == dict.fromkeys(schema.names)
    assert read_given(schema, {"alcohol": "None"})["alcohol"].value == "None"


def test_a_digit_is_the_answer_of_that_name_and_never_a_code():
    values = ("1", "2", "3", "GX")
    categories = tuple(Category(i, value, {"en": value}) for i, value in enumerate(values))
    schema = FeatureSchema((Feature("grade", {"en": "Grade"}, "category", categories=categories),))

    for sent in (1, 1.0, "1", {"value": 1}):
        assert read_given(schema, {"grade": sent})["grade"].value == "1"
    with pytest.raises(DomainError) as caught:
        read_given(schema, {"grade": 0})
    assert [pointer.code for pointer in caught.value.pointers] == ["unseen_category"]


@pytest.mark.parametrize("sent", [2.5, "2.5", {"value": 0.5, "unit": "1"}])
def test_there_are_no_two_and_a_half_pregnancies(sent):
    pointer, code, message = complaint(DIABETES, pregnancies=sent)

    assert (pointer, code) == ("/inputs/pregnancies", "not_whole")
    assert "whole number" in message
    assert read_given(DIABETES, {"pregnancies": "2.0"})["pregnancies"].converted == 2.0
