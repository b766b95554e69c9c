"""Order, groups and folding of the reasons: nothing is lost, and every sum stays the sum."""

from __future__ import annotations

import pytest
from django.utils import translation

from diagnosis.portal.charts.arranging import (
    FAMILY,
    OTHER,
    Arrangement,
    Grouping,
    Order,
    alone_in_family,
    arranged,
)
from diagnosis.portal.charts.factors import Factor
from diagnosis.portal.charts.waterfall import waterfall
from diagnosis.portal.words import sentences
from diagnosis.results.pictures.rounding import rounded

GIVEN = [
    Factor("age", 0.04, 0.01, place=0, family="Patient"),
    Factor("pain", -0.12, 0.02, place=1, family="History"),
    Factor("glucose", 0.09, 0.01, place=2, family="Blood tests"),
    Factor("sex", 0.06, 0.01, place=3, family="Patient"),
    Factor("lipids", 0.02, 0.03, place=4, family="Blood tests"),
]
ALL = [Arrangement(order, grouping) for order in Order for grouping in Grouping]
BASE = 0.4
RESULT = BASE + sum(factor.contribution for factor in GIVEN)


def keys(order, grouping=Grouping.EACH, given=GIVEN):
    return [factor.key for factor in arranged(given, Arrangement(order, grouping))]


def drawn(arrangement, given=GIVEN):
    result = BASE + sum(factor.contribution for factor in given)
    return waterfall(BASE, given, result, arrangement)


def test_the_three_orders():
    assert keys(Order.SIZE) == ["pain", "glucose", "sex", "age", "lipids"]
    assert keys(Order.CHART) == ["age", "pain", "glucose", "sex", "lipids"]
    assert keys(Order.GROUP) == ["sex", "age", "pain", "glucose", "lipids"]


def test_a_group_s_bar_is_the_sum_of_its_members_and_its_error_never_too_small():
    bars = arranged(GIVEN, Arrangement(grouping=Grouping.FAMILY))
    blood = next(bar for bar in bars if bar.key == FAMILY + "Blood tests")

    assert blood.contribution == pytest.approx(0.11)
    assert blood.standard_error == pytest.approx(0.04)
    assert [member.key for member in blood.inner] == ["glucose", "lipids"]


def test_a_group_of_one_has_nothing_to_open():
    bars = arranged(GIVEN, Arrangement(grouping=Grouping.FAMILY))

    assert next(bar for bar in bars if bar.key == FAMILY + "History").inner == ()
    assert alone_in_family(GIVEN) == {FAMILY + "History": "pain"}


def test_inputs_without_groups_keep_a_bar_each():
    plain = [Factor("a", 0.1), Factor("b", 0.05)]

    assert keys(Order.SIZE, Grouping.FAMILY, plain) == ["a", "b"]


@pytest.mark.parametrize("arrangement", ALL)
def test_every_arrangement_ends_at_the_result_and_prints_the_same_sum(arrangement):
    picture = drawn(arrangement)

    assert picture.bars[-1].end == pytest.approx(RESULT)
    printed = sum(bar.points for bar in picture.bars)
    ends = rounded(RESULT, picture.decimals) - rounded(BASE, picture.decimals)
    assert printed == pytest.approx(ends)
    for bar in picture.bars:
        if bar.inner:
            assert bar.inner[0].start == pytest.approx(bar.start)
            assert bar.inner[-1].end == pytest.approx(bar.end)


def test_small_ones_are_folded_together_and_one_alone_is_not():
    small = [Factor(f"s{i}", 0.001, 0.0001, place=10 + i) for i in range(3)]

    bars = arranged([*GIVEN, *small], Arrangement())
    assert bars[-1].key == OTHER
    assert {factor.key for factor in bars[-1].inner} == {"s0", "s1", "s2"}
    assert keys(Order.SIZE, given=[*GIVEN, small[0]])[-1] == "s0"


def test_what_was_filled_in_is_not_folded_for_being_small():
    filled = Factor("filled", 0.001, 0.0001, filled_in=True, place=9)
    small = [Factor(f"s{i}", 0.001, 0.0001, place=10 + i) for i in range(2)]

    assert "filled" in keys(Order.SIZE, given=[*GIVEN, filled, *small])


def test_a_bar_of_folded_inputs_is_hatched_if_one_of_them_was_filled_in():
    many = [Factor(f"f{i}", 0.02 - i / 1000, 0.001, place=i) for i in range(10)]
    last = Factor("last", 0.006, 0.001, filled_in=True, place=11)

    assert arranged([*many, last], Arrangement())[-1].filled_in


def test_reasons_that_are_all_nothing_are_not_hidden():
    nothing = [Factor(f"s{i}", 0.001, 0.0001, place=i) for i in range(3)]

    assert keys(Order.CHART, given=nothing) == ["s0", "s1", "s2"]


def test_a_contribution_within_its_error_is_marked_and_not_claimed():
    picture = drawn(Arrangement())
    lipids = picture.bars[-1]

    assert lipids.effect == "unsure"
    assert lipids.range_points == (-4, 8)
    assert "lipids" not in sentences.reasons_sentence(picture, {})


def test_the_sentence_follows_the_order_of_the_picture_and_counts_what_it_leaves_out():
    text = sentences.reasons_sentence(drawn(Arrangement(Order.CHART)), {})

    assert text.index("age raises it by 4") < text.index("pain lowers it by 12")
    assert text.endswith("; the rest together raise it by 2.")


def test_the_sentence_of_groups_names_groups():
    picture = drawn(Arrangement(grouping=Grouping.FAMILY))
    labels = {FAMILY + "Patient": "Patient", FAMILY + "History": "History"}

    text = sentences.reasons_sentence(picture, labels)

    assert "the group «Patient» raises it by 10" in text
    with translation.override("zh-hans"):
        labels = {FAMILY + "Patient": "患者", FAMILY + "History": "病史"}
        assert "“病史”一组使估计值降低12个百分点" in sentences.reasons_sentence(picture, labels)


@pytest.mark.parametrize("arrangement", ALL)
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_points_of_the_sentence_add_up_with_the_picture(arrangement, language):
    import re

    picture = drawn(arrangement)
    with translation.override(language):
        text = sentences.reasons_sentence(picture, {})

    up = re.findall(r"raises? it by ([\d.]+\d|\d)|升高([\d.]+)", text)
    down = re.findall(r"lowers? it by ([\d.]+\d|\d)|降低([\d.]+)", text)
    total = sum(float(a or b) for a, b in up) - sum(float(a or b) for a, b in down)
    ends = [rounded(end, picture.decimals) for end in (picture.base, picture.result)]
    assert total == pytest.approx(ends[1] - ends[0])


def test_whoever_adds_up_the_sentence_arrives_at_the_printed_result():
    """12 − 7 − 3 − 1 would be 1 and not 3: the largest remainders are rounded up."""
    given = [Factor("a", -0.065, 0.001), Factor("b", -0.026, 0.001), Factor("c", -0.006, 0.001)]
    picture = waterfall(0.123, given, 0.026)

    text = sentences.reasons_sentence(picture, {})

    assert text == (
        "From 12\u00a0% on average to 3\u00a0% for this patient, in points:"
        " a lowers it by 6, b lowers it by 3."
    )


def test_two_inputs_in_one_bar_raise_and_do_not_raises():
    picture = waterfall(0.4, [Factor("kappa+lambda", 0.05, 0.01)], 0.45)

    text = sentences.reasons_sentence(picture, {"kappa+lambda": "Both"}, {"kappa+lambda"})

    assert "both raise it by 5" in text


def test_reasons_within_their_error_only_are_said_to_be_uncertain():
    picture = waterfall(0.4, [Factor("a", 0.05, 0.1)], 0.45)

    assert "more than its own uncertainty" in sentences.reasons_sentence(picture, {})
