"""What the model adds: on every result, by page, paper and REST, and honest where it is nothing."""

from __future__ import annotations

import pytest

from diagnosis.portal.words.figures import percent
from tests.api.client import Caller
from tests.portal.results import MASS, finished, version_of
from tests.portal.test_result import page_of, text_of

GIVEN = {
    "breast-mass": MASS,
    "coronary-disease": {
        "age": 61, "sex": "male", "chest_pain": "asymptomatic", "exercise_angina": "yes",
        "systolic_bp": 150, "cholesterol": 290, "fasting_glucose_high": "no",
        "resting_ecg": "normal", "peak_heart_rate": 120, "st_depression": 2.0, "st_slope": "flat",
    },
    "diabetes-onset": {"glucose_2h": 151, "bmi": 33.1, "age": 44, "pregnancies": 2,
                       "diastolic_bp": 76},
    "pbc-prognosis": {"age": 50, "bilirubin": 6.2, "albumin": 2.4, "prothrombin_time": 10.9,
                      "oedema": "none"},
    "flc-mortality": {"age": 66, "sex": "male", "kappa": 1.9, "lambda": 2.1},
}  # fmt: skip


def run(ward, slug, **changes):
    version = version_of(ward.house, slug, published_by=ward.doctor)
    return finished(version, ward.doctor, ward.patient, {**GIVEN[slug], **changes})


def rest(ward, prediction):
    return Caller(ward.doctor).get(f"predictions/{prediction.pk}").json()["added_value"]


@pytest.mark.parametrize("slug", GIVEN)
def test_every_result_stands_beside_age_and_sex_and_the_usual_score(ward, slug):
    prediction = run(ward, slug)

    rows = page_of(ward, prediction).context["page"].added.rows
    sent = rest(ward, prediction)

    assert [row.code for row in rows] == ["age-sex", "usual", "model"]
    for row, one in zip(rows, sent["estimates"], strict=True):
        assert row.for_patient == percent(one["probability"])
        assert row.auroc == f"{one['auroc']:.3f}"
        assert row.brier == f"{one['brier']:.3f}"
        assert one["auroc_interval"][0] <= one["auroc"] <= one["auroc_interval"][1]
    assert sent["estimates"][-1]["probability"] == round(prediction.headline, 6)
    assert sent["patients"] == prediction.version.manifest["evaluation"]["rows"]


def test_no_gain_over_the_published_score_is_said_on_page_paper_and_by_rest(ward):
    prediction = run(ward, "pbc-prognosis")

    for part in ("", "print/"):
        assert "No gain over published Mayo score shown: AUROC \u22120.0" in text_of(
            page_of(ward, prediction, part)
        )
    usual = rest(ward, prediction)["estimates"][1]
    assert (usual["code"], usual["verdict"]) == ("usual", "no-gain")


def test_a_service_without_comparators_says_that_nobody_compared_it(ward):
    prediction = run(ward, "breast-mass")
    version = prediction.version
    version.manifest = {**version.manifest, "comparators": []}
    version.save()

    text = text_of(page_of(ward, prediction))

    assert "Nobody compared it with age and sex alone" in text
    assert "Nobody compared it with a usual score" in text
    sent = rest(ward, prediction)
    assert sent["not_compared"] == ["age-sex", "usual"]
    assert [one["code"] for one in sent["estimates"]] == ["model"]


def test_a_score_that_needs_a_missing_input_has_no_number_and_says_why(ward):
    prediction = run(ward, "pbc-prognosis", prothrombin_time=None)

    text = text_of(page_of(ward, prediction))

    assert rest(ward, prediction)["estimates"][1]["probability"] is None
    assert "it needs an input that is missing here" in text


def test_a_result_that_was_refused_adds_nothing(ward):
    prediction = run(ward, "breast-mass")
    prediction.state, prediction.result, prediction.headline = "refused", None, None
    prediction.refusal = {"code": "age", "message": "Too young.", "features": ["age"]}
    prediction.save()

    assert rest(ward, prediction) is None
