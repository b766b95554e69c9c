"""Numbers that cost trust: filled in without a number, old called unmeasured, dated ahead."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from diagnosis.portal.result.next_measurement import NextInput
from diagnosis.portal.result.next_words import in_one_sentence
from diagnosis.portal.result.result_page import ResultPage
from tests.factories import DecisionFactory, OutcomeFactory, PatientFactory
from tests.pages import drawn
from tests.portal.results import finished, version_of

pytestmark = pytest.mark.django_db
PBC = {"age": 50, "bilirubin": 1.8, "albumin": 3.5, "oedema": "none"}
BENIGN = {"age": 30, "shape": "round", "margin": "circumscribed", "density": "low"}
CLEAR = {"age": 78, "shape": "irregular", "margin": "spiculated", "density": "high"}


@pytest.fixture
def liver(ward):
    version = version_of(ward.house, "pbc-prognosis", published_by=ward.doctor)
    return finished(version, ward.doctor, ward.patient, PBC)


def html_of(ward, result, part="") -> str:
    return drawn(ward.as_doctor.get(f"/predictions/{result.pk}/{part}"))


def test_a_filled_in_value_shows_its_number_in_the_reasons_and_in_the_text(ward, liver):
    shown = ResultPage(prediction=liver, user=ward.doctor).shown["prothrombin_time"]

    assert shown.assumed.startswith("10.6\u00a0s (the middle value")
    assert f"assumed:</span> {shown.assumed}" in html_of(ward, liver) or shown.assumed in html_of(
        ward, liver
    )
    assert shown.assumed in ResultPage(prediction=liver, user=ward.doctor).copy_text


def test_what_was_measured_long_ago_is_too_old_and_not_unmeasured(ward, liver):
    seen = timezone.now() - timedelta(days=900)
    liver.inputs["prothrombin_time"] |= {
        "value": 11.2, "unit": "s", "status": "stale", "observed_at": seen.isoformat(),
    }  # fmt: skip
    liver.save()

    text = html_of(ward, liver)

    assert "Prothrombin time is too old (" in text
    assert "Prothrombin time was not measured" not in text
    assert "too old (11.2\u00a0s, " in text


@pytest.mark.parametrize("days", [-30, 400])
def test_what_happened_is_never_dated_in_the_future(ward, days):
    result = finished(version_of(ward.house), ward.doctor, ward.patient, decided_at=timezone.now())
    DecisionFactory(prediction=result)
    day = timezone.localdate() + timedelta(days=days)
    OutcomeFactory(service=result.service, patient=ward.patient, occurred_on=day, event=True)

    text = html_of(ward, result)

    assert ("400 days after the data of this result" in text) == (days > 0)
    assert (str(day.year) + "," in text) == (days < 0) or days < 0


def test_a_low_score_does_not_exclude_stands_under_a_low_score_alone(ward):
    version = version_of(ward.house)
    low, high = (
        ResultPage(finished(version, ward.doctor, PatientFactory(), values), ward.doctor)
        for values in (BENIGN, CLEAR)
    )

    assert low.prediction.headline < 0.1 < 0.5 < high.prediction.headline
    assert any("does not exclude" in note.text["en"] for note in low.number.notes)
    assert not any("does not exclude" in note.text["en"] for note in high.number.notes)


def test_the_doctor_s_part_of_a_service_page_needs_no_statistician_and_no_code_system(ward):
    version_of(ward.house, "diabetes-onset", state="published")

    page = drawn(ward.as_doctor.get("/services/diabetes-onset/"))

    for word in ("F1 at", "AUPRC", "LOINC", "1518-0"):
        assert word not in page
    assert "Sensitivity at the threshold" in page
    assert "the chart" in page


def item(share: float, high: float) -> NextInput:
    stored = {
        "feature": "insulin_2h", "label": {"en": "Insulin"}, "reason": "missing",
        "changes": share, "interval": [0.0, high], "limit": None,
    }  # fmt: skip
    return NextInput(stored, "", "")


@pytest.mark.parametrize(("high", "words"), [(0.02, "No further"), (0.22, "Probably no further")])
def test_the_sentence_is_as_sure_as_its_line(high, words):
    one = item(0.03, high)

    assert (one.cases, bool(one.likely)) == (0, high > 0.1)
    assert in_one_sentence([one], has_bands=True).startswith(words)


def test_on_paper_what_is_behind_a_bar_is_told_as_already_counted(ward):
    result = finished(version_of(ward.house, "coronary-disease"), ward.doctor, ward.patient, {
        "age": 61, "sex": "male", "chest_pain": "asymptomatic", "exercise_angina": "yes",
        "systolic_bp": 140, "cholesterol": 240, "fasting_glucose_high": "no",
        "resting_ecg": "normal", "peak_heart_rate": 120, "st_depression": 2.0, "st_slope": "flat",
    })  # fmt: skip
    paper = html_of(ward, result, "print/")
    shown = ResultPage(prediction=result, user=ward.doctor).reasons

    assert shown.has_inner
    assert "already counted in" in paper
    behind = [row.points for row in shown.every_row if row not in shown.rows]
    assert all(f"<b>({points})</b>" in paper for points in behind)
