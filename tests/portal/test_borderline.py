"""A result that one step of measurement error would move says so, wherever it is read."""

from __future__ import annotations

import pytest

from diagnosis.ml import FeatureSchema
from medportal.demo.build.plans import PLANS
from tests.api.client import Caller
from tests.factories import service_data
from tests.portal.results import artifact_of, finished, version_of
from tests.portal.test_result import text_of

SLUG = "diabetes-onset"
LIMIT, STEP = 0.40, 10
WOMAN = {"bmi": 33.1, "age": 45, "pregnancies": 2, "diastolic_bp": 76}


def risk(glucose: int) -> float:
    return float(artifact_of(SLUG).predict({**WOMAN, "glucose_2h": glucose})[0])


def just_below() -> int:
    """The highest glucose whose risk is still in the middle band."""
    return max(glucose for glucose in range(100, 199) if risk(glucose) < LIMIT)


@pytest.fixture
def result_of(ward):
    version = version_of(ward.house, slug=SLUG)

    def found(glucose: int):
        return finished(version, ward.doctor, ward.patient, {**WOMAN, "glucose_2h": glucose})

    return found


@pytest.mark.parametrize("part", ["", "print/"])
def test_page_and_paper_name_the_input_its_step_and_the_other_band(ward, result_of, part):
    result = result_of(just_below())
    address = f"/predictions/{result.pk}/{part}"

    english = text_of(ward.as_doctor.get(address))
    chinese = text_of(ward.as_doctor.get(address, headers={"accept-language": "zh-hans"}))

    said = "Borderline: one step of measurement error in glucose 2 h after 75 g (10 mg/dL)"
    assert said in english
    assert "处于分界：" in chinese
    assert "Borderline" not in chinese


def test_rest_names_them_too(ward, result_of):
    result = result_of(just_below())

    entries = {
        language: Caller(ward.doctor, language)
        .get(f"predictions/{result.pk}")
        .json()["result"]["borderline"]
        for language in ("en", "zh-hans")
    }

    glucose = next(entry for entry in entries["en"] if entry["feature"] == "glucose_2h")
    assert glucose["value"] == just_below() + STEP
    assert glucose["probability"] == pytest.approx(risk(just_below() + STEP), abs=1e-5)
    assert glucose["band"] == "high"
    assert not entries["zh-hans"][0]["band_label"].isascii()


def test_far_from_a_limit_nothing_is_called_borderline(ward, result_of):
    result = result_of(just_below() - 30)

    assert result.result["borderline"] == []
    assert "Borderline" not in text_of(ward.as_doctor.get(f"/predictions/{result.pk}/"))


@pytest.mark.parametrize("slug", list(PLANS))
def test_every_measured_number_has_a_step_that_is_small(slug):
    """Age comes from the birth date and a count is counted: they have no error of measurement."""
    schema = FeatureSchema.from_dict(service_data(slug, "schema"))
    x = schema.matrix(PLANS[slug].load().inputs)
    for j, feature in enumerate(schema):
        of_patient = any(source.kind == "patient" for source in feature.sources)
        if feature.kind != "number" or feature.whole or of_patient:
            assert not feature.step, feature.name
            continue
        spread = float(x[:, j][~(x[:, j] != x[:, j])].std())
        assert feature.step, feature.name
        assert feature.step <= 0.75 * spread, feature.name
