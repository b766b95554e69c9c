"""Geometry of the cohort's pictures: how light they are, and what their places say."""

from __future__ import annotations

import numpy as np
import pytest

from diagnosis.ml.schema import Feature
from diagnosis.portal.charts.beeswarm import MOST_MARKS, Swarmed, axis_of, beeswarm
from diagnosis.portal.charts.dots import MOST_DOTS, dots
from diagnosis.portal.charts.ticks import ticks
from diagnosis.portal.cohort.levels import levels_of

BILIRUBIN = Feature("bilirubin", {"en": "Bilirubin"}, unit="umol/L", reference_range=(3.0, 21.0))
ANGINA = Feature("angina", {"en": "Angina"}, kind="boolean")
NAN = float("nan")


def swarmed(n, features=1, seed=0):
    rng = np.random.default_rng(seed)
    return [
        Swarmed(rng.normal(0, 0.1, n), rng.integers(-1, 3, n), ("low", "middle", "high", "missing"))
        for _ in range(features)
    ]


def drawn(rows):
    return beeswarm(rows, axis_of(np.column_stack([row.contributions for row in rows])))


def number(text):
    return float(text.rstrip("%"))


def test_a_few_patients_are_a_mark_each():
    picture = drawn(swarmed(40))

    assert (picture.per_mark, picture.marks) == (1, 40)


@pytest.mark.parametrize("features", [4, 13, 15])
def test_two_thousand_patients_are_never_more_marks_than_a_page_bears(features):
    picture = drawn(swarmed(2_000, features))

    assert len(picture.rows) == features
    assert picture.marks <= MOST_MARKS
    assert picture.per_mark * picture.marks >= 2_000 * features


def test_marks_stand_where_the_contribution_is():
    kinds = ("low", "high", "missing")
    row = Swarmed(np.array([-0.2, 0.2]), np.array([0, 1]), kinds)
    picture = drawn([row])

    left, right = sorted(picture.rows[0], key=lambda mark: number(mark.x))
    assert (left.kind, right.kind) == ("low", "high")
    assert number(left.x) < number(picture.zero) < number(right.x)


def test_in_a_column_low_values_lie_below_high_ones():
    row = Swarmed(np.full(3, 0.1), np.array([2, 0, 1]), ("low", "middle", "high", "missing"))
    marks = sorted(drawn([row]).rows[0], key=lambda mark: -number(mark.y))

    assert [mark.kind for mark in marks] == ["low", "middle", "high"]


def test_dots_rise_with_what_the_value_adds_and_go_right_with_the_value():
    values, added = np.array([10.0, 20.0, 40.0]), np.array([-0.1, 0.0, 0.2])
    picture = dots(values, added, is_number=True)
    by_row = sorted(picture.dots, key=lambda dot: dot.row)

    assert [number(d.x) for d in by_row] == sorted(number(d.x) for d in by_row)
    assert [number(d.y) for d in by_row] == sorted((number(d.y) for d in by_row), reverse=True)
    assert by_row[1].y == picture.zero


def test_what_lies_under_another_is_not_drawn_and_is_counted():
    picture = dots(np.full(50, 3.0), np.full(50, 0.1), is_number=True)

    assert [(dot.row, dot.count) for dot in picture.dots] == [(0, 50)]  # the newest


def test_two_thousand_patients_are_never_more_dots_than_a_page_bears():
    rng = np.random.default_rng(1)
    picture = dots(rng.uniform(0, 1, 2_000), rng.uniform(-1, 1, 2_000), is_number=True)

    assert len(picture.dots) <= MOST_DOTS
    assert sum(dot.count for dot in picture.dots) == 2_000


def test_values_that_were_not_measured_stand_apart():
    picture = dots(np.array([1.0, 2.0, NAN]), np.array([0.1, 0.2, 0.3]), is_number=True)
    apart = next(dot for dot in picture.dots if dot.row == 2)

    assert number(apart.x) > number(picture.right)
    assert picture.missing_at


def test_the_usual_range_is_shaded_as_far_as_it_is_in_the_picture():
    values, added = np.array([10.0, 60.0]), np.array([-0.1, 0.1])

    _left, width = dots(values, added, is_number=True, usual=(3.0, 21.0)).usual
    assert number(width) < 30
    assert dots(values, added, is_number=True, usual=(100.0, 200.0)).usual is None


def test_categories_have_a_place_each():
    picture = dots(np.array([0.0, 1.0, 0.0, 1.0]), np.array([0.0, 0.1, 0.0, 0.1]), is_number=False)

    assert [label.value for label in picture.across] == [0.0, 1.0]


def test_one_value_alone_and_nothing_measured_are_drawn():
    assert dots(np.full(3, 7.0), np.zeros(3), is_number=True).dots
    assert dots(np.full(3, NAN), np.zeros(3), is_number=True).dots


def test_ticks_are_round_and_inside():
    assert ticks(-0.13, 0.22) == [-0.1, 0.0, 0.1, 0.2]
    assert ticks(3, 60) == [20.0, 40.0, 60.0]
    assert ticks(50, 62) == [50.0, 55.0, 60.0]
    assert ticks(5, 5) == [5]


def test_numbers_fall_into_thirds_with_their_limits_in_words():
    levels = levels_of(BILIRUBIN, np.array([*np.arange(1.0, 10.0), NAN]))

    assert list(levels.of) == [0, 0, 0, 1, 1, 1, 2, 2, 2, -1]
    assert levels.texts == ("up to 3", "above 3 to 6", "above 6\u00a0µmol/L")
    assert levels.legend[-1] == ("missing", "not measured")


def test_where_most_have_the_highest_value_there_are_two_classes():
    levels = levels_of(BILIRUBIN, np.array([1.0, 2.0, 9.0, 9.0, 9.0, 9.0, 9.0, 9.0, 9.0]))

    assert set(levels.of) == {0, 1}
    assert levels.marks == ("low", "high")


def test_yes_and_no_are_high_and_low():
    levels = levels_of(ANGINA, np.array([1.0, 0.0, NAN]))

    assert [levels.mark(row) for row in range(3)] == ["high", "low", "missing"]
    assert levels.texts == ("No", "Yes")


def test_many_categories_share_the_last_class():
    many = Feature.from_dict(
        {
            "name": "cause",
            "label": {"en": "Cause"},
            "kind": "category",
            "categories": [
                {"code": c, "value": str(c), "label": {"en": f"c{c}"}} for c in range(9)
            ],
        }
    )
    levels = levels_of(many, np.array([0.0, 0, 1, 1, 2, 2, 3, 3, 4, 5, 6]))

    assert levels.texts == ("c0", "c1", "c2", "c3", "others")
    assert list(levels.of[-3:]) == [4, 4, 4]


def test_nothing_measured_at_all_has_no_class():
    for feature in (BILIRUBIN, ANGINA):
        levels = levels_of(feature, np.full(4, NAN))
        assert (levels.texts, [kind for kind, _ in levels.legend]) == ((), ["missing"])
