"""A number with its unit is said to whole steps, and its reasons add up to what is printed."""

from __future__ import annotations

import re

import pytest
from django.utils import translation

from diagnosis.ml.results.estimate import Scale
from diagnosis.portal.charts.factors import Factor
from diagnosis.portal.charts.waterfall import waterfall
from diagnosis.portal.words import sentences
from diagnosis.portal.words.headline import difference
from diagnosis.results.figures import PERCENT, Quantity

WEIGHT = Quantity(Scale("kg", 30.0, 150.0, 1.0))
VISITS = Quantity(Scale("/a", 0.0, 20.0, 0.1))


@pytest.mark.parametrize(
    ("figures", "value", "said"),
    [
        (WEIGHT, 72.49, "72\u00a0kg"),
        (WEIGHT, 72.5, "73\u00a0kg"),
        (VISITS, 0.04, "0.0/a"),
        (VISITS, 3.25, "3.3/a"),
        (PERCENT, 0.004, "<1\u00a0%"),
    ],
)
def test_an_estimate_is_said_to_the_smallest_step_of_its_scale(figures, value, said):
    with translation.override("en"):
        assert figures.said(value).replace("\u00a0/a", "/a") == said


def test_a_range_names_its_unit_once():
    assert WEIGHT.span(68.2, 76.4) == "68\u201376\u00a0kg"


def test_a_difference_is_that_of_the_printed_numbers():
    assert difference(WEIGHT, 72.4, 75.6) == "+4\u00a0kg"
    assert difference(WEIGHT, 72.4, 72.3) == "0\u00a0kg"
    assert difference(PERCENT, 0.234, 0.256) == "+3"


@pytest.mark.parametrize("seed", range(20))
def test_printed_reasons_of_a_weight_add_up_to_the_printed_weight(seed):
    import random

    chance, grain = random.Random(seed), WEIGHT.grain
    base, parts = chance.uniform(50, 90), [chance.uniform(-9, 9) for _ in range(4)]
    factors = [Factor(f"f{i}", part / grain) for i, part in enumerate(parts)]
    result = base + sum(parts)

    picture = waterfall(base / grain, factors, result / grain, ends=(0.3, 1.5))

    first, last = (
        float(re.match(r"[\d.]+", WEIGHT.said(value, picture.decimals))[0])
        for value in (base, result)
    )
    assert first + sum(bar.points for bar in picture.bars) == pytest.approx(last)


def test_the_sentence_of_its_reasons_speaks_of_kilograms_and_not_of_points():
    factors = [Factor("waist", 0.08, standard_error=0.001)]
    picture = waterfall(0.7, factors, 0.78, ends=(0.3, 1.5))

    with translation.override("en"):
        english = sentences.reasons_sentence(picture, {"waist": "Waist"}, figures=WEIGHT)
    with translation.override("zh-hans"):
        chinese = sentences.reasons_sentence(picture, {"waist": "腰围"}, figures=WEIGHT)

    assert "From 70\u00a0kg on average to 78\u00a0kg" in english
    assert "waist raises it by 8\u00a0kg" in english
    assert "point" not in english
    assert "腰围使估计值升高8" in chinese
    assert "百分点" not in chinese
