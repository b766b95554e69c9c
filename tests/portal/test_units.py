"""One unit a line, the reader's first; UCUM codes are for machines."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import pytest
from django.utils import translation

from diagnosis.inputs.units import measured, span, units_in_order
from diagnosis.ml import FeatureSchema
from diagnosis.portal.words.inputs_shown import reference_text, value_text
from diagnosis.records import codes
from medportal.common.preferred_units import CHOICES, RATIOS, preferring
from medportal.common.quantities import unit
from medportal.common.text import localized
from tests.factories import service_data


def schema_named(slug: str) -> FeatureSchema:
    return FeatureSchema.from_dict(service_data(slug, "schema"))


SLUGS = (
    "breast-mass", "coronary-disease", "diabetes-onset", "flc-mortality", "pbc-prognosis",
)  # fmt: skip
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


def texts_of(found: object) -> Iterator[dict[str, str]]:
    """Every text in both languages that a sheet, a schema or the dictionary holds."""
    if isinstance(found, Mapping):
        if "en" in found:
            yield dict(found)
        else:
            for inner in found.values():
                yield from texts_of(inner)
    elif isinstance(found, list | tuple):
        for inner in found:
            yield from texts_of(inner)


DICTIONARY = [[c.label, c.definition, *(a.label for a in c.answers)] for c in codes.ALL]
SHOWN = [
    text
    for slug in SLUGS
    for name in ("schema", "service")
    for text in texts_of(service_data(slug, name))
] + list(texts_of(DICTIONARY))  # fmt: skip


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("side", [None, 0, 1], ids=["nobody chose", "mass", "molar"])
def test_no_text_of_a_service_shows_a_limit_in_two_units(language: str, side: int | None):
    chosen = {} if side is None else {name: pair[side] for name, pair in CHOICES.items()}
    with translation.override(language), preferring(lambda: chosen):
        shown = [localized(text) for text in SHOWN]

    twice = [text for text in shown if re.search(r"L ?[(（][^()（）]*\d[^()（）]*L[)）]", text)]
    assert twice == []
    assert any(text != plain["en"] for text, plain in zip(shown, SHOWN, strict=True))


RULE = {
    "en": "Bilirubin over 3 mg/dL (50 µmol/L): discuss.",
    "zh-Hans": "胆红素高于50 µmol/L（3 mg/dL）：讨论。",
}


def test_a_rule_is_read_in_the_readers_unit_and_kept_in_both():
    assert localized(RULE) == "Bilirubin over 3 mg/dL: discuss."
    with preferring(lambda: {"bilirubin": "umol/L"}):
        assert localized(RULE) == "Bilirubin over 50 µmol/L: discuss."
    with translation.override("zh-hans"):
        assert localized(RULE) == "胆红素高于50 µmol/L：讨论。"
        with preferring(lambda: {"bilirubin": "mg/dL"}):
            assert localized(RULE) == "胆红素高于3 mg/dL：讨论。"
    assert localized(RULE, "en") == RULE["en"]


@pytest.mark.parametrize(
    "text",
    [
        "from 3 mg/dL (5 mmol/L)",  # not the same value of anything
        "3 mg/dL (fasting)",
        "12 g/dL (0.12 kg/L)",
        "5.0 mmol/L (4.0 mmol/L in pregnancy)",
    ],
)
def test_what_is_not_one_value_twice_stays_as_it_was_written(text: str):
    assert localized({"en": text}) == text


def test_a_range_is_shortened_whole():
    text = {"en": "of 140 to 199 mg/dL (7.8 to 11.0 mmol/L) is impaired"}

    assert localized(text) == "of 140 to 199 mg/dL is impaired"
    with preferring(lambda: {"glucose": "mmol/L"}):
        assert localized(text) == "of 7.8 to 11.0 mmol/L is impaired"


def test_the_ratios_of_texts_are_those_of_the_dictionary():
    for quantity, (first, second) in CHOICES.items():
        held = [c for c in codes.ALL if c.quantity == quantity]
        both = [c for c in held if c.accepts(first) and c.accepts(second)]
        for code in both:
            ratio = code.factors[second] / code.factors[first]
            assert ratio == pytest.approx(RATIOS[quantity], rel=0.02), quantity


def test_a_wish_for_a_unit_that_an_input_does_not_take_is_passed_over():
    bmi = schema_named("diabetes-onset")["bmi"]

    with preferring(lambda: {"bilirubin": "umol/L"}), translation.override("zh-hans"):
        assert measured(bmi, 31.5) == "31.5\u00a0kg/m²"
