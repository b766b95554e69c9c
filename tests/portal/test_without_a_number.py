"""A result without a probability is told as such: never as 0, «<1 %» or the lowest band."""

from __future__ import annotations

import html
from datetime import timedelta

import pytest
from django.utils import timezone, translation

from diagnosis.inference.further.change import change_between
from diagnosis.inference.further.counterfactual import limits_below
from diagnosis.inference.lists.tallies import own_tallies
from diagnosis.interop.fhir.risk import Run, risk_assessment
from diagnosis.portal.result.compare_page import comparison
from diagnosis.portal.words.headline import estimate
from diagnosis.results import frequency
from tests.api.client import Caller
from tests.factories import OutcomeFactory, OwnEstimateFactory
from tests.portal.results import finished, in_store, version_of
from tests.portal.test_result import text_of

SLUG = "breast-mass"


@pytest.fixture
def version(ward):
    in_store()
    return version_of(ward.house)


def numberless(version, ward, *, ago=0, **fields):
    """A result such as another kind of answer would leave: done, and without a probability."""
    at = timezone.now() - timedelta(days=ago)
    row = finished(version, ward.doctor, ward.patient, index_at=at, requested_at=at, **fields)
    row.result = {"kind": "other"}
    row.headline, row.band = None, ""
    row.save()
    return row


@pytest.fixture
def three(version, ward):
    """One with its number, and two without."""
    at = timezone.now() - timedelta(days=40)
    first = finished(version, ward.doctor, ward.patient, index_at=at, requested_at=at)
    second = numberless(version, ward, ago=20)
    return first, second, numberless(version, ward, run_again_of=second)


def pages(ward, row):
    patient, own = f"/patients/{ward.patient.pk}/", f"/predictions/{row.pk}/"
    trend = f"{patient}services/{SLUG}/trend/"
    return [
        "/", patient, f"{patient}print/", own, f"{own}compare/", trend, f"{trend}print/",
        f"/services/{SLUG}/cohort/",
    ]  # fmt: skip


@pytest.mark.parametrize("number", range(8))
def test_no_page_prints_a_number_that_is_not_there(ward, three, number):
    address = pages(ward, three[2])[number]
    answer = ward.as_doctor.get(address)

    assert answer.status_code == 200, address
    assert "<1" not in html.unescape(text_of(answer)), address


def test_the_result_s_page_says_that_it_has_no_number_and_its_history_too(ward, three):
    text = text_of(ward.as_doctor.get(f"/predictions/{three[2].pk}/"))

    assert "Done, without a number" in text
    assert text.count("no number") == 2  # in the history, beside the one that has one


def test_what_needs_a_number_is_not_there(ward, three):
    for part in ("sheet", "print", "reach", "alike", "sureness"):
        assert ward.as_doctor.get(f"/predictions/{three[2].pk}/{part}/").status_code == 404
    assert limits_below(three[2]) == []


def test_the_course_draws_what_has_a_number_and_names_the_others(ward, three):
    page = ward.as_doctor.get(f"/patients/{ward.patient.pk}/services/{SLUG}/trend/")

    text = text_of(page)
    assert "One of the two has no number." in text
    assert text.count("no number") >= 2


def test_between_a_number_and_none_nothing_is_taken_apart(ward, three):
    change = change_between(three[0], three[2])

    assert (change.reason, change.ends, change.parts) == ("no_result", None, ())


def test_beside_a_repetition_no_difference_is_told(three):
    assert comparison(three[1], three[2]).difference == ""


def test_an_own_estimate_of_it_is_no_case_of_a_tally(ward, version):
    row = numberless(version, ward)
    OwnEstimateFactory(prediction=row, by=ward.doctor, value=0.3)
    OutcomeFactory(service=version.service, patient=row.patient, event=True)

    assert own_tallies(ward.doctor) == []


def test_fhir_leaves_the_percentage_out(three):
    found = risk_assessment(Run(three[2]))

    assert "probabilityDecimal" not in found["prediction"][0]


def test_rest_says_null(ward, three):
    shape = Caller(ward.doctor).get(f"patients/{ward.patient.pk}/services/{SLUG}/trend").json()

    assert [one["probability"] is None for one in shape["results"]] == [False, True, True]
    assert shape["change"]["reason"] == "no_result"


def test_in_both_languages():
    assert estimate(None) == "no number"
    with translation.override("zh-hans"):
        assert estimate(None) == "无数值"


def test_an_average_that_is_not_known_is_left_out_of_the_sentence(version):
    sheet = version.service.definition

    said = frequency.natural_frequency(sheet, 0.3, None)
    assert "Average" not in said
    assert "30" in said
    assert "Average there: 21." in frequency.natural_frequency(sheet, 0.3, 0.21)
