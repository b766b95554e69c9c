"""The range picture: the usual range, the model's own patients, this patient, and the words."""

from __future__ import annotations

import pytest
from django.utils import translation

from diagnosis.portal.charts.ranges import range_picture
from diagnosis.portal.words.range_shown import ShownRange
from diagnosis.records import codes


def at(text):
    return float(text.rstrip("%"))


def shown(value, usual=(None, None), typical=None, critical="", unit="", decimals=1):
    text = f"{value} {unit}".strip()
    return ShownRange("x", "Value", text, value, usual, typical, critical, decimals, unit)


@pytest.mark.parametrize("value", [-40.0, 0.0, 3.4, 3.9, 4.4, 6.9, 250.0])
@pytest.mark.parametrize("usual", [(3.5, 5.1), (None, 5.0), (95.0, None), (None, None)])
@pytest.mark.parametrize("typical", [None, (3.0, 3.9, 4.2)])
def test_every_mark_lies_inside_the_drawing_and_in_the_order_of_the_numbers(value, usual, typical):
    picture = range_picture(value, usual, typical)

    if picture is None:
        assert usual == (None, None)
        assert typical is None
        return
    assert 0 < at(picture.value_at) < 100
    numbers, places = [value], [at(picture.value_at)]
    if typical:
        numbers += typical
        places += [at(picture.typical.left), at(picture.median_at), at(picture.typical.right)]
    for first, here in zip(numbers, places, strict=True):
        for second, there in zip(numbers, places, strict=True):
            assert first >= second or here <= there


def test_a_range_that_is_open_above_reaches_the_edge():
    picture = range_picture(97, (95, None))

    assert at(picture.usual.left) + at(picture.usual.width) == pytest.approx(100)
    assert at(picture.usual.left) < at(picture.value_at)


def test_a_usual_range_that_is_tiny_beside_the_value_is_still_seen():
    assert at(range_picture(4000, (0.2, 1.2)).usual.width) >= 2


@pytest.mark.parametrize(
    ("value", "usual", "typical", "words", "chinese"),
    [
        # above usual, and yet it lowers the risk: such patients have more of it
        (2.1, (0.2, 1.2), (2.4, 3.4, 14.0), "above usual, below what is typical here",
         "高于参考范围，低于本模型患者的常见值"),
        (3.47, (3.5, 5.0), (2.95, 3.4, 4.0), "below usual, typical here, in the upper half",
         "低于参考范围，在本模型患者常见值中偏高"),
        (31.5, (18.5, 24.9), (24, 32.1, 41.6), "above usual, typical here, in the lower half",
         "高于参考范围，在本模型患者常见值中偏低"),
        (4.0, (3.5, 5.0), None, "usual", "在参考范围内"),
        (5.0, (3.5, 5.0), None, "usual", "在参考范围内"),
        (64, (None, None), (36, 51, 65), "typical here, in the upper half",
         "在本模型患者常见值中偏高"),
    ],
)  # fmt: skip
def test_a_value_is_said_against_usual_and_against_what_is_typical(
    value, usual, typical, words, chinese
):
    one = shown(value, usual, typical)

    assert one.words == words
    with translation.override("zh-hans"):
        assert one.words == chinese


def test_whoever_does_not_see_the_picture_hears_the_same_numbers():
    one = shown(6.9, (3.5, 5.1), (3.9, 4.3, 4.8), critical="H", unit="mmol/L")

    assert one.sentence == (
        "Value 6.9 mmol/L: critically high. Usual: 3.5–5.1\u00a0mmol/L. "
        "Eight of ten of this model's patients: 3.9–4.8\u00a0mmol/L, middle 4.3."
    )


def test_a_potassium_of_six_point_nine_is_critical_and_a_bmi_of_26_is_not():
    potassium, bmi = codes.find("2823-3"), codes.find("39156-5")

    assert potassium.critical_flag(6.9, "mmol/L") == "H"
    assert potassium.critical_flag(5.4, "mmol/L") == ""
    assert potassium.critical_flag(2.8, "mmol/L") == "L"
    assert bmi.critical_flag(26, "kg/m2") == ""


@pytest.mark.parametrize(
    ("code", "unit", "value"),
    [("14771-0", "mmol/L", 2.4), ("1558-6", "mmol/L", 2.4), ("1558-6", "mg/dL", 44)],
)
def test_a_critical_limit_holds_in_every_unit_of_its_quantity(code, unit, value):
    assert codes.find(code).critical_flag(value, unit) == "L"


def test_every_critical_limit_lies_outside_the_usual_range_and_says_whence_it_comes():
    held = [code for code in codes.ALL if code.critical != (None, None)]

    assert len(held) > 10
    for code in held:
        assert code.critical_source["en"], code.code
        assert code.critical_source["zh-Hans"], code.code
        for low, high in code.reference.values():
            assert None in (code.critical[0], low) or code.critical[0] < low, code.code
            assert None in (code.critical[1], high) or code.critical[1] > high, code.code
