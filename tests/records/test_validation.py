"""What is refused, at which field, and with which hint; nothing here looks at who asks."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone, translation

from diagnosis.records import validation
from tests.factories import PatientFactory
from tests.records.conftest import given


@pytest.fixture
def patient():
    return PatientFactory.build(birth_date=date(1961, 3, 14))


def findings(patient, what) -> list[tuple[str, str]]:
    return [(found.pointer, found.code) for found in validation.check(patient, what)[1]]


@pytest.mark.parametrize(
    ("what", "pointer", "code"),
    [
        (given("9999-9", 1.0, "mg/dL"), "/code", "unknown_code"),
        (given("2093-3", 200.0, "mg/dL", system="urn:other"), "/code", "unknown_code"),
        (given("85354-9", 120.0, "mm[Hg]"), "/code", "panel"),
        (given("2093-3", None, "mg/dL"), "/value", "value_missing"),
        (given("2093-3", "high", "mg/dL"), "/value", "not_a_number"),
        (given("2093-3", True, "mg/dL"), "/value", "not_a_number"),
        (given("2093-3", float("nan"), "mg/dL"), "/value", "not_finite"),
        (given("2093-3", float("inf"), "mg/dL"), "/value", "not_finite"),
        (given("2093-3", 10**400, "mg/dL"), "/value", "not_finite"),
        (
            given("2093-3", 200.0, "mg/dL", reference_high=float("nan")),
            "/reference_high",
            "not_finite",
        ),
        (given("2093-3", 200.0), "/unit", "unit_missing"),
        (given("36916-5", 12.7), "/unit", "unit_missing"),
        (given("2093-3", 200.0, "g"), "/unit", "unknown_unit"),
        (given("11996-6", 2.0, "mg/dL"), "/unit", "unknown_unit"),
        (given("2093-3", 5.2, "mg/dL"), "/value", "out_of_bounds"),
        (given("11996-6", 2.5), "/value", "not_whole"),
        (given("8480-6", 700.0, "mm[Hg]"), "/value", "out_of_bounds"),
        (given("st-depression", -1.0, "mm"), "/value", "out_of_bounds"),
        (given("chest-pain-type", "stabbing"), "/value", "unknown_answer"),
        (given("chest-pain-type", 4.0), "/value", "unknown_answer"),
        (given("chest-pain-type", "asymptomatic", "mm"), "/unit", "unit_not_expected"),
        (given("2093-3", 200.0, "mg/dL", status="guessed"), "/status", "unknown_status"),
        (
            given("2093-3", 200.0, "mg/dL", reference_low=5.0, reference_high=1.0),
            "/reference_low",
            "range_upside_down",
        ),
        (
            given("2093-3", 200.0, "mg/dL", observed_at=timezone.now() + timedelta(hours=1)),
            "/observed_at",
            "in_the_future",
        ),
        (
            given("2093-3", 200.0, "mg/dL", observed_at=datetime(1961, 3, 13, tzinfo=UTC)),
            "/observed_at",
            "before_birth",
        ),
        (
            given("2093-3", 200.0, "mg/dL", observed_at=datetime(2020, 1, 1)),  # noqa: DTZ001 (that is the point)
            "/observed_at",
            "no_time_zone",
        ),
    ],
)
def test_what_can_not_be_is_refused_at_its_field(patient, what, pointer: str, code: str):
    assert findings(patient, what) == [(pointer, code)]


@pytest.mark.parametrize(
    "what",
    [
        given("2093-3", 200.0, "mg/dL"),
        given("2093-3", 5.2, "mmol/L"),
        given("2093-3", 200, "MG/dl"),
        given("8480-6", 120.0, "mmHg"),
        given("11996-6", 0.0),
        given("11996-6", 3.0, "1"),
        given("st-depression", 0.0, "mm"),
        given("exercise-angina", "no"),
        given("oedema", "despite-diuretics", system="urn:medportal:codes"),
        given("2093-3", 200.0, "mg/dL", observed_at=timezone.now() + timedelta(minutes=2)),
    ],
)
def test_what_can_be_is_taken(patient, what):
    checked, found = validation.check(patient, what)

    assert found == []
    assert checked is not None


def test_after_death_nothing_is_observed():
    patient = PatientFactory.build(birth_date=date(1930, 1, 1), deceased_on=date(2020, 5, 5))
    later = given("8867-4", 60.0, "/min", observed_at=datetime(2020, 5, 7, tzinfo=UTC))

    assert findings(patient, later) == [("/observed_at", "after_death")]


@pytest.mark.parametrize(
    ("what", "hint"),
    [
        (given("1518-0", 7.8, "mg/dL"), "7.8 mmol/L = 141 mg/dL"),
        (given("14995-5", 140.0, "mmol/L"), "140 mg/dL = 7.8 mmol/L"),
        (given("2093-3", 5.2, "mg/dL"), "5.2 mmol/L = 201 mg/dL"),
        (given("1975-2", 100.0, "mg/dL"), "100 µmol/L = 5.8 mg/dL"),
        (given("1751-7", 38.0, "g/dL"), "38 g/L = 3.80 g/dL"),
        (given("2160-0", 90.0, "mg/dL"), "90 µmol/L = 1.02 mg/dL"),
        (given("8480-6", 16.0, "mm[Hg]"), "16 kPa = 120 mmHg"),
        (given("8302-2", 1.75, "cm"), "1.75 m = 175 cm"),
    ],
)
def test_another_unit_is_offered_where_it_would_make_sense(patient, what, hint: str):
    message = str(validation.check(patient, what)[1][0].message)

    assert f"Did you mean {hint}?" in message


def test_no_unit_is_offered_where_none_makes_sense(patient):
    message = str(validation.check(patient, given("8867-4", 900.0, "/min"))[1][0].message)

    assert message == "Heart rate lies outside 10 to 350 /min: no body has that."


def test_several_errors_come_together(patient):
    what = given("2093-3", 5.2, "mg/dL", status="guessed",
                 observed_at=timezone.now() + timedelta(days=2))  # fmt: skip

    assert [pointer for pointer, _ in findings(patient, what)] == [
        "/observed_at",
        "/status",
        "/value",
    ]


def test_the_text_speaks_the_readers_language(patient):
    with translation.override("zh-hans"):
        message = str(validation.check(patient, given("2093-3", 200.0))[1][0].message)

    assert "总胆固醇" in message
