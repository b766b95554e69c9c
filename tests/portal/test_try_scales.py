"""A slider's reach, step and marks: the clinic's units, never beyond what the service takes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from diagnosis.inference.further import threshold_crossings
from diagnosis.inference.further.threshold_crossings import Crossing
from diagnosis.ml import Feature
from diagnosis.portal.try_out.try_marks import marks
from diagnosis.portal.try_out.try_scales import scales_of
from diagnosis.registry.sheet.sheets import Sheet
from tests.factories import service_data
from tests.portal.results import artifact_of, snapshot_of, version_of
from tests.runnable import CORONARY

CHOLESTEROL = Feature(
    "cholesterol",
    {"en": "Total cholesterol"},
    unit="mg/dL",
    conversions={"mmol/L": 38.67},
    bounds=(20, 1500),
    limits=(50, 700),
    reference_range=(120, 199),
)


def test_a_slider_reaches_over_most_patients_the_laboratorys_range_and_this_patient():
    scale = scales_of(CHOLESTEROL, (180, 320), [412.0])[0]
    assert (scale.low, scale.high, scale.step) == (110, 412, 1)


def test_it_never_reaches_beyond_what_the_service_takes_but_to_this_patient():
    scale = scales_of(CHOLESTEROL, (60, 690), [])[0]
    outside = scales_of(CHOLESTEROL, (60, 690), [730.0])[0]

    assert (scale.low, scale.high) == (50, 700)
    assert (outside.low, outside.high) == (50, 730)


def test_in_another_unit_it_has_the_same_ends_and_a_step_as_fine():
    scale = scales_of(CHOLESTEROL, (180, 320), [])[1]

    assert (scale.unit, scale.decimals, scale.step) == ("mmol/L", 2, 0.01)
    assert scale.low == pytest.approx(110 / 38.67, abs=0.01)
    assert scale.high == pytest.approx(390 / 38.67, abs=0.01)
    assert scale.said(240) == "6.21\u00a0mmol/L"


def test_no_end_of_a_slider_is_what_no_body_has():
    bilirubin = Feature(
        "bilirubin", {"en": "Bilirubin"}, unit="mg/dL", bounds=(0.05, 80), decimals=1
    )
    assert scales_of(bilirubin, (0.3, 14), [])[0].low == 0.1


def test_without_knowledge_of_the_patients_it_has_the_services_limits():
    assert scales_of(CHOLESTEROL, None, [])[0].low == 50


def test_marks_stand_where_the_slider_has_them_in_every_unit():
    for scale in scales_of(CHOLESTEROL, (180, 320), []):
        found = marks(scale, [Crossing(0.15, 250.0)], 180.0, (180, 320))
        assert float(found.limits[0][0].rstrip("%")) == pytest.approx(50, abs=0.2)
        assert float(found.before.rstrip("%")) == pytest.approx(25, abs=0.2)
        assert float(found.usual[1].rstrip("%")) == pytest.approx(50, abs=0.2)


@pytest.mark.django_db
def test_a_crossing_is_where_the_model_itself_passes_the_limit():
    version = version_of(slug="coronary-disease")
    artifact = artifact_of("coronary-disease")
    values = {name: value for name, (_system, _code, value, _unit) in CORONARY.items()}
    inputs = snapshot_of(version, age=54, sex="male", **values | {"fasting_glucose_high": "no"})
    reach = {"st_depression": (0.0, 6.0)}

    found = threshold_crossings.crossings(artifact, version.service.definition, inputs, reach)

    assert found["st_depression"]
    for crossing in found["st_depression"]:
        moved = snapshot_of(
            version,
            age=54,
            sex="male",
            **values | {"fasting_glucose_high": "no", "st_depression": crossing.value},
        )
        row = [{name: entry.value for name, entry in moved.items()}]
        assert artifact.predict(row)[0] == pytest.approx(crossing.limit, abs=0.005)


@pytest.mark.django_db
def test_what_is_counted_crosses_at_a_whole_number():
    version = version_of(slug="diabetes-onset")
    artifact = artifact_of("diabetes-onset")
    values = {"age": 33, "pregnancies": 2, "glucose_2h": 128, "bmi": 33.0, "diastolic_bp": 74}
    inputs = snapshot_of(version, **values)

    found = threshold_crossings.crossings(
        artifact, version.service.definition, inputs, {"pregnancies": (0.0, 17.0)}
    )["pregnancies"]

    assert found
    for crossing in found:
        assert crossing.value == round(crossing.value)
        before, at = (
            artifact.predict([{**values, "pregnancies": int(crossing.value) - less}])[0]
            for less in (1, 0)
        )
        assert (before <= crossing.limit) != (at <= crossing.limit)


def test_a_service_without_bands_has_no_crossings():
    sheet = replace(Sheet.from_dict(service_data("breast-mass", "service")), bands=())

    assert threshold_crossings.crossings(artifact_of(), sheet, {}, {"age": (20.0, 90.0)}) == {}
