"""What a doctor typed, told apart: the chart's value, an answer, a change, a slip."""

from datetime import UTC, datetime

import pytest

from diagnosis.ml import Feature, FeatureSchema, Source
from diagnosis.portal.run.form import RunForm, fields_of
from diagnosis.records.reading import Reading

AT = datetime(2026, 11, 1, tzinfo=UTC)
SCHEMA = FeatureSchema(
    (
        Feature("age", {"en": "Age"}, unit="a", sources=(Source("patient", code="age"),)),
        Feature(
            "glucose",
            {"en": "Glucose"},
            unit="mg/dL",
            conversions={"mmol/L": 18.02},
            required=True,
        ),
        Feature("kappa", {"en": "Kappa"}, unit="mg/dL", unit_required=True),
        Feature("pain", {"en": "Pain"}, kind="boolean", required=True),
    )
)
CHART = {
    "age": Reading("age", "current", 65.0, "a", 65.0, source="patient"),
    "glucose": Reading("glucose", "current", 7.8, "mmol/L", 140.6, AT, "laboratory"),
    "kappa": Reading("kappa", "missing"),
    "pain": Reading("pain", "missing"),
}
AS_SHOWN = {
    "seen_glucose": "7.8 mmol/L",
    "value_glucose": "7.8",
    "unit_glucose": "mmol/L",
    "seen_kappa": "",
    "value_kappa": "",
    "unit_kappa": "",
    "seen_pain": "",
}


def answers(readings=CHART, **posted):
    sent = {**AS_SHOWN, **posted}
    return RunForm(fields_of(SCHEMA, readings, sent), sent).answers


def test_the_field_shows_the_value_and_unit_of_the_chart():
    glucose = fields_of(SCHEMA, CHART)[1]
    assert (glucose.text, glucose.unit, glucose.seen) == ("7.8", "mmol/L", "7.8 mmol/L")
    assert [option.value for option in glucose.units] == ["mg/dL", "mmol/L"]


def test_a_form_sent_as_it_was_shown_changes_nothing():
    found = answers()
    assert (found.inputs, found.changed, found.errors) == ({}, [], {})


def test_an_answer_to_what_the_chart_lacks_is_an_answer_and_no_change():
    found = answers(value_pain="yes")
    assert found.inputs == {"pain": {"value": "yes"}}
    assert found.changed == []


def test_another_value_than_the_charts_is_a_change():
    found = answers(value_glucose="9.1")
    assert found.inputs == {"glucose": {"value": 9.1, "unit": "mmol/L"}}
    assert found.changed == ["glucose"]


def test_another_unit_alone_is_a_change_too():
    assert answers(unit_glucose="mg/dL").changed == ["glucose"]


def test_emptying_a_field_leaves_the_value_out():
    found = answers(value_glucose="")
    assert found.inputs == {"glucose": None}
    assert found.changed == ["glucose"]


def test_a_value_that_came_meanwhile_is_shown_and_not_taken_for_a_change():
    newer = {**CHART, "glucose": Reading("glucose", "current", 9.9, "mmol/L", 178.4, AT)}
    found = answers(newer)
    assert list(found.errors) == ["glucose"]
    assert found.inputs == {}


def test_an_old_value_is_used_only_where_somebody_says_so():
    old = {**CHART, "glucose": Reading("glucose", "stale", 7.8, "mmol/L", 140.6, AT)}
    assert answers(old).include_stale == []
    assert answers(old, use_glucose="yes").include_stale == ["glucose"]


def test_a_new_value_in_place_of_an_old_one_is_an_answer():
    old = {**CHART, "glucose": Reading("glucose", "stale", 7.8, "mmol/L", 140.6, AT)}
    found = answers(old, value_glucose="8.2")
    assert (found.changed, found.inputs) == ([], {"glucose": {"value": 8.2, "unit": "mmol/L"}})


@pytest.mark.parametrize("typed", ["7,8", "1,234", "high", "nan", "1e999"])
def test_what_is_no_plain_number_is_asked_back(typed):
    assert list(answers(value_glucose=typed).errors) == ["glucose"]


def test_light_chains_without_a_unit_are_asked_back():
    assert list(answers(value_kappa="12").errors) == ["kappa"]
    assert answers(value_kappa="12", unit_kappa="mg/dL").errors == {}


def test_age_is_never_taken_from_the_form():
    assert answers(value_age="30").inputs == {}
