"""Dates, ages, numbers and units, as the reader of the page writes them."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import translation

from diagnosis.portal.frame.identity import grouped
from diagnosis.portal.words import wording


def test_an_english_date_names_its_month():
    assert wording.day(date(1961, 3, 14)) == "14-Mar-1961"


def test_a_chinese_date_is_written_in_chinese():
    with translation.override("zh-hans"):
        assert wording.day(date(1961, 3, 14)) == "1961年3月14日"
        assert wording.day_time(datetime(2026, 11, 3, 9, 5, tzinfo=UTC)) == "2026年11月3日 09:05"


@pytest.mark.parametrize(
    ("born", "on", "english", "chinese"),
    [
        (date(1961, 3, 14), date(2026, 3, 13), "64 y", "64岁"),
        (date(1961, 3, 14), date(2026, 3, 14), "65 y", "65岁"),
        (date(2025, 6, 30), date(2026, 11, 23), "16 mo", "16个月"),
        (date(2026, 11, 23), date(2026, 11, 23), "0 mo", "0个月"),
    ],
)
def test_an_age_is_in_completed_years_and_in_months_for_the_first_two(born, on, english, chinese):
    assert wording.age_words(born, on) == english
    with translation.override("zh-hans"):
        assert wording.age_words(born, on) == chinese


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(seconds=20), "now"),
        (timedelta(minutes=2), "2 min"),
        (timedelta(hours=47), "47 h"),
        (timedelta(days=51), "51 days"),
    ],
)
def test_the_age_of_a_result_is_in_its_largest_unit(span, words):
    assert wording.span_words(span) == words


def test_units_are_printed_as_laboratories_print_them():
    assert [wording.unit(u) for u in ("mm[Hg]", "umol/L", "1", "{count}", "mg/dL")] == [
        "mmHg",
        "µmol/L",
        "",
        "",
        "mg/dL",
    ]


def test_a_change_has_a_sign_and_an_arrow_and_whole_points():
    assert wording.points(0.254) == "▲ +25"
    assert wording.points(-0.031) == "▼ −3"
    assert wording.points(0.004) == "± 0"


def test_a_record_number_is_read_in_groups():
    assert grouped("4010232137") == "401 023 2137"
    assert grouped("MRN-000012") == "MRN-000012"
