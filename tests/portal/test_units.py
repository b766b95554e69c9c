"""One unit a line, the reader's first; UCUM codes are for machines."""

from __future__ import annotations

import pytest
from django.utils import translation

from diagnosis.inference.units import measured, span, units_in_order
from diagnosis.ml import FeatureSchema
from diagnosis.portal.inputs_shown import reference_text, value_text
from diagnosis.records import codes
from medportal.common.preferred_units import CHOICES, preferring
from medportal.common.quantities import unit
from tests.factories import service_data


def schema_named(slug: str) -> FeatureSchema:
    return FeatureSchema.from_dict(service_data(slug, "schema"))


UCUM_ONLY = ("[", "]", "{", "}", "*", "^")


@pytest.mark.parametrize(
    ("ucum", "printed"),
    [
        ("mm[Hg]", "mmHg"), ("kg/m2", "kg/m²"), ("1", ""), ("10*9/L", "×10⁹/L"),
        ("10*3/uL", "×10³/µL"), ("umol/L", "µmol/L"), ("u[IU]/mL", "µIU/mL"), ("Cel", "°C"),
        ("mL/min/{1.73_m2}", "mL/min/1.73 m²"), ("[lb_av]", "lb"), ("{score}", ""),
        ("ug/dL", "µg/dL"), ("U/L", "U/L"), ("/min", "/min"), ("mmol/L", "mmol/L"),
    ],
)  # fmt: skip
def test_a_unit_is_printed_as_laboratories_print_it(ucum, printed):
    assert unit(ucum) == printed


def test_no_unit_of_the_dictionary_keeps_a_sign_of_ucum():
    for code in codes.ALL:
        for ucum in code.units:
            assert not any(sign in unit(ucum) for sign in UCUM_ONLY), ucum
            assert not unit(ucum).startswith("u"), ucum


def test_every_quantity_with_a_choice_of_units_is_in_the_dictionary_and_takes_them_all():
    for quantity, units in CHOICES.items():
        held = [code for code in codes.ALL if code.quantity == quantity]
        assert held, quantity
        assert any(code.accepts(one) for one in units for code in held), quantity


def test_chinese_reads_molar_units_and_english_those_of_the_model():
    bilirubin = schema_named("pbc-prognosis")["bilirubin"]

    assert measured(bilirubin, 2.0) == "2.0\u00a0mg/dL"
    assert units_in_order(bilirubin)[0] == "mg/dL"
    with translation.override("zh-hans"):
        assert measured(bilirubin, 2.0) == "34\u00a0µmol/L"
        assert span(bilirubin, 0.2, 1.2) == "3–21\u00a0µmol/L"
        assert units_in_order(bilirubin)[0] == "umol/L"


def test_what_the_organisation_chose_wins_over_the_language():
    bilirubin = schema_named("pbc-prognosis")["bilirubin"]

    with preferring(lambda: {"bilirubin": "umol/L"}):
        assert measured(bilirubin, 2.0) == "34\u00a0µmol/L"
        assert value_text(bilirubin, 2.0, "mg/dL") == "34\u00a0µmol/L"
        assert reference_text(bilirubin, "mg/dL") == "3–21\u00a0µmol/L"
    with preferring(lambda: {"bilirubin": "mg/dL"}), translation.override("zh-hans"):
        assert value_text(bilirubin, 34.2, "umol/L") == "2.0\u00a0mg/dL"


def test_without_a_wish_a_value_is_read_as_it_was_entered():
    bilirubin = schema_named("pbc-prognosis")["bilirubin"]

    assert value_text(bilirubin, 34.25, "umol/L") == "34.25\u00a0µmol/L"
    assert reference_text(bilirubin, "umol/L") == "3–21\u00a0µmol/L"


def test_a_wish_for_a_unit_that_an_input_does_not_take_is_passed_over():
    bmi = schema_named("diabetes-onset")["bmi"]

    with preferring(lambda: {"bilirubin": "umol/L"}), translation.override("zh-hans"):
        assert measured(bmi, 31.5) == "31.5\u00a0kg/m²"
