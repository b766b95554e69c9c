"""Computed values against published ones."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone

from diagnosis.records import derived
from diagnosis.records.chart import read_chart
from tests.factories import PatientFactory
from tests.records.conftest import Ward


@pytest.mark.parametrize(
    ("sex", "age", "creatinine", "expected"),
    [
        # Worked by hand from the 2021 CKD-EPI creatinine equation (Inker, NEJM 2021;385:1737).
        ("male", 50, 1.0, 92),
        ("male", 50, 1.1, 82),
        ("female", 50, 1.0, 69),
        ("female", 60, 0.8, 84),
        ("male", 70, 2.0, 35),
        ("female", 30, 0.6, 124),
    ],
)
def test_egfr(sex: str, age: int, creatinine: float, expected: int):
    patient = PatientFactory.build(sex=sex, birth_date=date(2026 - age, 1, 1))

    value = derived.egfr(patient, [creatinine], date(2026, 6, 1))

    assert value is not None
    assert round(value) == expected


@pytest.mark.parametrize("sex", ["unknown", "other"])
def test_egfr_needs_a_sex_that_the_formula_knows(sex: str):
    patient = PatientFactory.build(sex=sex)

    assert derived.egfr(patient, [1.0], date(2026, 6, 1)) is None


def found(ward: Ward) -> dict[str, derived.Derived]:
    return {value.code: value for value in read_chart(ward.patient).derived}


def test_each_value_names_its_formula_inputs_and_dates(ward: Ward, observed):
    observed("14682-9", 88.42, "umol/L", days=400)
    row = observed("14682-9", 176.84, "umol/L", days=3)

    value = found(ward)["egfr-ckd-epi-2021"]

    assert value.inputs == (row,)
    assert value.observed_at == row.observed_at
    assert "0.9938" in value.formula_text
    assert (value.unit, value.flag) == ("mL/min/1.73 m²", "L")


def test_body_mass_index(ward: Ward, observed):
    observed("8302-2", 1.6, "m", days=100)
    observed("29463-7", 160.0, "[lb_av]", days=2)

    assert found(ward)["bmi"].text == "28.3"


def test_the_ratio_does_not_mind_the_unit(ward: Ward, observed):
    observed("36916-5", 1.27, "mg/dL", days=2)
    observed("33944-0", 14.1, "mg/L", days=2)

    value = found(ward)["kappa-lambda-ratio"]

    assert (value.text, value.flag) == ("0.90", "")


def test_values_of_different_times_make_no_ratio(ward: Ward, observed):
    observed("36916-5", 12.7, "mg/L", days=2)
    observed("33944-0", 14.1, "mg/L", days=60)

    assert "kappa-lambda-ratio" not in found(ward)


def test_an_input_without_its_unit_computes_nothing(ward: Ward, observed):
    observed("2160-0", 1.1, "", days=2)

    assert found(ward) == {}


def test_a_childs_creatinine_computes_nothing(ward: Ward, observed):
    ward.patient.birth_date = timezone.localdate() - timedelta(days=3000)
    observed("2160-0", 0.5, "mg/dL", days=2)

    assert found(ward) == {}


def test_non_hdl_cholesterol(ward: Ward, observed):
    observed("14647-2", 6.2, "mmol/L", days=2)
    observed("2085-9", 50.0, "mg/dL", days=2)

    value = found(ward)["non-hdl-cholesterol"]

    assert (value.text, value.flag) == ("190", "H")
