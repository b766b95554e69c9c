"""Units: the factors that laboratories mix up, and the many ways in which units are written."""

from __future__ import annotations

import pytest

from diagnosis.ml import Feature, UnitError
from diagnosis.ml.inputs.units import conversions, normalise


@pytest.mark.parametrize(
    ("analyte", "value", "unit", "expected", "wanted"),
    [
        ("cholesterol", 5.2, "mmol/L", 201.084, "mg/dL"),
        ("cholesterol", 200, "mg/dL", 5.172, "mmol/L"),
        ("glucose", 7.8, "mmol/L", 140.556, "mg/dL"),
        ("bilirubin", 51.3, "umol/L", 3.0, "mg/dL"),
        ("albumin", 38, "g/L", 3.8, "g/dL"),
        ("light_chain", 19.4, "mg/L", 1.94, "mg/dL"),
        ("creatinine", 88.42, "umol/L", 1.0, "mg/dL"),
        ("platelets", 250, "10*9/L", 250, "10*3/uL"),
        ("st_depression", 0.1, "mV", 1.0, "mm"),
    ],
)
def test_a_laboratory_value_is_the_same_in_the_other_unit(
    analyte: str, value: float, unit: str, expected: float, wanted: str
) -> None:
    feature = Feature(
        analyte, {"en": analyte}, unit=wanted, conversions=conversions(analyte, wanted)
    )
    assert feature.convert(value, unit) == pytest.approx(expected, rel=1e-3)


@pytest.mark.parametrize(
    ("written", "ucum"),
    [
        ("mmHg", "mm[Hg]"),
        ("mm Hg", "mm[Hg]"),
        ("µmol/L", "umol/L"),  # micro sign
        ("μmol/l", "umol/L"),  # Greek mu
        ("MG/DL", "mg/dL"),
        ("beats/min", "/min"),
        ("years", "a"),
        ("kg/m²", "kg/m2"),
        ("10^3/uL", "10*3/uL"),
        (" mg/dL ", "mg/dL"),
        ("furlong", "furlong"),
    ],
)
def test_a_unit_is_known_in_every_usual_spelling(written: str, ucum: str) -> None:
    assert normalise(written) == ucum


def test_millimetres_are_not_millimolar() -> None:
    assert normalise("mm") == "mm"


@pytest.mark.parametrize(("analyte", "unit"), [("kryptonite", "mg/dL"), ("glucose", "g/L")])
def test_what_is_not_known_is_not_guessed(analyte: str, unit: str) -> None:
    with pytest.raises(UnitError):
        conversions(analyte, unit)
