"""After a decision: who comes next in the worklist, and how many wait."""

from __future__ import annotations

import re

import pytest

from diagnosis.inference.models import Prediction
from tests.factories import clinician_at, patient_of
from tests.pages import drawn
from tests.portal.results import finished, version_of
from tests.portal.test_decision import decide
from tests.portal.test_result import text_of


@pytest.fixture
def morning(ward):
    """Three undecided results, in the order of the worklist."""
    version = version_of(ward.house)
    people = [ward.patient, *(patient_of(ward.doctor, team=ward.team) for _ in range(2))]
    made = [finished(version, ward.doctor, person) for person in people]
    listed = re.findall(
        r'href="/predictions/([0-9a-f-]{36})/" data-row', drawn(ward.as_doctor.get("/"))
    )
    return [next(run for run in made if str(run.pk) == pk) for pk in listed]


def onward(ward, run):
    page = drawn(ward.as_doctor.get(f"/predictions/{run.pk}/"))
    found = re.search(r'class="button next-patient"[^>]*href="/predictions/([0-9a-f-]{36})/"', page)
    return found and found[1]


def record(ward, run):
    assert decide(ward, run, assessment="about-right", action="biopsy").status_code == 302


def test_nobody_is_next_before_the_decision(ward, morning):
    assert onward(ward, morning[0]) is None


def test_next_is_who_follows_in_the_list_with_the_number_of_those_who_wait(ward, morning):
    first, second, third = morning
    record(ward, second)
    assert onward(ward, second) == str(third.pk)
    assert "Next patient (2)" in text_of(ward.as_doctor.get(f"/predictions/{second.pk}/"))
    record(ward, third)
    assert onward(ward, third) == str(first.pk), "after the last of the list its first"
    record(ward, first)
    assert onward(ward, first) is None
    said = text_of(ward.as_doctor.get(f"/predictions/{first.pk}/"))
    assert "Nothing else waits for a decision." in said


def test_next_keeps_to_the_filter_and_to_whom_one_may_see(ward, morning):
    first, second, third = morning
    Prediction.unscoped.filter(pk=second.pk).update(owner=clinician_at(ward.house))
    ward.as_doctor.get("/", {"show": "mine"})
    record(ward, first)
    assert onward(ward, first) == str(third.pk)
    page = ward.as_stranger.get(f"/predictions/{first.pk}/")
    assert page.status_code == 404


def test_ones_own_second_decision_is_not_called_a_colleagues(ward, morning):
    run = morning[0]
    record(ward, run)
    answer = decide(ward, run, assessment="about-right", action="biopsy", amends="")
    assert answer.status_code == 409
    assert "You have decided since you opened this page." in text_of(answer)
    assert "A colleague" not in text_of(answer)
